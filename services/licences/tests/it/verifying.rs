//! Verification by anyone.

use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use serde_json::json;
use tongban_kernel::checks::licence_id;
use tongban_licences::Licences;
use tongban_testkit::people::APPROVAL_BUREAU;
use tongban_testkit::{Answer, TestCity, on_every_backend};

use crate::fixtures::{PERMIT, approval, issued, licence_officer, permit, text};

async fn verify(city: &TestCity, identifier: &str, check_code: &str) -> Answer {
    let path =
        format!("/licences/v1/verifications?identifier={identifier}&check_code={check_code}");
    city.anyone().get(&path).await
}

on_every_backend! {
    services: vec![Arc::new(Licences)],

    async fn anyone_learns_what_a_licence_is_worth_now(city: &TestCity) {
        let (identifier, check_code) = permit(city).await;
        let answer = verify(city, &identifier, &check_code).await.expect(200);
        assert_eq!(answer.body, json!({
            "identifier": identifier, "state": "valid", "type_name": "建筑工程施工许可证",
            "issuer_name": "海州区行政审批局（示例）", "holder_name": "张**",
            "valid_from": "2026-03-11", "valid_until": "2031-03-10",
        }));
        verify(city, &identifier, &check_code.to_lowercase()).await.expect(200);
        for (at, state) in [
            (Utc.with_ymd_and_hms(2026, 3, 10, 15, 59, 59).unwrap(), "not_yet_valid"),
            (Utc.with_ymd_and_hms(2026, 3, 10, 16, 0, 0).unwrap(), "valid"),
            (Utc.with_ymd_and_hms(2031, 3, 10, 15, 59, 59).unwrap(), "valid"),
            (Utc.with_ymd_and_hms(2031, 3, 10, 16, 0, 0).unwrap(), "expired"),
        ] {
            city.set_time(at);
            let answer = verify(city, &identifier, &check_code).await.expect(200);
            assert_eq!(answer.body["state"], state, "{at}");
        }
        let path = format!("/licences/v1/licences/{identifier}/revocation");
        let body = json!({"ground": "deregistered", "reason": "有效期届满"});
        city.caller(&licence_officer()).post(&path, &body).await.expect(200);
        let answer = verify(city, &identifier, &check_code).await.expect(200);
        assert_eq!(answer.body["state"], "revoked");
    }

    async fn an_unlimited_term_has_no_end(city: &TestCity) {
        let mut unlimited = approval();
        unlimited.matter.licence.as_mut().unwrap().valid_months = None;
        let licence = issued(city, "case-1", &unlimited).await["licence"].clone();
        city.set_time(Utc.with_ymd_and_hms(2090, 1, 1, 0, 0, 0).unwrap());
        let (identifier, code) = (text(&licence["identifier"]), text(&licence["check_code"]));
        let answer = verify(city, &identifier, &code).await.expect(200);
        assert_eq!(answer.body["state"], "valid");
        assert!(answer.body.get("valid_until").is_none());
    }

    async fn a_wrong_code_and_an_unknown_licence_are_told_alike(city: &TestCity) {
        let (identifier, check_code) = permit(city).await;
        let wrong = verify(city, &identifier, "000000").await.expect(404);
        let absent = licence_id::compose(PERMIT, APPROVAL_BUREAU, "2026000002", 1).unwrap();
        let unknown = verify(city, &absent, &check_code).await.expect(404);
        for answer in [&wrong, &unknown] {
            assert_eq!(answer.code(), "not_verified");
        }
        assert_eq!(wrong.body["title"], unknown.body["title"]);
        assert_eq!(wrong.body.get("detail"), unknown.body.get("detail"));
    }

    async fn malformed_identifiers_are_refused_with_the_reason(city: &TestCity) {
        let (identifier, check_code) = permit(city).await;
        let twisted = format!("{}A", &identifier[..identifier.len() - 1]);
        for (given, reason) in [
            (twisted.as_str(), "check_digit"),
            (&identifier.to_lowercase(), "lower_case"),
            ("1.2.156.3005.2.1", "format"),
            ("", "empty"),
        ] {
            let answer = verify(city, given, &check_code).await.expect(422);
            assert_eq!(answer.code(), "invalid_verification");
            assert_eq!(answer.body["errors"][0]["code"], reason, "{given}");
            assert_eq!(answer.pointers(), ["/identifier"]);
        }
        let answer = city.anyone().get("/licences/v1/verifications").await.expect(422);
        assert_eq!(answer.pointers(), ["/check_code", "/identifier"]);
    }
}
