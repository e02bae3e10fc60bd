//! Linking is what is reviewed: by the industry body, within its limit, with reasons.

use serde_json::{Value, json};
use tongban_kernel::Role;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{GANYU, HAIZHOU, officer};

use crate::town::{
    agency, approved, certificate, details, firm, manager, manager_elsewhere, published, requested,
    reviewer, reviewer_above, reviewer_elsewhere, services, state_of,
};

fn verdict(approved: bool) -> Value {
    json!({"approved": approved, "reasons": ["示例理由"]})
}

on_every_backend! {
    services: services(),

    async fn the_industry_body_reviews_and_gives_reasons(city: &TestCity) {
        let service = published(city).await;
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let link = requested(&caller, &service).await;
        let shown = state_of(&caller, &link).await;
        assert_eq!((&shown["state"], &shown["request"]["due"]), (&json!("pending"), &json!("2026-03-18")));
        let again = json!({"service_id": service, "certificates": ["资 1"]});
        assert_eq!(caller.post("/supermarket/v1/links", &again).await.expect(409).code(), "link_pending");
        let path = format!("/supermarket/v1/links/{link}/decision");
        for stranger in [reviewer_elsewhere(), reviewer_above()] {
            let refused = city.caller(&stranger).post(&path, &verdict(true)).await.expect(403);
            assert_eq!(refused.code(), "not_your_body", "{}", stranger.account);
        }
        city.caller(&manager("manager.1")).post(&path, &verdict(true)).await.expect(403);
        let empty = json!({"approved": true, "reasons": []});
        city.caller(&reviewer()).post(&path, &empty).await.expect(422);
        let blank = json!({"approved": true, "reasons": ["  "]});
        assert_eq!(city.caller(&reviewer()).post(&path, &blank).await.expect(409).code(), "empty_reason");
        let done = approved(city, &link).await;
        assert_eq!((&done["state"], &done["valid_through"]), (&json!("approved"), &json!("2029-04-30")));
        assert_eq!(done["outcome"]["reasons"], json!(["符合要求"]));
        assert_eq!(city.caller(&reviewer()).post(&path, &verdict(false)).await.expect(409).code(), "not_pending");
        assert_eq!(caller.post("/supermarket/v1/links", &again).await.expect(409).code(), "already_linked");
        let of_service = city.anyone().get(&format!("/supermarket/v1/services/{service}/agencies")).await.expect(200);
        assert_eq!(of_service.body["items"][0]["agency_id"], id);
        let records = city.anyone().get(&format!("/supermarket/v1/agencies/{id}/records")).await.expect(200);
        assert_eq!(records.body["links"][0]["state"], "approved");
    }

    async fn what_the_service_requires_is_checked_by_machine_first(city: &TestCity) {
        let service = published(city).await;
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let ask = |certificates: Value| json!({"service_id": service, "certificates": certificates});
        let none = caller.post("/supermarket/v1/links", &ask(json!([]))).await.expect(422);
        assert_eq!((none.code(), none.pointers()), ("requirement_not_met", vec!["/certificates".to_owned()]));
        let mut bare = details("2029-04-30");
        bare["staff"] = json!([]);
        caller.put(&format!("/supermarket/v1/agencies/{id}/details"), &bare).await.expect(200);
        let all = caller.post("/supermarket/v1/links", &ask(json!(["资 9"]))).await.expect(422);
        assert_eq!(all.pointers(), ["/certificates", "/certificates/0", "/staff"], "every fault at once");
        let stranger = city.caller(&firm(7).0);
        let refused = stranger.post("/supermarket/v1/links", &ask(json!(["资 1"]))).await.expect(409);
        assert_eq!(refused.code(), "not_registered");
    }

    async fn approval_is_judged_by_what_holds_on_its_day(city: &TestCity) {
        let service = published(city).await;
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let link = requested(&caller, &service).await;
        let mut weaker = details("2029-04-30");
        weaker["qualifications"] = json!([certificate("other", "资 2", "2029-04-30")]);
        caller.put(&format!("/supermarket/v1/agencies/{id}/details"), &weaker).await.expect(200);
        let path = format!("/supermarket/v1/links/{link}/decision");
        let refused = city.caller(&reviewer()).post(&path, &verdict(true)).await.expect(422);
        assert_eq!(refused.code(), "requirement_not_met");
        let done = city.caller(&reviewer()).post(&path, &verdict(false)).await.expect(200).body;
        assert_eq!(done["state"], "refused");
        caller.put(&format!("/supermarket/v1/agencies/{id}/details"), &details("2029-04-30")).await.expect(200);
        let second = requested(&caller, &service).await;
        assert_eq!(second, link, "one link for one agency and service");
        assert_eq!(state_of(&caller, &link).await["request"]["round"], 2);
    }

    async fn lists_and_links_reach_no_further_than_ones_own(city: &TestCity) {
        let service = published(city).await;
        let (caller, _) = agency(city, 1, "2029-04-30").await;
        let (other, _) = agency(city, 2, "2029-04-30").await;
        let link = requested(&caller, &service).await;
        let listed = |who: tongban_testkit::Client| async move {
            who.get("/supermarket/v1/links").await.expect(200).body["items"].as_array().unwrap().len()
        };
        let supervisor = officer("supervisor", "11320700MB0000001L", HAIZHOU, &[Role::Supervisor]);
        for (who, sees) in [
            (reviewer(), 1), (manager("manager.1"), 1), (supervisor, 1), (reviewer_above(), 0),
            (reviewer_elsewhere(), 0), (manager_elsewhere(), 0),
            (officer("supervisor.g", "11320707MB0000001R", GANYU, &[Role::Supervisor]), 0),
        ] {
            assert_eq!(listed(city.caller(&who)).await, sees, "{}", who.account);
            let read = city.caller(&who).get(&format!("/supermarket/v1/links/{link}")).await;
            read.expect(if sees == 1 { 200 } else { 403 });
        }
        assert_eq!((listed(caller.clone()).await, listed(other.clone()).await), (1, 0));
        other.get(&format!("/supermarket/v1/links/{link}")).await.expect(403);
        let path = format!("/supermarket/v1/links/{link}/withdrawal");
        let reason = json!({"reason": "暂不开展"});
        assert_eq!(other.post(&path, &reason).await.expect(403).code(), "not_your_agency");
        assert_eq!(caller.post(&path, &reason).await.expect(200).body["state"], "withdrawn");
        assert_eq!(caller.post(&path, &reason).await.expect(409).code(), "not_linked");
    }
}
