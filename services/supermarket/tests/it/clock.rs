//! What the clock brings: silence goes up, qualifications end, links with them, unless renewed.

use serde_json::json;
use tongban_contracts::supermarket::AgencyEvent;
use tongban_testkit::{eventually, on_every_backend};

use crate::town::{
    agency, approved, certificate, details, firm, manager, morning, published, requested, reviewer,
    reviewer_above, services, state_of,
};

on_every_backend! {
    services: services(),

    async fn silence_goes_up_to_the_body_above(city: &TestCity) {
        let service = published(city).await;
        let (caller, _) = agency(city, 1, "2029-04-30").await;
        let link = requested(&caller, &service).await;
        city.set_time(morning(3, 19));
        let caller = city.caller(&firm(1).0);
        let escalated = eventually("the request to be escalated", async || {
            let link = state_of(&caller, &link).await;
            link["escalated_to"].is_object().then_some(link)
        }).await;
        assert_eq!((&escalated["state"], &escalated["overdue"]), (&json!("pending"), &json!(true)));
        let above = city.caller(&reviewer_above());
        let mine = above.get("/supermarket/v1/links?overdue=true").await.expect(200).body;
        assert_eq!(mine["items"][0]["id"], link);
        let first = city.caller(&reviewer()).get("/supermarket/v1/links").await.expect(200).body;
        assert_eq!(first["items"][0]["id"], link, "the first body may still decide");
        let body = json!({"approved": true, "reasons": ["符合要求"]});
        let done = above.post(&format!("/supermarket/v1/links/{link}/decision"), &body).await.expect(200).body;
        assert_eq!((&done["state"], &done["outcome"]["by"]["id"]), (&json!("approved"), &json!("reviewer.above")));
    }

    async fn a_qualification_ends_on_its_day_and_the_link_with_it(city: &TestCity) {
        let service = published(city).await;
        let (caller, id) = agency(city, 1, "2026-04-30").await;
        let link = requested(&caller, &service).await;
        assert_eq!(approved(city, &link).await["valid_through"], "2026-04-30");
        city.set_time(morning(4, 30));
        let caller = city.caller(&firm(1).0);
        assert_eq!(state_of(&caller, &link).await["state"], "approved", "its last day counts");
        city.set_time(morning(5, 1));
        let caller = city.caller(&firm(1).0);
        let ended = eventually("the link to end", async || {
            let link = state_of(&caller, &link).await;
            (link["state"] == "ended").then_some(link)
        }).await;
        assert_eq!(ended["outcome"]["reasons"], json!(["所依据的资质或者人员资格于 2026-04-30 到期"]));
        let told = city.published::<AgencyEvent>(|seen| seen.len() >= 3).await;
        let expired = told.iter().filter(|one| one.kind.ends_with(".qualification_expired.v1")).count();
        assert_eq!(expired, 2, "the agency's and its surveyor's, each once");
        let shown = city.anyone().get(&format!("/supermarket/v1/agencies/{id}")).await.expect(200).body;
        assert_eq!((&shown["qualifications"][0]["in_force"], &shown["staff"]), (&json!(false), &json!([])));
    }

    async fn a_renewed_qualification_keeps_the_link(city: &TestCity) {
        let service = published(city).await;
        let (caller, id) = agency(city, 1, "2026-04-30").await;
        let link = requested(&caller, &service).await;
        approved(city, &link).await;
        let mut renewed = details("2026-04-30");
        renewed["qualifications"] = json!([certificate("surveying-b", "资 2", "2031-04-30")]);
        renewed["staff"][0]["qualifications"] = json!([certificate("registered-surveyor", "注 2", "2030-04-30")]);
        caller.put(&format!("/supermarket/v1/agencies/{id}/details"), &renewed).await.expect(200);
        city.set_time(morning(5, 1));
        let caller = city.caller(&firm(1).0);
        let kept = eventually("the link to be extended", async || {
            let link = state_of(&caller, &link).await;
            (link["valid_through"] == "2030-04-30").then_some(link)
        }).await;
        assert_eq!(kept["state"], "approved");
    }

    async fn a_withdrawn_service_ends_its_links(city: &TestCity) {
        let service = published(city).await;
        let (caller, _) = agency(city, 1, "2029-04-30").await;
        let link = requested(&caller, &service).await;
        let path = format!("/supermarket/v1/services/{service}");
        let reason = json!({"reason": "设定依据已废止"});
        city.caller(&reviewer()).post(&format!("{path}/withdrawal"), &reason).await.expect(200);
        let word = json!({"confirmed": true, "reason": "属实"});
        city.caller(&manager("manager.2")).post(&format!("{path}/decision"), &word).await.expect(200);
        let ended = eventually("the link to end", async || {
            let link = state_of(&caller, &link).await;
            (link["state"] == "ended").then_some(link)
        }).await;
        assert_eq!(ended["outcome"]["reasons"], json!(["中介服务事项取消：设定依据已废止"]));
    }
}
