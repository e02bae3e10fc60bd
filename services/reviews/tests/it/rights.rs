//! Rights to review, opened by decisions.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::intake::{CaseEvent, Outcome};
use tongban_contracts::reviews::ReviewEvent;
use tongban_kernel::Role;
use tongban_reviews::Reviews;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer, organisation};

use crate::fixtures::{decide, decision, li, opened, review_of, rights, zhang};

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn every_completed_case_may_be_reviewed_once(city: &TestCity) {
        let right = opened(city, "case-1", &decision()).await;
        assert_eq!(right["matter_name"], "建筑工程施工许可证核发");
        assert_eq!(right["body_name"], "海州区行政审批局（示例）");
        // Delivered twice, and told again as another event of the same case.
        decide(city, "case-1", 5, &decision()).await;
        decide(city, "case-1", 6, &decision()).await;
        let mut denied = decision();
        denied.outcome = Outcome::Denied;
        opened(city, "case-2", &denied).await;
        assert_eq!(rights(&city.caller(&zhang())).await.len(), 2);
        assert_eq!(rights(&city.caller(&li())).await.len(), 0);
        let published = city.published::<ReviewEvent>(|seen| seen.len() >= 2).await;
        let cases: Vec<&str> = published.iter().map(|event| event.subject.as_str()).collect();
        assert_eq!(cases, ["case-1", "case-2"]);
    }

    async fn other_events_of_a_case_open_nothing(city: &TestCity) {
        let event = CaseEvent::Accepted { due: "2026-03-16".parse().unwrap(), legal_due: None };
        city.emit("case-1", 3, &event, &zhang()).await;
        opened(city, "case-2", &decision()).await;
        assert_eq!(rights(&city.caller(&zhang())).await.len(), 1);
    }

    async fn a_right_is_gone_once_used(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let caller = city.caller(&zhang());
        caller.post(&review_of("case-1"), &json!({"stars": 4})).await.expect(201);
        assert_eq!(rights(&caller).await.len(), 0);
    }

    async fn organisations_review_too(city: &TestCity) {
        let mut filed = decision();
        filed.applicant.account = "firm".into();
        decide(city, "case-1", 5, &filed).await;
        let caller = city.caller(&organisation("firm", "示例公司"));
        tongban_testkit::eventually("the right", async || {
            (rights(&caller).await.len() == 1).then_some(())
        })
        .await;
        caller.post(&review_of("case-1"), &json!({"stars": 3})).await.expect(201);
    }

    async fn officers_have_no_rights(city: &TestCity) {
        city.anyone().get("/reviews/v1/rights").await.expect(401);
        let clerk = officer("clerk", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk]);
        let answer = city.caller(&clerk).get("/reviews/v1/rights").await.expect(403);
        assert_eq!(answer.code(), "wrong_kind");
    }

    async fn long_lists_come_in_pages(city: &TestCity) {
        for number in 1..=5 {
            city.set_time(chrono::DateTime::from_timestamp(1_773_194_400 + number, 0).unwrap());
            opened(city, &format!("case-{number}"), &decision()).await;
        }
        let caller = city.caller(&zhang());
        let mut seen = Vec::new();
        let mut path = "/reviews/v1/rights?limit=2".to_owned();
        loop {
            let page = caller.get(&path).await.expect(200).body;
            for right in page["items"].as_array().unwrap() {
                seen.push(right["case_id"].as_str().unwrap().to_owned());
            }
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/reviews/v1/rights?limit=2&after={next}");
        }
        assert_eq!(seen, ["case-5", "case-4", "case-3", "case-2", "case-1"]);
        let answer = caller.get("/reviews/v1/rights?after=nonsense").await.expect(400);
        assert_eq!(answer.code(), "bad_cursor");
    }
}
