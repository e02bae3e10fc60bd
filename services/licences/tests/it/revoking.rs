//! Ending a licence early.

use std::sync::Arc;

use serde_json::json;
use tongban_contracts::licences::{LicenceEvent, RevocationGround};
use tongban_kernel::Role;
use tongban_licences::Licences;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, officer};

use crate::fixtures::{GANYU_BUREAU, licence_officer, permit, read, zhang};

on_every_backend! {
    services: vec![Arc::new(Licences)],

    async fn a_licence_is_revoked_once(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/revocation");
        let body = json!({"ground": "annulled", "reason": "以欺骗手段取得"});
        let caller = city.caller(&licence_officer());
        let first = caller.with_key("k").post(&path, &body).await.expect(200);
        assert_eq!(first.body["state"], "revoked");
        assert_eq!(first.body["revocation"]["ground"], "annulled");
        assert_eq!(first.body["revocation"]["reason"], "以欺骗手段取得");

        let again = caller.with_key("k").post(&path, &body).await.expect(200);
        assert_eq!(again.body, first.body);
        let other = json!({"ground": "annulled", "reason": "别的理由"});
        let reused = caller.with_key("k").post(&path, &other).await.expect(422);
        assert_eq!(reused.code(), "idempotency_key_reused");
        assert_eq!(caller.post(&path, &other).await.expect(409).code(), "already_revoked");

        assert_eq!(read(&city.caller(&zhang()), &identifier).await, first.body);
        let published = city.published::<LicenceEvent>(|seen| seen.len() >= 2).await;
        let told = published[1].read::<LicenceEvent>().unwrap();
        let reason = "以欺骗手段取得".to_owned();
        assert_eq!(told, LicenceEvent::Revoked { ground: RevocationGround::Annulled, reason });
    }

    async fn of_two_at_once_one_revokes(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/revocation");
        let body = json!({"ground": "taken_away", "reason": "处罚"});
        let caller = city.caller(&licence_officer());
        let (one, two) = tokio::join!(caller.post(&path, &body), caller.post(&path, &body));
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [200, 409]);
    }

    async fn the_same_request_at_once_gets_one_answer(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/revocation");
        let body = json!({"ground": "deregistered", "reason": "持证人申请"});
        let keyed = city.caller(&licence_officer()).with_key("same");
        let (one, two) = tokio::join!(keyed.post(&path, &body), keyed.post(&path, &body));
        assert_eq!(one.expect(200).body, two.expect(200).body);
    }

    async fn only_the_issuers_licence_officers_revoke(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/revocation");
        let body = json!({"ground": "annulled", "reason": "x"});
        city.anyone().post(&path, &body).await.expect(401);
        let role = [Role::LicenceOfficer];
        for (principal, code) in [
            (zhang(), "wrong_kind"),
            (officer("s", APPROVAL_BUREAU, HAIZHOU, &[Role::Supervisor]), "wrong_role"),
            (officer("a", APPROVAL_BUREAU, HAIZHOU, &[Role::Approver]), "wrong_role"),
            (officer("b", GANYU_BUREAU, HAIZHOU, &role), "not_your_body"),
            (officer("c", APPROVAL_BUREAU, GANYU, &role), "not_your_body"),
        ] {
            let answer = city.caller(&principal).post(&path, &body).await;
            assert_eq!(answer.expect(403).code(), code, "{}", principal.account);
        }
        assert_eq!(read(&city.caller(&zhang()), &identifier).await["state"], "valid");
        let unknown = path.replace("2026000001", "2026000002");
        city.caller(&licence_officer()).post(&unknown, &body).await.expect(404);
    }

    async fn every_fault_of_the_request_is_named(city: &TestCity) {
        let (identifier, _) = permit(city).await;
        let path = format!("/licences/v1/licences/{identifier}/revocation");
        let caller = city.caller(&licence_officer());
        for (body, pointers) in [
            (json!({}), vec!["/ground", "/reason"]),
            (json!({"ground": "whim", "reason": "", "more": 1}), vec!["/ground", "/more", "/reason"]),
            (json!({"ground": "annulled", "reason": " \n"}), vec!["/reason"]),
            (json!({"ground": "annulled", "reason": "长".repeat(501)}), vec!["/reason"]),
        ] {
            let answer = caller.post(&path, &body).await.expect(422);
            let mut found = answer.pointers();
            found.dedup();
            assert_eq!(found, pointers, "{body}");
        }
        assert_eq!(read(&city.caller(&zhang()), &identifier).await["state"], "valid");
    }
}
