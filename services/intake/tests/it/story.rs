//! 施工许可: a company hands in with gaps, is told once, corrects, and gets its permit.

use serde_json::{Value, json};
use tongban_contracts::intake::{CaseEvent, Outcome};
use tongban_kernel::Principal;
use tongban_testkit::{eventually, on_every_backend};

use crate::town::{self, CASES, CODE, MATTER, step};

const LICENCE: &str = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O";

on_every_backend! {
    services: town::services(),

    async fn one_notice_names_all_three_gaps(city: &TestCity) {
        town::settle(city).await;
        let company = city.caller(&town::org());
        let clerk = city.caller(&town::clerk());

        // Two materials missing: refused unless the company says that it knows.
        let mut body = json!({"matter_id": MATTER, "form": town::form()});
        body["materials"] = town::materials(&company, &["M01", "M02"]).await;
        let refused = company.with_key("k1").post(CASES, &body).await.expect(422);
        assert_eq!(refused.pointers(), ["/materials/M03", "/materials/M04"]);
        body["incomplete"] = true.into();
        let case = company.with_key("k2").post(CASES, &body).await.expect(201).body;
        let id = case["id"].as_str().unwrap();
        assert_eq!(case["number"], format!("{CODE}202603110001"));
        assert_eq!(case["state"], "submitted");
        assert_eq!(case["exchange_state"]["code"], 1);
        assert_eq!(case["notice_due"], "2026-03-18");
        assert_eq!(codes(&case["missing_materials"]), ["M03", "M04"]);
        assert_eq!(case["applicant"]["document"]["number"], "91320706MA0000000X");

        // The clerk sees what is missing, cannot accept, and must name everything at once.
        let seen = clerk.get(&format!("{CASES}/{id}")).await.expect(200).body;
        assert_eq!(codes(&seen["missing_materials"]), ["M03", "M04"]);
        assert_eq!(seen["actions"], json!(["request_correction", "refuse_acceptance"]));
        let refused = clerk.post(&step(id, "acceptance"), &json!({})).await.expect(409);
        assert_eq!(refused.code(), "materials_missing");
        assert!(refused.body["detail"].as_str().unwrap().contains("施工合同（M04）"));
        let item = |pointer: &str, message: &str| json!({"pointer": pointer, "message": message});
        let items = json!([
            item("/materials/M02", "用地批准手续未盖章，请上传盖章件"),
            item("/materials/M03", "缺少中标通知书"),
            item("/materials/M04", "缺少施工合同"),
        ]);
        let partial = json!({"items": [items[0], items[1]]});
        let refused = clerk.post(&step(id, "correction"), &partial).await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "incomplete_notice");
        let told = clerk.post(&step(id, "correction"), &json!({"items": items})).await.expect(200);
        assert_eq!(told.body["state"], "correcting");
        let again = clerk.post(&step(id, "correction"), &json!({"items": items})).await;
        assert_eq!(again.expect(409).code(), "already_notified");

        // The company sees the three items and hands in again; with a gap left it is told at once.
        let seen = company.get(&format!("{CASES}/{id}")).await.expect(200).body;
        assert_eq!(seen["correction"]["items"], items);
        assert_eq!(seen["actions"], json!(["resubmit", "withdraw"]));
        let part = town::materials(&company, &["M01", "M02", "M03"]).await;
        let part = json!({"form": town::form(), "materials": part});
        let refused = company.post(&step(id, "resubmission"), &part).await.expect(422);
        assert_eq!(refused.pointers(), ["/materials/M04"]);
        let whole = town::materials(&company, &["M01", "M02", "M03", "M04"]).await;
        let whole = json!({"form": town::form(), "materials": whole});
        let done = company.post(&step(id, "resubmission"), &whole).await.expect(200).body;
        assert_eq!((&done["state"], &done["missing_materials"]), (&json!("resubmitted"), &json!([])));

        // Accepted on a Friday: three business days and seven calendar days from then.
        city.set_time("2026-03-13T02:00:00Z".parse().unwrap());
        let (clerk, company) = (city.caller(&town::clerk()), city.caller(&town::org()));
        let taken = clerk.post(&step(id, "acceptance"), &json!({})).await.expect(200).body;
        assert_eq!((&taken["due"], &taken["legal_due"]), (&json!("2026-03-18"), &json!("2026-03-20")));
        clock_explains(&company.get(&step(id, "clock")).await.expect(200).body);

        let approver = city.caller(&town::approver());
        let ruling = json!({"outcome": "approved", "reason": "符合法定条件"});
        let decided = approver.post(&step(id, "decision"), &ruling).await.expect(200).body;
        assert_eq!((&decided["state"], &decided["state_name"]), (&json!("decided"), &json!("办结（准予）")));
        assert_eq!(decided["exchange_state"]["code"], 11);

        // What the licence library is told is complete in itself; its licence comes back to the case.
        let events = city.published::<CaseEvent>(|seen| seen.len() >= 5).await;
        let CaseEvent::Decided(decision) = events[4].read::<CaseEvent>().unwrap() else {
            panic!("{:?}", events[4])
        };
        assert_eq!(decision.outcome, Outcome::Approved);
        assert_eq!((decision.accepted_by.as_str(), decision.form), ("clerk.1", town::form()));
        let library = Principal::service("licences");
        city.emit(LICENCE, 1, &town::issued(&decided, LICENCE), &library).await;
        eventually("the licence on the case", async || {
            let seen = company.get(&format!("{CASES}/{id}")).await.body;
            (seen["licence"] == LICENCE).then_some(())
        })
        .await;
        timeline_tells(&company.get(&step(id, "timeline")).await.expect(200).body);
    }
}

fn codes(materials: &Value) -> Vec<&str> {
    materials.as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect()
}

fn clock_explains(clock: &Value) {
    assert_eq!(clock["today"], "2026-03-13");
    assert_eq!(
        (&clock["notice"]["due"], &clock["notice"]["done_on"]),
        (&json!("2026-03-18"), &json!("2026-03-11"))
    );
    assert_eq!(clock["promised"]["business_days_left"], 3);
    let days = clock["promised"]["explained"]["days"].as_array().unwrap();
    let counted: Vec<&Value> = days.iter().map(|day| &day["counted"]).collect();
    assert_eq!(
        counted,
        [&json!(null), &json!(null), &json!(null), &json!(1), &json!(2), &json!(3)]
    );
    assert!(days[1]["note_zh"].as_str().is_some_and(|note| !note.is_empty()));
    assert_eq!(clock["legal"]["due"], "2026-03-20");
    assert_eq!(clock["legal"]["overdue"], false);
}

fn timeline_tells(timeline: &Value) {
    assert_eq!(timeline["intact"], true);
    let entries = timeline["entries"].as_array().unwrap();
    let titles: Vec<&str> = entries.iter().filter_map(|one| one["title"].as_str()).collect();
    assert_eq!(titles, ["接件", "一次性补正告知", "提交补正", "受理", "办结（准予）", "出证"]);
    assert_eq!(entries[1]["by"]["body_name"], "海州区行政审批局（示例）");
    assert_eq!(entries[1]["by"]["name"], "示例clerk.1");
    assert_eq!(entries[1]["by"]["account"], json!(null), "accounts are for officers");
    assert!(entries[1]["text"].as_str().unwrap().contains("需补正 3 项"));
    assert_eq!(entries[5]["by"]["name"], "业务系统");
    let hashes: std::collections::BTreeSet<&str> =
        entries.iter().filter_map(|one| one["hash"].as_str()).collect();
    assert_eq!(hashes.len(), 6);
    assert!(hashes.iter().all(|hash| hash.len() == 64));
}
