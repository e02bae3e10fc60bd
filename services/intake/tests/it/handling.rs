//! The steps of a case: who, when, and only once.

use sea_orm::ConnectionTrait as _;
use serde_json::json;
use tongban_contracts::intake::CaseEvent;
use tongban_kernel::Role;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{self, APPROVAL_BUREAU, HAIZHOU};

use crate::town::{self, CASES, step};

on_every_backend! {
    services: town::services(),

    async fn who_accepted_does_not_decide(city: &TestCity) {
        town::settle(city).await;
        let id = town::accepted(city, &town::both()).await;
        let ruling = json!({"outcome": "approved"});
        let refused = city.caller(&town::both()).post(&step(&id, "decision"), &ruling).await;
        assert_eq!(refused.expect(403).code(), "same_officer");
        let seen = city.caller(&town::both()).get(&format!("{CASES}/{id}")).await.expect(200);
        assert_eq!(seen.body["actions"], json!([]));
        city.caller(&town::approver()).post(&step(&id, "decision"), &ruling).await.expect(200);
    }

    async fn of_two_at_once_one_wins(city: &TestCity) {
        town::settle(city).await;
        let (one, other) = (city.caller(&town::clerk()), city.caller(&town::both()));
        let refusal = json!({"ground": "not_needed", "reason": "依法不需要许可"});
        for _ in 0..5 {
            let id = town::filed(city).await;
            let (accept, refuse) = (step(&id, "acceptance"), step(&id, "acceptance-refusal"));
            let empty = json!({});
            let (accepted, refused) =
                tokio::join!(one.post(&accept, &empty), other.post(&refuse, &refusal));
            let mut statuses = [accepted.status, refused.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "{accepted:?} {refused:?}");
            let timeline = one.get(&step(&id, "timeline")).await.expect(200).body;
            assert_eq!(timeline["entries"].as_array().map(Vec::len), Some(2));
            assert_eq!(timeline["intact"], true);
        }
    }

    async fn a_step_repeated_with_its_key_is_one_step(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        let clerk = city.caller(&town::clerk()).with_key("accept");
        let first = clerk.post(&step(&id, "acceptance"), &json!({})).await.expect(200);
        let again = clerk.post(&step(&id, "acceptance"), &json!({})).await.expect(200);
        assert_eq!(first.body, again.body);
        let unkeyed = city.caller(&town::clerk());
        let refused = unkeyed.post(&step(&id, "acceptance"), &json!({})).await.expect(409);
        assert_eq!(refused.code(), "cannot_accept_when_accepted");
        let events = city.published::<CaseEvent>(|seen| seen.len() >= 2).await;
        assert_eq!(events.len(), 2);
    }

    async fn the_grounds_of_a_refusal_are_the_laws(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        let clerk = city.caller(&town::clerk());
        let path = step(&id, "acceptance-refusal");
        let faulty = json!({"ground": "not_competent", "reason": " "});
        let refused = clerk.post(&path, &faulty).await.expect(422);
        assert_eq!(refused.pointers(), ["/competent_body", "/reason"]);
        let early = json!({"ground": "not_corrected", "reason": "未补正"});
        assert_eq!(clerk.post(&path, &early).await.expect(409).code(), "not_notified");
        let shapeless = json!({"ground": "other", "more": 1});
        let refused = clerk.post(&path, &shapeless).await.expect(422);
        assert_eq!(refused.pointers(), ["/ground", "/more", "/reason"]);
        let due = json!({
            "ground": "not_competent", "reason": "应由市级办理", "competent_body": "市住建局",
        });
        let done = clerk.post(&path, &due).await.expect(200).body;
        assert_eq!((&done["state"], &done["state_name"]), (&json!("refused"), &json!("不予受理")));
        assert_eq!(done["refusal"]["competent_body"], "市住建局");
        let withdrawal = json!({"reason": "不办了"});
        let late = city.caller(&town::org()).post(&step(&id, "withdrawal"), &withdrawal).await;
        assert_eq!(late.expect(409).code(), "cannot_withdraw_when_refused");
    }

    async fn a_notice_must_be_about_something(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        let clerk = city.caller(&town::clerk());
        let path = step(&id, "correction");
        let none = clerk.post(&path, &json!({"items": []})).await.expect(422);
        assert_eq!(none.pointers(), ["/items"]);
        let items = json!({"items": [
            {"pointer": "/materials/M77", "message": "缺少"},
            {"pointer": "/form/colour", "message": "有误"},
            {"pointer": "/form/project_name", "message": "  "},
        ]});
        let refused = clerk.post(&path, &items).await.expect(422);
        assert_eq!(refused.pointers(), ["/items/0/pointer", "/items/1/pointer", "/items/2/message"]);
        let good = json!({"items": [{"pointer": "/form/project_name", "message": "应为全称"}]});
        clerk.post(&path, &good).await.expect(200);
        // Meanwhile the case waits for the applicant alone.
        let refused = clerk.post(&step(&id, "acceptance"), &json!({})).await.expect(409);
        assert_eq!(refused.code(), "cannot_accept_when_correcting");
    }

    async fn a_changed_history_shows(city: &TestCity) {
        town::settle(city).await;
        let id = town::accepted(city, &town::clerk()).await;
        let path = step(&id, "timeline");
        let supervisor = people::officer("s", APPROVAL_BUREAU, HAIZHOU, &[Role::Supervisor]);
        let supervisor = city.caller(&supervisor);
        assert_eq!(supervisor.get(&path).await.expect(200).body["intact"], true);
        let back_dated = "UPDATE ledger_event SET at = at - 86400000000 WHERE version = 2";
        city.hosts()[0].db().write().execute_unprepared(back_dated).await.expect("an update");
        assert_eq!(supervisor.get(&path).await.expect(200).body["intact"], false);
    }

    async fn a_denial_needs_a_reason(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        let approver = city.caller(&town::approver());
        let path = step(&id, "decision");
        let early = approver.post(&path, &json!({"outcome": "approved"})).await.expect(409);
        assert_eq!(early.code(), "cannot_decide_when_submitted");
        city.caller(&town::clerk()).post(&step(&id, "acceptance"), &json!({})).await.expect(200);
        let refused = approver.post(&path, &json!({"outcome": "denied"})).await.expect(422);
        assert_eq!(refused.pointers(), ["/reason"]);
        let denial = json!({"outcome": "denied", "reason": "不符合规划"});
        let done = approver.post(&path, &denial).await.expect(200).body;
        assert_eq!((&done["state_name"], &done["exchange_state"]["code"]), (&json!("办结（不予）"), &json!(13)));
        let again = approver.post(&path, &denial).await.expect(409);
        assert_eq!(again.code(), "cannot_decide_when_decided");
    }

    async fn the_applicant_may_withdraw_until_the_decision(city: &TestCity) {
        town::settle(city).await;
        let id = town::accepted(city, &town::clerk()).await;
        let reason = json!({"reason": "项目计划变更"});
        let path = step(&id, "withdrawal");
        let stranger = city.caller(&town::other_org()).post(&path, &reason).await;
        assert_eq!(stranger.expect(403).code(), "not_your_case");
        let done = city.caller(&town::org()).post(&path, &reason).await.expect(200).body;
        assert_eq!((&done["state"], &done["exchange_state"]["code"]), (&json!("withdrawn"), &json!(2)));
        let late = city.caller(&town::approver())
            .post(&step(&id, "decision"), &json!({"outcome": "approved"})).await;
        assert_eq!(late.expect(409).code(), "cannot_decide_when_withdrawn");
    }

    async fn resubmission_is_for_the_applicant_after_a_notice(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        let body = json!({"form": {}, "materials": []});
        let path = step(&id, "resubmission");
        let early = city.caller(&town::org()).post(&path, &body).await.expect(409);
        assert_eq!(early.code(), "cannot_resubmit_when_submitted");
        let stranger = city.caller(&town::other_org()).post(&path, &body).await.expect(403);
        assert_eq!(stranger.code(), "not_your_case");
        let notice = json!({"items": [{"pointer": "/form/project_name", "message": "应为全称"}]});
        city.caller(&town::clerk()).post(&step(&id, "correction"), &notice).await.expect(200);
        let empty = city.caller(&town::org()).post(&path, &body).await.expect(422);
        assert_eq!(empty.pointers(), [
            "/form/construction_scale", "/form/project_name",
            "/materials/M01", "/materials/M02", "/materials/M03", "/materials/M04",
        ]);
        // Never corrected: the window may say so.
        let refusal = json!({"ground": "not_corrected", "reason": "逾期未补正"});
        let done = city.caller(&town::clerk()).post(&step(&id, "acceptance-refusal"), &refusal).await;
        assert_eq!(done.expect(200).body["exchange_state"]["code"], 5);
    }
}
