//! Bad reviews: on a clock, by the body, never by who was reviewed, called back, excluded by two alone.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_contracts::handlings::HandlingEvent;
use tongban_contracts::intake::{CaseEvent, CorrectionItem};
use tongban_kernel::{Principal, Role};
use tongban_reviews::Reviews;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::fixtures::{decision, handler, handlings, opened, review_of, supervisor, tell, zhang};

fn overseer(account: &str) -> Principal {
    officer(account, "11320700MB0000001L", "320700", &[Role::Supervisor])
}

/// A bad review of a case, as it is received; the path of its handling.
async fn received(city: &TestCity, body: &Value) -> String {
    opened(city, "case-1", &decision()).await;
    city.caller(&zhang()).post(&review_of("case-1"), body).await.expect(201);
    let caller = city.caller(&handler());
    let found =
        eventually("the bad review", async || handlings(&caller).await.into_iter().next()).await;
    format!("/reviews/v1/handlings/{}", found["id"].as_str().unwrap())
}

fn bad() -> Value {
    json!({"stars": 1, "tags": ["110", "109"], "text": "等了太久"})
}

fn findings() -> Value {
    json!({"contacted": true, "findings": "经查属实，本人电话 13800008001"})
}

fn answer() -> Value {
    json!({"answer": "已致歉并说明", "to_rectify": true})
}

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn a_bad_review_is_verified_answered_put_right_called_back_closed(city: &TestCity) {
        let path = received(city, &bad()).await;
        let caller = city.caller(&handler());
        let early = caller.post(&format!("{path}/answer"), &answer()).await.expect(409);
        assert_eq!(early.code(), "not_when_received");
        let verified = caller.with_key("v").post(&format!("{path}/verification"), &findings()).await;
        let verified = verified.expect(200).body;
        assert_eq!(verified["findings"], "经查属实，本人电话 138******01");
        assert!(!verified.to_string().contains("zhang"), "it does not say whose the review is");
        let again = caller.with_key("v").post(&format!("{path}/verification"), &findings()).await;
        assert_eq!(again.expect(200).body, verified);
        caller.post(&format!("{path}/answer"), &answer()).await.expect(200);
        let measures = json!({"measures": "改为当日转交"});
        caller.post(&format!("{path}/rectification"), &measures).await.expect(200);

        let progress = format!("{}/handling", review_of("case-1"));
        let seen = city.caller(&zhang()).get(&progress).await.expect(200).body;
        assert_eq!((&seen["stage"], &seen["answer"]), (&json!("call_back"), &json!("已致歉并说明")));
        city.caller(&crate::fixtures::li()).get(&progress).await.expect(403);

        let call = json!({"outcome": "satisfied", "note": "本人满意"});
        let closed = city.caller(&overseer("s1")).post(&format!("{path}/call-back"), &call).await;
        assert_eq!(closed.expect(200).body["stage"], "closed");
    }

    async fn good_reviews_go_on_no_clock(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        city.caller(&zhang()).post(&review_of("case-1"), &json!({"stars": 3})).await.expect(201);
        opened(city, "case-2", &decision()).await;
        city.caller(&zhang()).post(&review_of("case-2"), &json!({"stars": 2})).await.expect(201);
        let caller = city.caller(&handler());
        let all = eventually("the bad one", async || {
            let all = handlings(&caller).await;
            (!all.is_empty()).then_some(all)
        })
        .await;
        assert_eq!(all.len(), 1);
        assert_eq!(all[0]["stars"], 2);
    }

    async fn a_late_answer_escalates_once_and_a_bad_call_back_opens_it_again(city: &TestCity) {
        let path = received(city, &bad()).await;
        let caller = city.caller(&handler());
        caller.post(&format!("{path}/verification"), &findings()).await.expect(200);
        let now = city.hosts()[0].clock.now();
        // The sample city's term for the answer is seconds.
        city.set_time(now + chrono::Duration::seconds(60));
        let supervisor = city.caller(&overseer("s1"));
        let late = eventually("the escalation", async || {
            let all = supervisor.get("/reviews/v1/handlings?overdue=true").await.expect(200).body;
            all["items"].as_array().unwrap().first().cloned()
        })
        .await;
        assert_eq!(late["escalations"], 1);
        caller.post(&format!("{path}/answer"), &answer()).await.expect(200);
        let measures = json!({"measures": "改为当日转交"});
        caller.post(&format!("{path}/rectification"), &measures).await.expect(200);
        let call = json!({"outcome": "dissatisfied", "note": "仍不满意"});
        let again = supervisor.post(&format!("{path}/call-back"), &call).await.expect(200).body;
        assert_eq!((&again["stage"], &again["round"]), (&json!("received"), &json!(2)));
        assert_eq!(again["escalations"], 1);
        let told = city.published::<HandlingEvent>(|seen| seen.len() >= 8).await;
        let overdue = told.iter().filter(|event| event.kind.contains(".overdue.")).count();
        assert_eq!(overdue, 1);
    }

    async fn whoever_was_reviewed_sees_and_does_nothing(city: &TestCity) {
        let path = received(city, &bad()).await;
        for account in ["clerk", "approver"] {
            let roles = [Role::ReviewHandler, Role::Supervisor];
            let reviewed = city.caller(&officer(account, APPROVAL_BUREAU, HAIZHOU, &roles));
            assert!(handlings(&reviewed).await.is_empty());
            assert_eq!(reviewed.get(&path).await.expect(403).code(), "officer_reviewed");
            for (step, body) in [
                ("verification", findings()),
                ("appeal", json!({"ground": "malicious", "reason": "恶意"})),
                ("judgements", json!({"exclude": true, "reason": "恶意"})),
                ("call-back", json!({"outcome": "satisfied", "note": "满意"})),
            ] {
                let refused = reviewed.post(&format!("{path}/{step}"), &body).await.expect(403);
                assert_eq!(refused.code(), "officer_reviewed", "{step}");
            }
        }
        let elsewhere = officer("else", "11320706MB0000004L", HAIZHOU, &[Role::ReviewHandler]);
        let refused = city.caller(&elsewhere).post(&format!("{path}/verification"), &findings()).await;
        assert_eq!(refused.expect(403).code(), "not_your_body");
        assert!(handlings(&city.caller(&elsewhere)).await.is_empty());
        let far = city.caller(&supervisor("320707"));
        assert!(handlings(&far).await.is_empty());
        far.get(&path).await.expect(403);
    }

    async fn two_officers_exclude_a_mistaken_review_and_it_counts_no_more(city: &TestCity) {
        let path = received(city, &bad()).await;
        let appeal = json!({"ground": "mistaken", "reason": "评价内容针对另一部门"});
        let caller = city.caller(&handler());
        caller.post(&format!("{path}/appeal"), &appeal).await.expect(200);
        let judgement = json!({"exclude": true, "reason": "所述窗口不属于该单位"});
        let path_of = format!("{path}/judgements");
        city.caller(&overseer("s1")).post(&path_of, &judgement).await.expect(200);
        let same = city.caller(&overseer("s1")).post(&path_of, &judgement).await.expect(403);
        assert_eq!(same.code(), "same_officer");
        let count = async || {
            let all = city.anyone().get("/reviews/v1/statistics").await.expect(200).body;
            all["count"].as_i64().unwrap()
        };
        eventually("one is not enough", async || (count().await == 1).then_some(())).await;
        let done = city.caller(&overseer("s2")).post(&path_of, &judgement).await.expect(200).body;
        assert_eq!(done["stage"], "excluded");
        eventually("it counts no more", async || (count().await == 0).then_some(())).await;
        let own = city.caller(&zhang()).get(&review_of("case-1")).await.expect(200).body;
        assert_eq!(own["excluded"], true, "and who gave it sees that");
    }

    async fn tags_are_shown_beside_what_the_case_says(city: &TestCity) {
        let items = vec![CorrectionItem { pointer: "/materials/M09".into(), message: "补充".into() }];
        tell(city, "case-1", 3, &CaseEvent::CorrectionRequested { items }).await;
        let (due, legal_due) = ("2026-03-16".parse().unwrap(), "2026-03-18".parse().ok());
        tell(city, "case-1", 4, &CaseEvent::Accepted { due, legal_due }).await;
        let path = received(city, &bad()).await;
        let caller = city.caller(&handler());
        let checks = eventually("what the case says", async || {
            let shown = caller.get(&path).await.expect(200).body;
            (shown["checks"][0]["verdict"] != "open").then(|| shown["checks"].clone())
        })
        .await;
        assert_eq!(checks[0]["code"], "110");
        assert_eq!(checks[1]["verdict"], "supported", "{checks:#}");
        assert!(checks[1]["shown"].as_str().unwrap().contains("M09"));
    }

    async fn two_steps_at_once_are_taken_once(city: &TestCity) {
        let path = received(city, &bad()).await;
        let caller = city.caller(&handler());
        let step = format!("{path}/verification");
        let (one, two) = (findings(), json!({"contacted": false, "findings": "未联系上"}));
        let (one, two) = tokio::join!(caller.post(&step, &one), caller.post(&step, &two));
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [200, 409]);
    }
}
