//! Credit: what counts, what class follows, and what the subject has to say to it.

use std::sync::Arc;

use chrono::{TimeZone, Utc};
use serde_json::{Value, json};
use tongban_contracts::breaches::{BreachEvent, SupermarketBreach};
use tongban_contracts::credit::CreditEvent;
use tongban_contracts::identity::{DocumentKind, IdentityDocument};
use tongban_contracts::licences::{Licence, LicenceEvent, RevocationGround};
use tongban_contracts::matters::LicenceType;
use tongban_kernel::{Principal, RegionCode, Role};
use tongban_supervision::Supervision;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, officer, organisation, system};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::onsite::*;

const VISIT: &str = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a03";

fn judge() -> Principal {
    officer("credit", MARKET, HAIZHOU, &[Role::CreditOfficer])
}

/// The restaurant's credit once it satisfies `wanted`.
async fn credit(city: &TestCity, wanted: impl Fn(&Value) -> bool) -> Value {
    let caller = city.caller(&owner());
    eventually("the credit to follow", async || {
        let credit = caller.get("/supervision/v1/credit").await.expect(200).body;
        wanted(&credit).then_some(credit)
    })
    .await
}

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn the_class_follows_from_what_was_found_and_explains_itself(city: &TestCity) {
        let initial = credit(city, |_| true).await;
        assert_eq!((&initial["class"], &initial["points"]), (&json!("B"), &json!(90)));
        ordered(city, VISIT).await;
        inspected(city, VISIT, MARKET, "food.1", "3").await;
        corrected(city, VISIT, MARKET).await;
        let worse = credit(city, |credit| credit["class"] == "C").await;
        assert_eq!(worse["points"], 70);
        let change = &worse["last_change"];
        assert_eq!((&change["former"], &change["class"]), (&json!("B"), &json!("C")));
        assert_eq!(change["counted"][0]["ground"], "inspection.corrected");
        assert_eq!(change["rule"], "2026-1");
        inspected(city, VISIT, FIRE, "fire.1", "1").await;
        let better = credit(city, |credit| credit["points"] == 75).await;
        assert_eq!((&better["class"], better["counted"].as_array().unwrap().len()), (&json!("C"), 2));

        let told = city.published::<CreditEvent>(|seen| seen.len() >= 3).await;
        let changes = told.iter().filter(|one| {
            matches!(one.read().unwrap(), CreditEvent::ClassChanged(_))
        });
        assert_eq!(changes.count(), 1);
        // The clock alone: both events are over a year later.
        city.set_time(Utc.with_ymd_and_hms(2027, 3, 12, 2, 0, 0).unwrap());
        let over = credit(city, |credit| credit["counted"] == json!([])).await;
        assert_eq!(over["entries"][0]["state"], "expired");
    }

    async fn a_result_that_was_amended_counts_as_it_is_now(city: &TestCity) {
        ordered(city, VISIT).await;
        let caller = begin(city, VISIT, MARKET).await;
        find(&caller, VISIT, MARKET, "food.1", true).await;
        conclude(&caller, VISIT, MARKET, "C", None).await.expect(200);
        let worst = credit(city, |credit| credit["class"] == "D").await;
        assert_eq!(worst["counted"][0]["ground"], "inspection.concealed");
        let amendment = json!({
            "body": MARKET, "code": "3", "summary": "示例更正", "reason": "适用条款有误",
        });
        let approver = city.caller(&approver(MARKET));
        approver.post(&step(VISIT, "amendment"), &amendment).await.expect(200);
        let amended = credit(city, |credit| credit["class"] == "C").await;
        assert_eq!(amended["points"], 65);
        let states: Vec<&Value> =
            amended["entries"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
        assert!(states.contains(&&json!("cancelled")), "{amended}");
    }

    async fn objections_and_repairs_are_answered_by_another_position(city: &TestCity) {
        ordered(city, VISIT).await;
        inspected(city, VISIT, MARKET, "food.1", "3").await;
        corrected(city, VISIT, MARKET).await;
        let worse = credit(city, |credit| credit["class"] == "C").await;
        let entry = &worse["entries"][0]["id"];
        let path = format!("/supervision/v1/credit/{RESTAURANT}/requests");
        let repair = json!({"entry": entry, "kind": "repair", "statement": "已改正，申请修复"});
        let stranger = city.caller(&organisation("other", "其他单位"));
        assert_eq!(stranger.post(&path, &repair).await.expect(403).code(), "not_your_credit");
        let asked = city.caller(&owner()).post(&path, &repair).await.expect(201).body;
        let request = &asked["requests"][0];
        assert_eq!(request["due"], "2026-03-25");
        let judge = city.caller(&judge());
        let list = judge.get("/supervision/v1/credit-requests").await.expect(200).body;
        assert_eq!(list["items"][0]["answer_due"], "2026-03-25");
        let elsewhere = officer("elsewhere", MARKET, GANYU, &[Role::CreditOfficer]);
        let list = city.caller(&elsewhere).get("/supervision/v1/credit-requests").await.expect(200);
        assert_eq!(list.body["items"], json!([]));
        let path = format!("/supervision/v1/credit-requests/{}/answer", request["id"].as_str().unwrap());
        let answer = json!({"code": RESTAURANT, "granted": true, "reason": "经核查"});
        let inspects = officer("i", MARKET, HAIZHOU, &[Role::CreditOfficer, Role::Inspector]);
        let refused = city.caller(&inspects).post(&path, &answer).await.expect(403);
        assert_eq!(refused.code(), "same_position");
        let refused = city.caller(&elsewhere).post(&path, &answer).await.expect(403);
        assert_eq!(refused.code(), "not_your_region");
        let answered = judge.post(&path, &answer).await.expect(200).body;
        assert_eq!((&answered["class"], &answered["entries"][0]["state"]), (&json!("B"), &json!("repaired")));
        assert_eq!(judge.post(&path, &answer).await.expect(409).code(), "already_answered");
    }

    async fn revoked_licences_and_breaches_count(city: &TestCity) {
        let revoker = officer("licences", APPROVAL_BUREAU, HAIZHOU, &[Role::LicenceOfficer]);
        let issued = LicenceEvent::Issued(Box::new(licence()));
        city.emit("licence-1", 1, &issued, &revoker).await;
        let reason = "示例".to_owned();
        let revoked = LicenceEvent::Revoked { ground: RevocationGround::TakenAway, reason };
        city.emit("licence-1", 2, &revoked, &revoker).await;
        let bound = credit(city, |credit| credit["class"] == "D").await;
        assert_eq!(bound["counted"][0]["id"], "licence:licence-1");

        let breach = BreachEvent::Recorded(Box::new(breach()));
        let market = officer("market", APPROVAL_BUREAU, HAIZHOU, &[Role::Supervisor]);
        city.emit("breach-1", 1, &breach, &market).await;
        credit(city, |credit| credit["counted"].as_array().unwrap().len() == 2).await;
        let lifted = BreachEvent::Lifted { reason: "示例".into() };
        city.emit("breach-1", 2, &lifted, &market).await;
        let after = credit(city, |credit| credit["counted"].as_array().unwrap().len() == 1).await;
        assert_eq!(after["points"], 50);
    }

    async fn systems_report_what_their_body_holds_true(city: &TestCity) {
        let line = system("line", APPROVAL_BUREAU, HAIZHOU, &[Role::CreditOfficer]);
        let mut report = json!({
            "reference": "CN-1", "subject_code": RESTAURANT, "subject_name": "示例",
            "natural_person": false, "source": "promise", "ground": "promise.overdue",
            "summary": "逾期未补交材料", "occurred_on": "2026-03-10", "body_name": "示例单位",
        });
        let path = "/supervision/v1/credit-events";
        let first = city.caller(&line).post(path, &report).await.expect(201).body;
        assert_eq!((&first["points"], &first["class"]), (&json!(75), &json!("C")));
        let again = city.caller(&line).post(path, &report).await.expect(201).body;
        assert_eq!(again["entries"].as_array().unwrap().len(), 1, "the same reference counts once");
        report["reference"] = "CN-2".into();
        report["ground"] = "invented".into();
        assert_eq!(city.caller(&line).post(path, &report).await.expect(409).code(), "unknown_ground");
        report["ground"] = "promise.overdue".into();
        report["occurred_on"] = "2026-03-12".into();
        let early = city.caller(&line).post(path, &report).await.expect(409);
        assert_eq!(early.code(), "not_happened_yet");
        city.caller(&judge()).post(path, &report).await.expect(403);
        let read = format!("/supervision/v1/credit/{RESTAURANT}");
        city.caller(&judge()).get(&read).await.expect(200);
        let elsewhere = officer("e", MARKET, GANYU, &[Role::CreditOfficer]);
        city.caller(&elsewhere).get(&read).await.expect(403);
    }

    async fn the_rules_are_open_to_everyone(city: &TestCity) {
        let rules = city.anyone().get("/supervision/v1/rules").await.expect(200).body;
        assert_eq!(rules["result_codes"]["codes"].as_array().unwrap().len(), 17);
        assert_eq!(rules["terms"]["publication"]["amount"], 20);
        assert!(rules["terms"]["publication"]["source"].as_str().unwrap().contains("20 个工作日"));
        assert_eq!(rules["credit_rules"][0]["version"], "2026-1");
    }
}

