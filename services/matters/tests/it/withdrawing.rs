//! 取消事项.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::matters::MatterEvent;
use tongban_matters::Matters;
use tongban_testkit::on_every_backend;

use crate::fixtures::{MATTERS, as_editor, published};

on_every_backend! {
    services: vec![Arc::new(Matters)],

    async fn a_matter_is_withdrawn_once(city: &TestCity) {
        let (path, _) = published(city).await;
        let withdrawal = format!("{path}/withdrawal");
        let caller = as_editor(city);
        let body = json!({"reason": "法律依据已废止"});
        let done = caller.with_key("k").post(&withdrawal, &body).await.expect(200);
        assert_eq!(done.body["published"], false);
        assert_eq!(done.body["withdrawal_reason"], "法律依据已废止");
        assert_eq!(caller.with_key("k").post(&withdrawal, &body).await.expect(200).body, done.body);
        let second = caller.post(&withdrawal, &body).await.expect(409);
        assert_eq!(second.code(), "already_withdrawn");

        assert_eq!(city.anyone().get(&path).await.expect(200).body, done.body);
        let found = city.anyone().get(MATTERS).await.expect(200);
        assert_eq!(found.body, json!({"items": []}));
        let told = city.published::<MatterEvent>(|seen| seen.len() >= 2).await;
        let reason = "法律依据已废止".to_owned();
        assert_eq!(told[1].read::<MatterEvent>().unwrap(), MatterEvent::Withdrawn { reason });
        assert_eq!(told.len(), 2);
    }

    async fn of_two_at_once_one_withdraws(city: &TestCity) {
        let (path, _) = published(city).await;
        let withdrawal = format!("{path}/withdrawal");
        let (caller, body) = (as_editor(city), json!({"reason": "x"}));
        let (one, two) = tokio::join!(caller.post(&withdrawal, &body), caller.post(&withdrawal, &body));
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [200, 409]);
    }

    async fn the_same_withdrawal_at_once_has_one_answer(city: &TestCity) {
        for _ in 0..5 {
            let (path, _) = published(city).await;
            let withdrawal = format!("{path}/withdrawal");
            let (caller, body) = (as_editor(city).with_key(&path), json!({"reason": "x"}));
            let (one, two) =
                tokio::join!(caller.post(&withdrawal, &body), caller.post(&withdrawal, &body));
            assert_eq!(one.expect(200).body, two.expect(200).body);
        }
    }

    async fn a_reason_is_needed(city: &TestCity) {
        let (path, _) = published(city).await;
        let withdrawal = format!("{path}/withdrawal");
        for (body, pointers) in [
            (json!({}), vec!["/reason"]),
            (json!({"reason": ""}), vec!["/reason"]),
            (json!({"reason": "长".repeat(501), "more": 1}), vec!["/more", "/reason"]),
            (json!({"reason": 7}), vec!["/reason"]),
            (json!({"reason": "a\u{0}b"}), vec!["/reason"]),
            (json!([]), vec![""]),
        ] {
            let answer = as_editor(city).post(&withdrawal, &body).await.expect(422);
            assert_eq!(answer.pointers(), pointers, "{body}");
        }
        let unknown = format!("{MATTERS}/nothing/withdrawal");
        as_editor(city).post(&unknown, &json!({"reason": "x"})).await.expect(404);
    }
}
