//! Filing: every fault at once, once per key, and numbers of one's own.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;
use tongban_contracts::identity::AccountEvent;
use tongban_contracts::matters::MatterEvent;
use tongban_kernel::Principal;
use tongban_testkit::{on_every_backend, people};

use crate::town::{self, CASES, CODE, MATTER};

on_every_backend! {
    services: town::services(),

    async fn every_fault_is_named_at_once(city: &TestCity) {
        town::settle(city).await;
        let company = city.caller(&town::org());
        let own = town::materials(&company, &["M01"]).await[0]["file_id"].clone();
        let foreign = town::materials(&city.caller(&town::other_org()), &["M02"]).await;
        let body = json!({
            "matter_id": MATTER,
            "form": {"project_name": "短", "colour": 1},
            "materials": [
                {"code": "M01", "file_id": own},
                {"code": "M01", "file_id": own},
                {"code": "M99", "file_id": own},
                {"code": "M02", "file_id": foreign[0]["file_id"]},
                {"code": "M03", "file_id": "00000000-0000-4000-8000-000000000000"},
            ],
        });
        let refused = company.with_key("k").post(CASES, &body).await.expect(422);
        assert_eq!(refused.code(), "invalid_application");
        assert_eq!(refused.pointers(), [
            "/form/colour",
            "/form/construction_scale",
            "/form/project_name",
            "/materials/1/code",
            "/materials/2/code",
            "/materials/3/file_id",
            "/materials/4/file_id",
            "/materials/M04",
        ]);
        // A citizen is not served by this matter.
        let refused = city.caller(&town::citizen()).with_key("k").post(CASES, &json!({
            "matter_id": MATTER, "form": town::form(), "materials": [], "incomplete": true,
        })).await.expect(422);
        assert_eq!(refused.pointers(), ["/matter_id"]);
        assert_eq!(refused.body["errors"][0]["code"], "not_served");
        // What does not have the published shape is named before that.
        let shapeless = json!({"matter_id": "x", "form": [], "materials": [{"code": ""}], "more": 1});
        let refused = company.with_key("k").post(CASES, &shapeless).await.expect(422);
        assert_eq!(refused.pointers(), [
            "/form", "/materials/0/code", "/materials/0/file_id", "/matter_id", "/more",
        ]);
        // Nothing of all this became a case.
        let own = company.get(CASES).await.expect(200).body;
        assert_eq!(own["items"], json!([]));
    }

    async fn a_matter_must_be_in_force(city: &TestCity) {
        town::settle(city).await;
        let company = city.caller(&town::org());
        let mut body = town::application(city).await;
        body["matter_id"] = "00000000-0000-4000-8000-000000000001".into();
        let refused = company.with_key("k1").post(CASES, &body).await.expect(422);
        assert_eq!((refused.code(), refused.pointers()), ("unknown_matter", vec!["/matter_id".into()]));
        // A case keeps the version it was filed under.
        let id = town::filed(city).await;
        let catalogue = Principal::service("matters");
        let mut changed = town::matter();
        changed["materials"][4]["required"] = true.into();
        city.emit(MATTER, 2, &town::published(2, &changed), &catalogue).await;
        city.emit(MATTER, 3, &MatterEvent::Withdrawn { reason: "法律依据废止".into() }, &catalogue).await;
        town::knows(city, &town::org(), MATTER, "matter_withdrawn").await;
        let clerk = city.caller(&town::clerk());
        let taken = clerk.post(&town::step(&id, "acceptance"), &json!({})).await.expect(200).body;
        assert_eq!((&taken["matter"]["revision"], &taken["state"]), (&json!(1), &json!("accepted")));
    }

    async fn an_applicant_must_be_known_and_able(city: &TestCity) {
        town::settle(city).await;
        let newcomer = people::organisation("org.new", "新公司（示例）");
        let body = json!({"matter_id": MATTER, "form": {}, "materials": []});
        let answer = city.caller(&newcomer).with_key("k").post(CASES, &body).await.expect(503);
        assert!(answer.headers.contains_key("retry-after"));
        let identity = Principal::service("identity");
        let event = town::registered(&newcomer, "uscc", "93320706MA00000031");
        city.emit("org.new", 1, &event, &identity).await;
        town::knows(city, &newcomer, MATTER, "invalid_application").await;
        city.emit("org.new", 2, &AccountEvent::Disabled { reason: "注销".into() }, &identity).await;
        town::knows(city, &newcomer, MATTER, "account_disabled").await;
    }

    async fn the_same_request_makes_one_case(city: &TestCity) {
        town::settle(city).await;
        let company = city.caller(&town::org());
        let body = town::application(city).await;
        assert_eq!(company.post(CASES, &body).await.expect(400).code(), "idempotency_key_required");
        let keyed = company.with_key("k1");
        let twice = join_all([keyed.post(CASES, &body), keyed.post(CASES, &body)]).await;
        let first = twice[0].clone().expect(201);
        assert_eq!(first.body, twice[1].clone().expect(201).body);
        assert_eq!(keyed.post(CASES, &body).await.expect(201).body, first.body);
        let mut other = body.clone();
        other["form"]["construction_scale"] = 1300.into();
        let refused = keyed.post(CASES, &other).await.expect(422);
        assert_eq!(refused.code(), "idempotency_key_reused");
        // The answer stands even after the matter was withdrawn.
        let withdrawn = MatterEvent::Withdrawn { reason: "法律依据废止".into() };
        city.emit(MATTER, 2, &withdrawn, &Principal::service("matters")).await;
        town::knows(city, &town::org(), MATTER, "matter_withdrawn").await;
        assert_eq!(keyed.post(CASES, &body).await.expect(201).body, first.body);
        let own = company.get(CASES).await.expect(200).body;
        assert_eq!(own["items"].as_array().map(Vec::len), Some(1));
    }

    async fn numbers_are_never_shared(city: &TestCity) {
        town::settle(city).await;
        let company = city.caller(&town::org());
        let body = town::application(city).await;
        let asked = (0..12).map(|turn| {
            let keyed = company.with_key(&format!("k{turn}"));
            let body = body.clone();
            async move { keyed.post(CASES, &body).await.expect(201).body["number"].clone() }
        });
        let numbers: BTreeSet<String> =
            join_all(asked).await.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect();
        let wanted: BTreeSet<String> =
            (1..=12).map(|serial| format!("{CODE}20260311{serial:04}")).collect();
        assert_eq!(numbers, wanted);
        // The day is China's: 16:30 UTC is the next morning there, and its serials begin anew.
        city.set_time("2026-03-11T16:30:00Z".parse().unwrap());
        let company = city.caller(&town::org());
        let next = company.with_key("next").post(CASES, &body).await.expect(201).body;
        assert_eq!(next["number"], format!("{CODE}202603120001"));
        assert_eq!(next["notice_due"], "2026-03-19");
    }

    async fn a_limit_beyond_the_calendar_is_refused(city: &TestCity) {
        town::settle(city).await;
        city.set_time("2026-12-29T02:00:00Z".parse().unwrap());
        let body = town::application(city).await;
        let answer = city.caller(&town::org()).with_key("k").post(CASES, &body).await.expect(409);
        assert_eq!(answer.code(), "calendar_not_loaded");
        assert!(answer.body["detail"].as_str().unwrap().contains("2026-12-31"));
    }
}