fn licence() -> Licence {
    Licence {
        identifier: "1.2.156.3005.2.示例".into(),
        licence_type: LicenceType {
            code: "11100000000013338W032".into(),
            name: "食品经营许可证".into(),
            valid_months: None,
        },
        holder_account: "owner".into(),
        holder_name: "云港示例餐饮有限公司（示例）".into(),
        holder_document: IdentityDocument { kind: DocumentKind::Uscc, number: RESTAURANT.into() },
        issuer: APPROVAL_BUREAU.into(),
        issuer_name: "海州区行政审批局（示例）".into(),
        region: RegionCode::parse(HAIZHOU).unwrap(),
        case_id: "case".into(),
        case_number: "number".into(),
        face: json!({}),
        valid_from: "2026-01-01".parse().unwrap(),
        valid_until: None,
        check_code: "7KQ2MX".into(),
    }
}

fn breach() -> SupermarketBreach {
    SupermarketBreach {
        subject_code: RESTAURANT.into(),
        subject_name: "示例".into(),
        subject_account: Some("owner".into()),
        ground: "contract_not_signed".into(),
        summary: "示例".into(),
        occurred_on: "2026-03-11".parse().unwrap(),
        body: APPROVAL_BUREAU.into(),
        body_name: "示例".into(),
        region: RegionCode::parse(HAIZHOU).unwrap(),
        purchase_id: "purchase".into(),
    }
}
