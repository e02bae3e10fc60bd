//! The directory: nothing required without a legal basis, two officers, dates of the system's own.

use serde_json::json;
use tongban_testkit::on_every_backend;

use crate::town::{
    MATTER, confirm, drafted, manager, manager_elsewhere, matter, morning, published, reviewer,
    reviewer_elsewhere, services, survey,
};

const SERVICES: &str = "/supermarket/v1/services";

on_every_backend! {
    services: services(),

    async fn what_rests_on_less_than_law_cannot_be_required(city: &TestCity) {
        matter(city).await;
        drafted(city, &survey()).await;
        let mut body = survey();
        body["basis"] = json!([{"kind": "rule", "title": "某办法", "article": "第三条"}]);
        let refused = city.caller(&reviewer()).post(SERVICES, &body).await.expect(422);
        assert_eq!(refused.pointers(), ["/basis"]);
        let fault = &refused.body["errors"][0];
        assert_eq!(fault["code"], "no_legal_basis");
        assert!(fault["message"].as_str().unwrap().contains("优化营商环境条例第四十三条"));
        body["matters"] = json!([]);
        city.caller(&reviewer()).post(SERVICES, &body).await.expect(201);
    }

    async fn every_fault_is_named_at_once(city: &TestCity) {
        let mut body = survey();
        body["superior_body"] = body["industry_body"].clone();
        body["fee"] = json!({"kind": "government_guided", "unit": "项"});
        body["matters"] = json!([{"matter_id": "00000000-0000-4000-8000-000000000001"}]);
        let refused = city.caller(&reviewer()).post(SERVICES, &body).await.expect(422);
        // No body is known yet, nor is the matter.
        let mut places = refused.pointers();
        places.dedup();
        let expected =
            ["/fee/basis", "/fee/cap_fen", "/industry_body/id", "/matters/0/matter_id", "/superior_body/id"];
        assert_eq!(places, expected);
        let faults = refused.body["errors"].as_array().unwrap();
        let unknown = faults.iter().find(|one| one["pointer"] == "/industry_body/id").unwrap();
        assert_eq!(unknown["code"], "unknown_body");
        for stranger in [reviewer_elsewhere(), manager_elsewhere()] {
            let refused = city.caller(&stranger).post(SERVICES, &survey()).await.expect(403);
            assert_eq!(refused.code(), "not_your_body");
        }
    }

    async fn bodies_are_called_as_they_are_registered(city: &TestCity) {
        matter(city).await;
        drafted(city, &survey()).await;
        let mut body = survey();
        body["industry_body"]["name"] = json!("海州区规划局");
        body["superior_body"] = json!({"id": "11320700MB0000009Z", "name": "x"});
        let refused = city.caller(&reviewer()).post(SERVICES, &body).await.expect(422);
        assert_eq!(refused.pointers(), ["/industry_body/name", "/superior_body/id"]);
        let fault = &refused.body["errors"][0];
        assert_eq!(fault["code"], "other_name");
        assert!(fault["message"].as_str().unwrap().contains("海州区自然资源和规划分局（示例）"));
    }

    async fn a_date_cannot_be_given_and_the_second_officer_is_another(city: &TestCity) {
        let mut dated = survey();
        dated["published_on"] = json!("2020-01-01");
        let refused = city.caller(&reviewer()).post(SERVICES, &dated).await.expect(422);
        assert_eq!(refused.pointers(), ["/published_on"]);
        matter(city).await;
        let id = drafted(city, &survey()).await;
        city.anyone().get(&format!("{SERVICES}/{id}")).await.expect(404);
        let waiting = city.caller(&reviewer()).get("/supermarket/v1/pending-services").await.expect(200).body;
        assert_eq!(waiting["items"][0]["id"], id);
        let path = format!("{SERVICES}/{id}/decision");
        let word = json!({"confirmed": true, "reason": "依据明确"});
        city.caller(&reviewer()).post(&path, &word).await.expect(403);
        let elsewhere = city.caller(&manager_elsewhere()).post(&path, &word).await.expect(403);
        assert_eq!(elsewhere.code(), "not_your_region");
        let done = confirm(city, &path).await;
        assert_eq!((&done["revision"], &done["published_on"]), (&json!(1), &json!("2026-03-11")));
        let shown = city.anyone().get(&format!("{SERVICES}/{id}")).await.expect(200).body.to_string();
        assert!(shown.contains("海州区自然资源和规划分局（示例）"), "{shown}");
        let again = city.caller(&manager("manager.2")).post(&path, &word).await.expect(409);
        assert_eq!(again.code(), "nothing_proposed");
        let drafts = city.caller(&manager("manager.1"));
        drafts.put(&format!("{SERVICES}/{id}"), &survey()).await.expect(200);
        let own = drafts.post(&path, &word).await.expect(403);
        assert_eq!(own.code(), "same_officer");
    }

    async fn versions_stay_and_the_matter_finds_its_services(city: &TestCity) {
        let id = published(city).await;
        city.set_time(morning(4, 1));
        let mut next = survey();
        next["business_days"] = json!(8);
        let path = format!("{SERVICES}/{id}");
        let officer = city.caller(&reviewer());
        officer.put(&path, &next).await.expect(200);
        assert_eq!(officer.put(&path, &next).await.expect(409).code(), "proposal_pending");
        let before = city.anyone().get(&path).await.expect(200).body;
        assert_eq!(before["service"]["business_days"], 10, "a draft is not in force");
        confirm(city, &format!("{path}/decision")).await;
        let shown = city.anyone().get(&path).await.expect(200).body;
        assert_eq!((&shown["revision"], &shown["published_on"]), (&json!(2), &json!("2026-04-01")));
        assert_eq!(shown["matters"][0]["matter_id"], MATTER);
        let versions = city.anyone().get(&format!("{path}/versions")).await.expect(200).body;
        let days: Vec<_> = versions.as_array().unwrap().iter().map(|one| one["published_on"].clone()).collect();
        assert_eq!(days, [json!("2026-04-01"), json!("2026-03-11")]);
        for (query, found) in [
            (format!("matter={MATTER}"), 1), ("q=%E6%B5%8B%E7%BB%98".into(), 1), ("region=320706".into(), 1),
            ("region=320707".into(), 0), ("q=%E6%B6%88%E9%98%B2".into(), 0), ("body=11320706MB0000005P".into(), 0),
        ] {
            let page = city.anyone().get(&format!("{SERVICES}?{query}")).await.expect(200).body;
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
        }
        let returned = json!({"reason": "另有安排"});
        officer.post(&format!("{path}/withdrawal"), &returned).await.expect(200);
        let word = json!({"confirmed": false, "reason": "依据仍在"});
        let kept = city.caller(&manager("manager.2")).post(&format!("{path}/decision"), &word).await.expect(200).body;
        assert!(kept["withdrawn"].is_null() && kept["proposal"].is_null());
        officer.post(&format!("{path}/withdrawal"), &returned).await.expect(200);
        confirm(city, &format!("{path}/decision")).await;
        let gone = city.anyone().get(&path).await.expect(200).body;
        assert_eq!(gone["withdrawn"], json!({"on": "2026-04-01", "reason": "另有安排"}));
        assert_eq!(officer.post(&format!("{path}/withdrawal"), &returned).await.expect(409).code(), "not_in_force");
    }
}
