//! Wrong person, role, body or region; and nobody at all.

use serde_json::{Value, json};
use tongban_kernel::{Principal, Role};
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{self, APPROVAL_BUREAU, GANYU, HAIZHOU};

use crate::town::{self, CASES, FILES, step};

const ANOTHER_BODY: &str = "11320706MB0000005P";
const ALL_ROLES: [Role; 3] = [Role::WindowClerk, Role::Approver, Role::MatterEditor];

/// Every step with a body of the right shape.
fn steps() -> Vec<(&'static str, Value)> {
    vec![
        ("correction", json!({"items": [{"pointer": "/form/project_name", "message": "有误"}]})),
        ("acceptance", json!({})),
        ("acceptance-refusal", json!({"ground": "not_needed", "reason": "理由"})),
        ("decision", json!({"outcome": "approved"})),
        ("resubmission", json!({"form": {}, "materials": []})),
        ("withdrawal", json!({"reason": "理由"})),
    ]
}

on_every_backend! {
    services: town::services(),

    async fn a_case_is_seen_by_those_concerned_only(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        let supervisor = |region| people::officer("s", "11320700MB0000001L", region, &[Role::Supervisor]);
        let may = [
            town::org(), town::clerk(), town::approver(), supervisor(HAIZHOU), supervisor("320700"),
            people::officer("c", APPROVAL_BUREAU, "320700", &[Role::WindowClerk]),
        ];
        let may_not = [
            town::other_org(),
            town::citizen(),
            supervisor(GANYU),
            people::officer("c", ANOTHER_BODY, HAIZHOU, &ALL_ROLES),
            people::officer("c", APPROVAL_BUREAU, GANYU, &ALL_ROLES),
            people::officer("c", APPROVAL_BUREAU, "320706102", &ALL_ROLES),
        ];
        for path in [format!("{CASES}/{id}"), step(&id, "timeline"), step(&id, "clock"), step(&id, "receipt")] {
            for principal in &may {
                city.caller(principal).get(&path).await.expect(200);
            }
            for principal in &may_not {
                let refused = city.caller(principal).get(&path).await.expect(403);
                assert_eq!(refused.code(), "not_your_case", "{principal:?}");
            }
            let editor = people::officer("e", APPROVAL_BUREAU, HAIZHOU, &[Role::MatterEditor]);
            assert_eq!(city.caller(&editor).get(&path).await.expect(403).code(), "wrong_role");
            let system = people::system("s", APPROVAL_BUREAU, HAIZHOU, &ALL_ROLES);
            assert_eq!(city.caller(&system).get(&path).await.expect(403).code(), "wrong_kind");
            city.anyone().get(&path).await.expect(401);
        }
        let timeline = city.caller(&town::clerk()).get(&step(&id, "timeline")).await.body;
        assert_eq!(timeline["entries"][0]["by"]["account"], "org.yungang");
        for suffix in ["", "/timeline", "/clock"] {
            let path = format!("{CASES}/nothing{suffix}");
            assert_eq!(city.caller(&town::clerk()).get(&path).await.expect(404).code(), "not_found");
        }
    }

    async fn a_step_is_for_its_officers_only(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        let strangers: Vec<(Principal, &str)> = vec![
            (people::officer("c", ANOTHER_BODY, HAIZHOU, &ALL_ROLES), "not_your_body"),
            (people::officer("c", APPROVAL_BUREAU, GANYU, &ALL_ROLES), "not_your_body"),
            (people::officer("c", APPROVAL_BUREAU, HAIZHOU, &[Role::Supervisor]), "wrong_role"),
            (town::org(), "wrong_kind"),
            (people::system("s", APPROVAL_BUREAU, HAIZHOU, &ALL_ROLES), "wrong_kind"),
        ];
        for (name, body) in &steps()[..4] {
            for (stranger, code) in &strangers {
                let refused = city.caller(stranger).post(&step(&id, name), body).await.expect(403);
                assert_eq!(refused.code(), *code, "{name} by {stranger:?}");
            }
        }
        for (name, body) in &steps()[4..] {
            let officer = city.caller(&town::both()).post(&step(&id, name), body).await.expect(403);
            assert_eq!(officer.code(), "wrong_kind", "{name}");
            let other = city.caller(&town::other_org()).post(&step(&id, name), body).await.expect(403);
            assert_eq!(other.code(), "not_your_case", "{name}");
        }
        for (name, body) in steps() {
            city.anyone().post(&step(&id, name), &body).await.expect(401);
            let caller = if matches!(name, "resubmission" | "withdrawal") { town::org() } else { town::both() };
            let missing = city.caller(&caller).post(&step("nothing", name), &body).await.expect(404);
            assert_eq!(missing.code(), "not_found");
        }
        // Roles apart: a clerk does not decide, an approver does not accept.
        let ruling = json!({"outcome": "approved"});
        let clerk = city.caller(&town::clerk()).post(&step(&id, "decision"), &ruling).await;
        assert_eq!(clerk.expect(403).code(), "wrong_role");
        let approver = city.caller(&town::approver()).post(&step(&id, "acceptance"), &json!({})).await;
        assert_eq!(approver.expect(403).code(), "wrong_role");
        let seen = city.caller(&town::org()).get(&format!("{CASES}/{id}")).await.expect(200);
        assert_eq!(seen.body["state"], "submitted", "nothing of all this had an effect");
    }

    async fn officers_do_not_apply(city: &TestCity) {
        town::settle(city).await;
        let body = town::application(city).await;
        for principal in [town::clerk(), people::system("s", APPROVAL_BUREAU, HAIZHOU, &ALL_ROLES)] {
            let refused = city.caller(&principal).with_key("k").post(CASES, &body).await.expect(403);
            assert_eq!(refused.code(), "wrong_kind");
            assert_eq!(city.caller(&principal).get(CASES).await.expect(403).code(), "wrong_kind");
        }
        city.anyone().post(CASES, &body).await.expect(401);
        city.anyone().get(CASES).await.expect(401);
        city.anyone().get("/intake/v1/worklist?stage=decision").await.expect(401);
        city.anyone().upload(FILES, "a.pdf", b"%PDF-1.7".to_vec()).await.expect(401);
        city.anyone().get(&format!("{FILES}/00000000-0000-4000-8000-000000000000")).await.expect(401);
    }
}
