//! Signals of unusual reading: found by the published method, shown with evidence, to supervisors of the region alone.

use serde_json::{Value, json};
use tongban_contracts::intake::CaseEvent;
use tongban_exchange::look_for_signals;
use tongban_kernel::Principal;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, system};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::calling::{call, from};
use crate::provider::System;
use crate::town::{
    granted, published_as, reader, services, supervisor, supervisor_elsewhere, told,
};

const SIGNALS: &str = "/exchange/v1/reading-signals";
const FIGURES: &str = "/exchange/v1/reading-figures";
/// Whose data are read in every call.
const PERSON: &str = "320706194803120014";

async fn grant_of(city: &TestCity, system: &System) -> String {
    told(city).await;
    let resource = published_as(city, &from(system, "/good", json!({}))).await;
    granted(city, &resource).await.1
}

async fn called(city: &TestCity, grant: &str, operator: &str, number: &str, status: u16) {
    let line = system("line.1", APPROVAL_BUREAU, HAIZHOU, &[]);
    let mut wanted = call(&[if status == 200 { "state" } else { "registered_by" }]);
    wanted["operator"] = json!(operator);
    wanted["case"]["number"] = json!(number);
    let path = format!("/exchange/v1/grants/{grant}/calls");
    city.caller(&line).post(&path, &wanted).await.expect(status);
}

/// The figures, once so many calls are in them.
async fn figures(city: &TestCity, calls: u64) -> Value {
    eventually("the calls to be known", async || {
        let found = city.caller(&supervisor()).get(FIGURES).await.expect(200).body;
        (found["bodies"][0]["all"]["calls"] == calls).then(|| found["bodies"][0].clone())
    })
    .await
}

/// The one signal of a kind, and its evidence.
async fn found(city: &TestCity, kind: &str) -> Value {
    let own = city.caller(&supervisor());
    let list = own.get(&format!("{SIGNALS}?kind={kind}")).await.expect(200).body;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let path = format!("{SIGNALS}/{}", list["items"][0]["id"].as_str().unwrap());
    own.get(&path).await.expect(200).body
}

