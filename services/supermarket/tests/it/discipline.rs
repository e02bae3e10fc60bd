//! Measures follow published rules; an exclusion takes two officers, and an appeal a third.

use serde_json::{Value, json};
use tongban_contracts::supermarket::AgencyEvent;
use tongban_testkit::{Client, on_every_backend};

use crate::town::{
    agency, approved, firm, manager, manager_elsewhere, morning, published, registration,
    requested, services, state_of,
};

async fn sanction(officer: &Client, agency: &str, rule: &str) -> tongban_testkit::Answer {
    let path = format!("/supermarket/v1/agencies/{agency}/sanctions");
    officer.post(&path, &json!({"rule": rule, "facts": "示例事实"})).await
}

async fn step(caller: &Client, agency: &str, step: &str, body: Value) -> tongban_testkit::Answer {
    caller.post(&format!("/supermarket/v1/agencies/{agency}/sanctions/1/{step}"), &body).await
}

on_every_backend! {
    services: services(),

    async fn without_a_published_rule_there_is_no_measure(city: &TestCity) {
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let officer = city.caller(&manager("manager.1"));
        let refused = sanction(&officer, &id, "bad-taste").await.expect(422);
        assert_eq!((refused.code(), refused.pointers()), ("unknown_rule", vec!["/rule".to_owned()]));
        assert_eq!(sanction(&city.caller(&manager_elsewhere()), &id, "overcharging").await.expect(403).code(), "not_your_region");
        sanction(&caller, &id, "overcharging").await.expect(403);
        let done = sanction(&officer, &id, "overcharging").await.expect(201).body;
        assert_eq!(done["standing"], "suspended");
        let measure = &done["records"][0]["sanction"];
        assert_eq!((&measure["rule"], &measure["until"]), (&json!("overcharging"), &json!("2026-09-11")));
        assert_eq!(measure["text"], "超出公布标准收费的，一律暂停承接业务六个月");
        assert_eq!(measure["appeal_until"], "2026-03-25", "ten business days");
        assert_eq!(sanction(&officer, &id, "overcharging").await.expect(409).code(), "already_sanctioned");
        let rules = city.anyone().get("/supermarket/v1/discipline-rules").await.expect(200).body;
        assert_eq!(rules["rules"].as_array().unwrap().len(), 6);
        let shown = city.anyone().get(&format!("/supermarket/v1/agencies/{id}/records")).await.expect(200).body;
        assert_eq!(shown["breaches"][0]["rule"], "overcharging");
    }

    async fn an_exclusion_takes_two_officers_and_ends_links(city: &TestCity) {
        let service = published(city).await;
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let link = requested(&caller, &service).await;
        approved(city, &link).await;
        let first = city.caller(&manager("manager.1"));
        let proposed = sanction(&first, &id, "false-report").await.expect(201).body;
        assert_eq!((&proposed["standing"], &proposed["records"][0]["state"]), (&json!("active"), &json!("proposed")));
        let public = city.anyone().get(&format!("/supermarket/v1/agencies/{id}/records")).await.expect(200).body;
        assert_eq!(public["breaches"], json!([]), "a proposal is not held against anybody in public");
        let waiting = first.get("/supermarket/v1/pending-sanctions").await.expect(200).body;
        assert_eq!(waiting["items"][0]["id"], id);
        let elsewhere = city.caller(&manager_elsewhere());
        assert_eq!(elsewhere.get("/supermarket/v1/pending-sanctions").await.expect(200).body["items"], json!([]));
        let word = json!({"confirmed": true, "reason": "事实清楚"});
        assert_eq!(step(&first, &id, "confirmation", word.clone()).await.expect(403).code(), "same_officer");
        assert_eq!(step(&elsewhere, &id, "confirmation", word.clone()).await.expect(403).code(), "not_your_region");
        city.set_time(morning(3, 12));
        let second = city.caller(&manager("manager.2"));
        let done = step(&second, &id, "confirmation", word.clone()).await.expect(200).body;
        assert_eq!((&done["standing"], &done["records"][0]["sanction"]["until"]), (&json!("excluded"), &json!("2029-03-12")));
        assert_eq!(done["records"][0]["sanction"]["confirmed_by"]["id"], "manager.2");
        assert_eq!(step(&second, &id, "confirmation", word).await.expect(409).code(), "not_proposed");
        let caller = city.caller(&firm(1).0);
        let ended = tongban_testkit::eventually("the link to end", async || {
            let link = state_of(&caller, &link).await;
            (link["state"] == "ended").then_some(link)
        }).await;
        assert!(ended["outcome"]["reasons"][0].as_str().unwrap().starts_with("机构被清退"));
        let body = registration(1, "2029-04-30");
        assert_eq!(caller.post("/supermarket/v1/agencies", &body).await.expect(409).code(), "agency_excluded");
        let asks = json!({"service_id": service, "certificates": ["资 1"]});
        assert_eq!(caller.post("/supermarket/v1/links", &asks).await.expect(409).code(), "agency_excluded");
        let told = city.published::<AgencyEvent>(|seen| seen.len() >= 3).await;
        assert!(told.iter().any(|one| one.kind.ends_with(".excluded.v1")));
    }

    async fn a_rejected_exclusion_leaves_nothing_but_its_record(city: &TestCity) {
        let (_, id) = agency(city, 1, "2029-04-30").await;
        sanction(&city.caller(&manager("manager.1")), &id, "collusion").await.expect(201);
        let second = city.caller(&manager("manager.2"));
        let word = json!({"confirmed": false, "reason": "证据不足"});
        let done = step(&second, &id, "confirmation", word).await.expect(200).body;
        assert_eq!((&done["standing"], &done["records"][0]["state"]), (&json!("active"), &json!("rejected")));
        let waiting = second.get("/supermarket/v1/pending-sanctions").await.expect(200).body;
        assert_eq!(waiting["items"], json!([]));
    }

    async fn an_appeal_is_decided_by_somebody_who_had_no_part_in_it(city: &TestCity) {
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        let first = city.caller(&manager("manager.1"));
        sanction(&first, &id, "false-report").await.expect(201);
        let plea = json!({"ground": "成果经复核无误"});
        assert_eq!(step(&caller, &id, "appeal", plea.clone()).await.expect(409).code(), "not_in_force");
        let second = city.caller(&manager("manager.2"));
        step(&second, &id, "confirmation", json!({"confirmed": true, "reason": "事实清楚"})).await.expect(200);
        let stranger = city.caller(&firm(2).0);
        assert_eq!(step(&stranger, &id, "appeal", plea.clone()).await.expect(403).code(), "not_your_agency");
        let taken = step(&caller, &id, "appeal", plea.clone()).await.expect(200).body;
        assert_eq!(taken["records"][0]["plea"]["due"], "2026-04-01", "fifteen business days");
        assert_eq!(step(&caller, &id, "appeal", plea).await.expect(409).code(), "already_appealed");
        let decision = json!({"upheld": true, "reason": "原认定有误"});
        for part in [&first, &second] {
            assert_eq!(step(part, &id, "appeal/decision", decision.clone()).await.expect(403).code(), "same_officer");
        }
        let third = city.caller(&manager("manager.3"));
        let done = step(&third, &id, "appeal/decision", decision.clone()).await.expect(200).body;
        assert_eq!((&done["standing"], &done["records"][0]["state"]), (&json!("active"), &json!("lifted")));
        assert_eq!(step(&third, &id, "appeal/decision", decision).await.expect(409).code(), "no_open_appeal");
    }

    async fn an_appeal_has_its_limit_and_a_measure_its_term(city: &TestCity) {
        let (_, id) = agency(city, 1, "2029-04-30").await;
        let officer = city.caller(&manager("manager.1"));
        sanction(&officer, &id, "no-contract").await.expect(201);
        city.set_time(morning(3, 26));
        let caller = city.caller(&firm(1).0);
        let late = step(&caller, &id, "appeal", json!({"ground": "无"})).await;
        assert_eq!(late.expect(409).code(), "appeal_too_late");
        city.set_time(morning(6, 11));
        let on_its_last_day = city.anyone().get(&format!("/supermarket/v1/agencies/{id}")).await.expect(200);
        assert_eq!(on_its_last_day.body["standing"], "suspended");
        city.set_time(morning(6, 12));
        let over = city.anyone().get(&format!("/supermarket/v1/agencies/{id}")).await.expect(200);
        assert_eq!(over.body["standing"], "active", "whether it was noted or not");
        let noted = tongban_testkit::eventually("the clock to lift it", async || {
            let records = city.anyone().get(&format!("/supermarket/v1/agencies/{id}/records")).await.expect(200).body;
            records["breaches"][0]["lifted"].as_str().map(str::to_owned)
        }).await;
        assert_eq!(noted, "惩戒期限届满，自动解除");
    }

    async fn a_suspension_is_lifted_by_decision(city: &TestCity) {
        let (_, id) = agency(city, 1, "2029-04-30").await;
        let officer = city.caller(&manager("manager.1"));
        sanction(&officer, &id, "subcontracting").await.expect(201);
        let reason = json!({"reason": "已整改"});
        let elsewhere = city.caller(&manager_elsewhere());
        assert_eq!(step(&elsewhere, &id, "lifting", reason.clone()).await.expect(403).code(), "not_your_region");
        assert_eq!(step(&officer, &id, "lifting", reason.clone()).await.expect(200).body["standing"], "active");
        assert_eq!(step(&officer, &id, "lifting", reason).await.expect(409).code(), "not_in_force");
    }
}
