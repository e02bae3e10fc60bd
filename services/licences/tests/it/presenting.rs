//! Showing a licence by a code.

use std::sync::Arc;

use chrono::{TimeZone as _, Utc};
use serde_json::{Value, json};
use tongban_kernel::Clock as _;
use tongban_licences::Licences;
use tongban_testkit::on_every_backend;

use crate::fixtures::{li, licence_officer, permit, supervisor, text, zhang};

on_every_backend! {
    services: vec![Arc::new(Licences)],

    async fn anyone_with_the_code_sees_the_masked_face(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/presentation");
        let shown = city.caller(&zhang()).post(&path, &Value::Null).await.expect(201).body;
        let code = text(&shown["code"]);
        assert!(code.len() >= 22, "128 bits at least");
        assert_eq!(
            shown["qr_text"],
            format!("/licences/v1/presentations/{code}?identifier={identifier}")
        );
        let seen = city.anyone().get(&text(&shown["qr_text"])).await.expect(200).body;
        assert_eq!(seen["state"], "valid");
        assert_eq!(seen["holder_name"], "张**");
        assert_eq!(seen["face"], json!({
            "project_name": "示例路改造", "contact_name": "王*", "contact_phone": "1**********",
            "citizen_id": "3*****************", "building_area": 1200.5, "holder_name": "张**",
        }));
        assert!(!seen.to_string().contains("check_code"));
        city.anyone().get(&format!("/licences/v1/presentations/{code}")).await.expect(200);
        let other = format!("/licences/v1/presentations/{code}?identifier=1.2.3");
        city.anyone().get(&other).await.expect(404);
        let again = city.caller(&zhang()).post(&path, &Value::Null).await.expect(201).body;
        assert_ne!(again["code"], shown["code"]);
    }

    async fn a_code_is_good_for_five_minutes(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/presentation");
        let shown = city.caller(&zhang()).post(&path, &Value::Null).await.expect(201).body;
        let path = text(&shown["qr_text"]);
        let made = city.clock.now();
        city.set_time(made + chrono::Duration::seconds(299));
        city.anyone().get(&path).await.expect(200);
        city.set_time(made + chrono::Duration::seconds(300));
        let answer = city.anyone().get(&path).await.expect(404);
        assert_eq!(answer.code(), "presentation_expired");
        let answer = city.anyone().get("/licences/v1/presentations/guess").await.expect(404);
        assert_eq!(answer.code(), "no_such_presentation");
    }

    async fn a_revocation_shows_at_once(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/presentation");
        let shown = city.caller(&zhang()).post(&path, &Value::Null).await.expect(201).body;
        let revocation = format!("/licences/v1/licences/{identifier}/revocation");
        let body = json!({"ground": "taken_away", "reason": "处罚"});
        city.caller(&licence_officer()).post(&revocation, &body).await.expect(200);
        let seen = city.anyone().get(&text(&shown["qr_text"])).await.expect(200).body;
        assert_eq!(seen["state"], "revoked");
        let answer = city.caller(&zhang()).post(&path, &Value::Null).await.expect(409);
        assert_eq!(answer.code(), "licence_revoked");
    }

    async fn only_the_holder_presents_a_valid_licence(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/presentation");
        city.anyone().post(&path, &Value::Null).await.expect(401);
        for (principal, code) in [
            (li(), "not_the_holder"),
            (licence_officer(), "wrong_kind"),
            (supervisor("320700"), "wrong_kind"),
        ] {
            let answer = city.caller(&principal).post(&path, &Value::Null).await;
            assert_eq!(answer.expect(403).code(), code);
        }
        let unknown = path.replace("2026000001", "2026000002");
        city.caller(&zhang()).post(&unknown, &Value::Null).await.expect(404);
        for (at, code) in [
            (Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap(), "licence_not_yet_valid"),
            (Utc.with_ymd_and_hms(2032, 1, 1, 0, 0, 0).unwrap(), "licence_expired"),
        ] {
            city.set_time(at);
            let answer = city.caller(&zhang()).post(&path, &Value::Null).await;
            assert_eq!(answer.expect(409).code(), code);
        }
    }
}