/// A case of `PERSON` that was handed in.
async fn case(city: &TestCity, number: &str) {
    let kept = city.settings.data.join("../libs/contracts/tests/events/intake.case.submitted.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(kept).unwrap()).unwrap();
    let mut data = kept["sample"].clone();
    data["number"] = json!(number);
    data["applicant"]["document"] = json!({"kind": "citizen_id", "number": PERSON});
    let event: CaseEvent =
        serde_json::from_value(json!({"type": "submitted", "data": data})).unwrap();
    let id = "019cda89-f440-7c3e-9b61-6e0d1f2a3b40";
    city.emit(id, 1, &event, &Principal::service("intake")).await;
}

on_every_backend! {
    services: services(),

    async fn night_calls_are_shown_with_evidence_and_figures_without_them(city: &TestCity) {
        let provider = System::start().await;
        let grant = grant_of(city, &provider).await;
        called(city, &grant, "李经办", "示例 1", 200).await;
        city.set_time("2026-03-11T13:00:00Z".parse().unwrap());
        for _ in 0..6 {
            called(city, &grant, "王经办", "示例 1", 200).await;
        }
        figures(city, 7).await;
        let host = &city.hosts()[0];
        let number = look_for_signals(host).await.unwrap();
        assert_eq!(look_for_signals(host).await.unwrap(), number, "the same again");
        let shown = found(city, "hours").await;
        assert_eq!((&shown["signal"]["calls"], &shown["signal"]["bodies"]), (&json!(6), &json!([APPROVAL_BUREAU])));
        assert_eq!(shown["signal"]["common"], "line.1 王经办");
        let evidence = shown["evidence"].as_array().unwrap();
        assert!(evidence.len() == 6 && evidence.iter().all(|one| one["at"] == "2026-03-11T13:00:00Z"), "{shown}");
        assert!(!shown.to_string().contains(PERSON));
        let rules = city.anyone().get("/exchange/v1/rules").await.expect(200).body;
        assert_eq!(rules["signals"]["version"], shown["signal"]["rule"]);
        let with_and_without = figures(city, 7).await;
        assert_eq!(with_and_without["all"], json!({"calls": 7, "answered": 7, "people": 1}));
        assert_eq!(with_and_without["unsuspected"], json!({"calls": 1, "answered": 1, "people": 1}));

        let path = format!("{SIGNALS}/{}", shown["signal"]["id"].as_str().unwrap());
        let elsewhere = city.caller(&supervisor_elsewhere());
        assert_eq!(elsewhere.get(&path).await.expect(403).code(), "other_region");
        for list in [SIGNALS, FIGURES] {
            let seen = elsewhere.get(list).await.expect(200).body;
            assert!(!seen.to_string().contains(APPROVAL_BUREAU), "{seen}");
            let refused = elsewhere.get(&format!("{list}?region=320706")).await.expect(403);
            assert_eq!(refused.code(), "other_region");
            city.caller(&reader()).get(list).await.expect(403);
        }
        let own = city.caller(&supervisor());
        own.get(&format!("{SIGNALS}/00000000-0000-4000-8000-000000000000")).await.expect(404);
        let of = async |body: &str| own.get(&format!("{SIGNALS}?kind=hours&body={body}")).await.expect(200).body["items"].as_array().unwrap().len();
        assert_eq!((of(APPROVAL_BUREAU).await, of(crate::town::CIVIL).await), (1, 0));
    }

    async fn cases_that_do_not_fit_and_refusals_in_a_row_are_found(city: &TestCity) {
        let provider = System::start().await;
        let grant = grant_of(city, &provider).await;
        case(city, "示例 1").await;
        for _ in 0..8 {
            called(city, &grant, "李经办", "示例 1", 200).await;
            called(city, &grant, "王经办", "示例 2", 200).await;
            called(city, &grant, "张经办", "示例 1", 403).await;
        }
        figures(city, 24).await;
        eventually("the case to be known", async || {
            look_for_signals(&city.hosts()[0]).await.unwrap();
            let list = city.caller(&supervisor()).get("/exchange/v1/reading-signals?kind=case").await.expect(200).body;
            (list["items"].as_array().unwrap().len() == 1).then_some(())
        }).await;
        let shown = found(city, "case").await;
        assert_eq!((&shown["signal"]["calls"], &shown["signal"]["common"]), (&json!(8), &json!("line.1 王经办")));
        assert!(shown["evidence"].as_array().unwrap().iter().all(|one| one["case_number"] == "示例 2"));
        let refused = found(city, "refused").await;
        assert_eq!((&refused["signal"]["calls"], &refused["evidence"][0]["outcome"]), (&json!(8), &json!("refused")));
    }

    async fn a_signal_stays_when_its_calls_leave_sight_and_grows_while_it_goes_on(city: &TestCity) {
        let provider = System::start().await;
        let grant = grant_of(city, &provider).await;
        let host = &city.hosts()[0];
        city.set_time("2026-03-11T02:00:00Z".parse().unwrap());
        for _ in 0..6 {
            called(city, &grant, "王经办", "示例 1", 200).await;
        }
        city.set_time("2026-03-16T02:00:00Z".parse().unwrap());
        called(city, &grant, "王经办", "示例 1", 200).await;
        figures(city, 7).await;
        look_for_signals(host).await.unwrap();
        let shown = found(city, "repeated").await;
        assert_eq!(shown["signal"]["calls"], 7);

        city.set_time("2026-03-26T02:00:00Z".parse().unwrap());
        look_for_signals(host).await.unwrap();
        assert_eq!(found(city, "repeated").await, shown, "of its calls one alone is still looked at");
        for _ in 0..6 {
            called(city, &grant, "王经办", "示例 1", 200).await;
        }
        figures(city, 7).await;
        look_for_signals(host).await.unwrap();
        let grown = found(city, "repeated").await;
        assert_eq!((&grown["signal"]["id"], &grown["signal"]["calls"]), (&shown["signal"]["id"], &json!(13)));
        assert_eq!(grown["signal"]["found_at"], shown["signal"]["found_at"]);
        assert_eq!(grown["evidence"].as_array().unwrap().len(), 13);
    }
}
