//! Who may touch the catalogue.

use std::sync::Arc;

use serde_json::json;
use tongban_kernel::Role;
use tongban_matters::Matters;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{
    APPROVAL_BUREAU, GANYU, HAIZHOU, citizen, officer, organisation, system,
};

use crate::fixtures::{GANYU_BUREAU, MATTERS, as_editor, entry, published};

on_every_backend! {
    services: vec![Arc::new(Matters)],

    async fn only_the_bodys_own_editors_change_its_matters(city: &TestCity) {
        let (path, before) = published(city).await;
        let withdrawal = format!("{path}/withdrawal");
        let reason = json!({"reason": "x"});
        let edits = [Role::MatterEditor];
        let others = [Role::WindowClerk, Role::Approver, Role::LicenceOfficer, Role::Supervisor, Role::IdentityAdmin];
        for (principal, code) in [
            (citizen("z", "张建国"), "wrong_kind"),
            (organisation("o", "示例公司"), "wrong_kind"),
            (officer("a", APPROVAL_BUREAU, HAIZHOU, &[]), "wrong_role"),
            (officer("b", APPROVAL_BUREAU, HAIZHOU, &others), "wrong_role"),
            (system("c", APPROVAL_BUREAU, HAIZHOU, &others), "wrong_role"),
            (officer("d", GANYU_BUREAU, HAIZHOU, &edits), "not_your_body"),
            (officer("e", APPROVAL_BUREAU, GANYU, &edits), "not_your_body"),
            (officer("f", APPROVAL_BUREAU, "320706001", &edits), "not_your_body"),
            (system("g", GANYU_BUREAU, HAIZHOU, &edits), "not_your_body"),
        ] {
            let caller = city.caller(&principal);
            for answer in [
                caller.post(MATTERS, &entry()).await,
                caller.put(&path, &entry()).await,
                caller.post(&withdrawal, &reason).await,
            ] {
                assert_eq!(answer.expect(403).code(), code, "{}", principal.account);
            }
        }
        for answer in [
            city.anyone().post(MATTERS, &entry()).await,
            city.anyone().put(&path, &entry()).await,
            city.anyone().post(&withdrawal, &reason).await,
        ] {
            assert_eq!(answer.expect(401).code(), "unauthenticated");
        }
        assert_eq!(city.anyone().get(&path).await.expect(200).body, before.body);
    }

    async fn no_matter_is_taken_over(city: &TestCity) {
        let (path, _) = published(city).await;
        let theirs = officer("d", GANYU_BUREAU, GANYU, &[Role::MatterEditor]);
        let mut entry = entry();
        entry["body"] = GANYU_BUREAU.into();
        entry["region"] = GANYU.into();
        entry["code"] = format!("{GANYU_BUREAU}4000117109003").into();
        city.caller(&theirs).post(MATTERS, &entry).await.expect(201);
        let taking = city.caller(&theirs).put(&path, &entry).await.expect(403);
        assert_eq!(taking.code(), "not_your_body");
        assert_eq!(as_editor(city).put(&path, &entry).await.expect(403).code(), "not_your_body");
    }

    async fn a_line_system_and_the_citys_editor_may(city: &TestCity) {
        for principal in [
            system("line", APPROVAL_BUREAU, HAIZHOU, &[Role::MatterEditor]),
            officer("city", APPROVAL_BUREAU, "320700", &[Role::MatterEditor]),
        ] {
            city.caller(&principal).post(MATTERS, &entry()).await.expect(201);
        }
    }
}
