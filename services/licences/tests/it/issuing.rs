//! Licences from decisions.

use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use serde_json::json;
use tongban_contracts::intake::Outcome;
use tongban_contracts::licences::LicenceEvent;
use tongban_kernel::RegionCode;
use tongban_kernel::checks::licence_id;
use tongban_licences::Licences;
use tongban_testkit::people::GANYU;
use tongban_testkit::{Backend, TestCity, eventually, on_every_backend};

use crate::fixtures::{
    FOOD, GANYU_BUREAU, approval, decide, issued, items, supervisor, text, zhang,
};

on_every_backend! {
    services: vec![Arc::new(Licences)],

    async fn an_approval_results_in_one_licence(city: &TestCity) {
        let view = issued(city, "case-1", &approval()).await;
        let licence = &view["licence"];
        assert_eq!(view["state"], "valid");
        assert!(licence_id::check(&text(&licence["identifier"])).unwrap().warnings.is_empty());
        assert_eq!(
            licence["identifier"],
            "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
        );
        assert_eq!(licence["valid_from"], "2026-03-11");
        assert_eq!(licence["valid_until"], "2031-03-10");
        assert_eq!(licence["holder_account"], "zhang");
        assert_eq!(licence["issuer"], "11320706MB0000001B");
        assert_eq!(licence["face"], json!({
            "project_name": "示例路改造", "contact_name": "王芳", "contact_phone": "13800008001",
            "citizen_id": "320706194803120014", "building_area": 1200.5, "holder_name": "张建国",
        }));
        assert_eq!(text(&licence["check_code"]).len(), 6);

        // Delivered twice, and told again as another event of the same case.
        decide(city, "case-1", 7, &approval()).await;
        decide(city, "case-1", 8, &approval()).await;
        let second = issued(city, "case-2", &approval()).await;
        assert!(text(&second["licence"]["identifier"]).contains(".2026000002.001."));
        assert_eq!(items(&city.caller(&zhang()), "").await.len(), 2);
        let published = city.published::<LicenceEvent>(|seen| seen.len() >= 2).await;
        let cases: Vec<&str> = published.iter().map(|event| event.subject.as_str()).collect();
        assert_eq!(cases, ["case-1", "case-2"]);
        let LicenceEvent::Issued(told) = published[0].read().unwrap() else { panic!() };
        assert_eq!(told.identifier, licence["identifier"]);
        assert_eq!(published[0].caused_by().unwrap().account, "service:licences");
    }

    async fn only_approvals_with_a_licence_result_in_one(city: &TestCity) {
        let denied = tongban_contracts::intake::Decision {
            outcome: Outcome::Denied, ..approval()
        };
        let mut without = approval();
        without.matter.licence = None;
        decide(city, "denied", 5, &denied).await;
        decide(city, "without", 5, &without).await;
        issued(city, "case-1", &approval()).await;
        assert_eq!(items(&city.caller(&zhang()), "").await.len(), 1);
    }

    async fn a_licence_that_cannot_be_made_wastes_no_number(city: &TestCity) {
        let mut empty_term = approval();
        empty_term.matter.licence.as_mut().unwrap().valid_months = Some(0);
        let mut bad_type = approval();
        bad_type.matter.licence.as_mut().unwrap().code = "11100000000013338X032".into();
        decide(city, "empty", 5, &empty_term).await;
        decide(city, "bad", 5, &bad_type).await;
        let view = issued(city, "case-1", &approval()).await;
        assert!(text(&view["licence"]["identifier"]).contains(".2026000001.001."));
    }

    async fn serials_count_by_issuer_type_and_year(city: &TestCity) {
        let serial = |view: serde_json::Value| {
            licence_id::check(&text(&view["licence"]["identifier"])).unwrap().serial
        };
        let mut food = approval();
        food.matter.licence.as_mut().unwrap().code = FOOD.into();
        let mut other = approval();
        other.matter.body = GANYU_BUREAU.into();
        other.matter.region = RegionCode::parse(GANYU).unwrap();
        assert_eq!(serial(issued(city, "a", &approval()).await), "2026000001");
        assert_eq!(serial(issued(city, "b", &food).await), "2026000001");
        assert_eq!(serial(issued(city, "c", &other).await), "2026000001");
        assert_eq!(serial(issued(city, "d", &approval()).await), "2026000002");
        // Eight hours before the year ends in Greenwich it begins in China.
        city.set_time(Utc.with_ymd_and_hms(2026, 12, 31, 16, 0, 0).unwrap());
        let next = issued(city, "e", &approval()).await;
        assert_eq!(next["licence"]["valid_from"], "2027-01-01");
        assert_eq!(serial(next), "2027000001");
    }

    async fn many_at_once_leave_no_gap(city: &TestCity) {
        let approval = approval();
        for number in 0..30 {
            decide(city, &format!("case-{number}"), 5, &approval).await;
        }
        issued(city, "last", &approval).await;
        let seen = city.caller(&supervisor("320700"));
        let mut serials: Vec<String> = items(&seen, "?limit=100").await.iter()
            .map(|listed| licence_id::check(&text(&listed["identifier"])).unwrap().serial)
            .collect();
        serials.sort();
        let expected: Vec<String> = (1..=31).map(|number| format!("2026{number:06}")).collect();
        assert_eq!(serials, expected);
    }
}

/// Two processes share the work, so that numbers are drawn in transactions that really meet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_leave_no_gap() {
    let mut settings = Backend::Mesh.settings();
    settings.partitions = 4;
    let one = TestCity::start_with(settings.clone(), vec![Arc::new(Licences)]).await;
    let two = TestCity::start_with(settings, vec![Arc::new(Licences)]).await;
    let approval = approval();
    for number in 0..60 {
        decide(&one, &format!("case-{number}"), 5, &approval).await;
    }
    let seen = one.caller(&zhang());
    let mut serials = eventually("all licences", async || {
        let items = items(&seen, "?limit=100").await;
        (items.len() == 60).then(|| {
            let identifiers = items.iter().map(|listed| text(&listed["identifier"]));
            identifiers.map(|it| licence_id::check(&it).unwrap().serial).collect::<Vec<_>>()
        })
    })
    .await;
    serials.sort();
    let expected: Vec<String> = (1..=60).map(|number| format!("2026{number:06}")).collect();
    assert_eq!(serials, expected);
    two.stop().await;
    one.stop().await;
}
