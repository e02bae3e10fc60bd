//! Giving a review.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::review_sources::{ReviewChannel, ReviewSource};
use tongban_contracts::reviews::{ReviewEvent, ReviewGiven};
use tongban_kernel::Role;
use tongban_reviews::Reviews;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};

use crate::figures::statistics;
use crate::fixtures::{decision, li, opened, review_of, rights, supervisor, zhang};

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn the_applicant_reviews_once(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let caller = city.caller(&zhang());
        let path = review_of("case-1");
        let body = json!({"stars": 5, "tags": ["510", "513"], "text": "窗口人员很耐心"});
        let first = caller.with_key("k").post(&path, &body).await.expect(201);
        assert_eq!(first.body["stars"], 5);
        assert_eq!(first.body["level_name"], "非常满意");
        assert_eq!(first.body["level_code"], "1");
        assert_eq!(first.body["tags"], json!([
            {"code": "510", "name": "一窗受理一次办结"},
            {"code": "513", "name": "可以全程网上办理"},
        ]));
        assert!(!first.body.to_string().contains("zhang"), "a review does not say whose it is");

        let again = caller.with_key("k").post(&path, &body).await.expect(201);
        assert_eq!(again.body, first.body);
        let other = json!({"stars": 1});
        let reused = caller.with_key("k").post(&path, &other).await.expect(422);
        assert_eq!(reused.code(), "idempotency_key_reused");
        assert_eq!(caller.post(&path, &other).await.expect(409).code(), "already_reviewed");
        assert_eq!(caller.post(&path, &body).await.expect(409).code(), "already_reviewed");

        let published = city.published::<ReviewEvent>(|seen| seen.len() >= 2).await;
        let source = ReviewSource {
            channel: ReviewChannel::Portal,
            device: None,
            network: None,
            window: None,
            officer: Some("clerk".into()),
        };
        let given = ReviewEvent::Given(Box::new(ReviewGiven {
            stars: 5,
            tags: vec!["510".into(), "513".into()],
            text: Some("窗口人员很耐心".into()),
            photos: Vec::new(),
            source: Some(source),
            pushed: None,
        }));
        assert_eq!(published[1].read::<ReviewEvent>().unwrap(), given);
    }

    async fn of_two_at_once_one_counts(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let caller = city.caller(&zhang());
        let path = review_of("case-1");
        let (good, bad) = (json!({"stars": 5}), json!({"stars": 1}));
        let (one, two) = tokio::join!(caller.post(&path, &good), caller.post(&path, &bad));
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [201, 409]);
        statistics(city, 1).await;
    }

    async fn the_same_request_at_once_gets_one_answer(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let caller = city.caller(&zhang()).with_key("same");
        let (path, body) = (review_of("case-1"), json!({"stars": 2, "tags": ["210"]}));
        let (one, two) = tokio::join!(caller.post(&path, &body), caller.post(&path, &body));
        assert_eq!(one.expect(201).body, two.expect(201).body);
    }

    async fn nobody_else_reviews(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let path = review_of("case-1");
        let body = json!({"stars": 5});
        city.anyone().post(&path, &body).await.expect(401);
        for (principal, code) in [
            (li(), "not_the_applicant"),
            (officer("clerk", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk]), "wrong_kind"),
            (supervisor(HAIZHOU), "wrong_kind"),
        ] {
            let answer = city.caller(&principal).post(&path, &body).await.expect(403);
            assert_eq!(answer.code(), code);
        }
        let caller = city.caller(&zhang());
        caller.post(&review_of("case-9"), &body).await.expect(404);
        assert_eq!(rights(&caller).await.len(), 1);
    }

    async fn every_fault_of_the_request_is_named(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let caller = city.caller(&zhang());
        for (body, pointers) in [
            (json!({}), vec!["/stars"]),
            (json!({"stars": 6, "text": "长".repeat(501), "name": "x"}), vec!["/name", "/stars", "/text"]),
            (json!({"stars": 0, "tags": "510"}), vec!["/stars", "/tags"]),
            (json!({"stars": 4.5}), vec!["/stars"]),
            (json!({"stars": 5, "text": ""}), vec!["/text"]),
            (json!({"stars": 5, "tags": ["110", "510", "999", "510"]}), vec!["/tags/0", "/tags/2", "/tags/3"]),
        ] {
            let answer = caller.post(&review_of("case-1"), &body).await.expect(422);
            let mut found = answer.pointers();
            found.dedup();
            assert_eq!(found, pointers, "{body}");
        }
        let mixed = json!({"stars": 5, "tags": ["110"]});
        let answer = caller.post(&review_of("case-1"), &mixed).await.expect(422);
        assert_eq!(answer.body["errors"][0]["code"], "other_level");
        let longest = json!({"stars": 5, "text": "长".repeat(500)});
        caller.post(&review_of("case-1"), &longest).await.expect(201);
    }
}
