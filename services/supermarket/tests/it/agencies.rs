//! Agencies come in by themselves, change what they say of themselves, publish offers, and leave.

use serde_json::json;
use tongban_testkit::on_every_backend;

use crate::town::{
    agency, certificate, details, firm, known, manager, manager_elsewhere, published, registration,
    reviewer, services,
};

on_every_backend! {
    services: services(),

    async fn one_code_one_agency_and_nobody_reviews_it(city: &TestCity) {
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let again = caller.post("/supermarket/v1/agencies", &registration(1, "2029-04-30")).await;
        assert_eq!(again.expect(409).code(), "already_registered");
        let shown = city.anyone().get(&format!("/supermarket/v1/agencies/{id}")).await.expect(200).body;
        assert_eq!(shown["standing"], "active");
        assert_eq!(shown["staff"], json!([{"code": "registered-surveyor", "name": "测绘资质乙级", "people": 1}]));
        assert!(!shown.to_string().contains("卜示例"), "names of professionals stay with the agency");
        let own = caller.get("/supermarket/v1/own-agency").await.expect(200).body;
        assert_eq!(own["profile"]["staff"][0]["name"], "卜示例");
        let of_another = city.caller(&firm(2).0);
        of_another.get("/supermarket/v1/own-agency").await.expect(404);
        let file = format!("/supermarket/v1/agencies/{id}/file");
        assert_eq!(of_another.get(&file).await.expect(403).code(), "not_your_agency");
        city.caller(&manager_elsewhere()).get(&file).await.expect(403);
        city.caller(&manager("manager.1")).get(&file).await.expect(200);
        assert_eq!(city.caller(&reviewer()).post("/supermarket/v1/agencies", &registration(1, "2029-04-30")).await.expect(403).code(), "wrong_kind");
    }

    async fn the_code_is_the_accounts_and_every_fault_is_named(city: &TestCity) {
        let (caller, _) = agency(city, 1, "2029-04-30").await;
        let other = caller.post("/supermarket/v1/agencies", &registration(2, "2029-04-30")).await.expect(422);
        assert_eq!(other.pointers(), ["/credit_code"]);
        known(city, 3).await;
        let third = city.caller(&firm(3).0);
        let mut body = registration(3, "2026-03-10");
        body["details"]["qualifications"] = json!([
            certificate("surveying-b", "资 1", "2023-01-01"),
            certificate("surveying-b", "资 1", "2029-01-01"),
        ]);
        let refused = tongban_testkit::eventually("the organisation to be known", async || {
            let answer = third.post("/supermarket/v1/agencies", &body).await;
            (answer.status != 503).then_some(answer)
        }).await.expect(422);
        assert_eq!(refused.pointers(), [
            "/qualifications/0/valid_through", "/qualifications/1/number", "/staff/0/qualifications/0/valid_through",
        ]);
    }

    async fn offers_keep_to_what_the_directory_publishes(city: &TestCity) {
        let service = published(city).await;
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let path = format!("/supermarket/v1/agencies/{id}/offers/{service}");
        let mut offer = json!({"fee_fen": 1_200_001, "unit": "项", "business_days": 11,
            "conditions": ["提供红线图"], "flow": ["测量", "成图"]});
        let refused = caller.put(&path, &offer).await.expect(422);
        assert_eq!(refused.pointers(), ["/business_days", "/fee_fen"]);
        offer["unit"] = json!("份");
        offer["business_days"] = json!(5);
        assert_eq!(caller.put(&path, &offer).await.expect(422).pointers(), ["/unit"]);
        offer["unit"] = json!("项");
        offer["fee_fen"] = json!(600_000);
        let done = caller.with_key("once").put(&path, &offer).await.expect(200).body;
        assert_eq!(done["offers"][0]["offer"], offer);
        assert_eq!(done["offers"][0]["published_at"], "2026-03-11T02:00:00Z");
        assert_eq!(caller.with_key("once").put(&path, &offer).await.expect(200).body, done);
        let (another, _) = agency(city, 2, "2029-04-30").await;
        assert_eq!(another.put(&path, &offer).await.expect(403).code(), "not_your_agency");
        let gone = another.request(reqwest::Method::DELETE, &path);
        another.send(gone).await.expect(403);
        let gone = caller.request(reqwest::Method::DELETE, &path);
        assert_eq!(caller.send(gone).await.expect(200).body["offers"], json!([]));
    }

    async fn an_agency_changes_leaves_and_comes_back(city: &TestCity) {
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let path = format!("/supermarket/v1/agencies/{id}/details");
        let mut changed = details("2029-04-30");
        changed["contact"]["phone"] = json!("0518-80000009");
        let done = caller.put(&path, &changed).await.expect(200).body;
        assert_eq!(done["profile"]["contact"]["phone"], "0518-80000009");
        let (another, _) = agency(city, 2, "2029-04-30").await;
        assert_eq!(another.put(&path, &changed).await.expect(403).code(), "not_your_agency");
        let exit = format!("/supermarket/v1/agencies/{id}/exit");
        let reason = json!({"reason": "业务调整"});
        another.post(&exit, &reason).await.expect(403);
        assert_eq!(caller.post(&exit, &reason).await.expect(200).body["standing"], "left");
        assert_eq!(caller.post(&exit, &reason).await.expect(409).code(), "agency_left");
        assert_eq!(caller.put(&path, &changed).await.expect(409).code(), "agency_left");
        caller.post("/supermarket/v1/agencies", &registration(1, "2029-04-30")).await.expect(201);
    }

    async fn lists_turn_pages_and_look_for_words(city: &TestCity) {
        for number in 1..=5 {
            agency(city, number, "2029-04-30").await;
        }
        for query in ["limit=2", "limit=2&region=320706", "limit=2&q=%E7%A4%BA%E4%BE%8B"] {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let path = format!("/supermarket/v1/agencies?{query}{after}");
                let page = city.anyone().get(&path).await.expect(200).body;
                for item in page["items"].as_array().unwrap() {
                    seen.push(item["id"].as_str().unwrap().to_owned());
                }
                let Some(next) = page["next"].as_str() else { break };
                let next: String = next.bytes().map(|byte| format!("%{byte:02X}")).collect();
                after = format!("&after={next}");
            }
            let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
            assert_eq!((seen.len(), distinct.len()), (5, 5), "{query}");
        }
        let by_code = format!("/supermarket/v1/agencies?q={}", firm(3).1);
        let found = city.anyone().get(&by_code).await.expect(200).body;
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let none = city.anyone().get("/supermarket/v1/agencies?region=320707").await.expect(200).body;
        assert_eq!(none["items"], json!([]));
        city.anyone().get("/supermarket/v1/agencies?after=x").await.expect(400);
    }
}
