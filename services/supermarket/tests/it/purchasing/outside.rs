//! Reports in cases that were not bought here.

use serde_json::json;
use tongban_contracts::identity::{DocumentKind, IdentityDocument};
use tongban_contracts::intake::{Applicant, CaseEvent, CaseMatter, HandedMaterial, Submission};
use tongban_contracts::matters::{LimitUnit, TimeLimit};
use tongban_kernel::{PrincipalKind, RegionCode, Role};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{eventually, on_every_backend};
use uuid::Uuid;

use super::market::{MATERIAL, MATTER, manager, open, owner, services};

fn submitted(account: &str) -> CaseEvent {
    let limit = || TimeLimit { amount: 5, unit: LimitUnit::BusinessDay, note: None };
    CaseEvent::Submitted(Box::new(Submission {
        number: format!("11320706MB0000001B4000117109003-{account}"),
        matter: CaseMatter {
            matter_id: MATTER.parse().unwrap(),
            revision: 1,
            code: "11320706MB0000001B4000117109003".into(),
            name: "建筑工程施工许可证核发".into(),
            body: APPROVAL_BUREAU.into(),
            body_name: "海州区行政审批局（示例）".into(),
            region: RegionCode::parse(HAIZHOU).unwrap(),
            notice_limit: limit(),
            promised_limit: limit(),
            legal_limit: None,
            result_name: "建筑工程施工许可证".into(),
            licence: None,
        },
        applicant: Applicant {
            account: account.into(),
            kind: PrincipalKind::Organisation,
            name: format!("{account}（示例）"),
            document: IdentityDocument {
                kind: DocumentKind::Uscc,
                number: "91320706MA0000000X".into(),
            },
        },
        form: json!({}),
        materials: [MATERIAL, "M09"]
            .iter()
            .map(|code| HandedMaterial {
                code: (*code).into(),
                name: format!("材料 {code}"),
                file_id: Uuid::from_u128(1),
                file_name: "报告.pdf".into(),
                sm3: "0".repeat(64),
            })
            .collect(),
        notice_due: "2026-03-18".parse().unwrap(),
    }))
}

fn accepted() -> CaseEvent {
    CaseEvent::Accepted { due: "2026-03-18".parse().unwrap(), legal_due: None }
}

on_every_backend! {
    services: services(),

    /// Found when the case is accepted, answered by its body, escalated by the clock, closed by the market.
    async fn a_report_from_elsewhere_is_answered_for(city: &TestCity) {
        let market = open(city).await;
        // Who bought here is left alone.
        let id = market.awarded().await;
        market.contracted(&id, 2_000_000).await;
        for (case, account) in [("case-in", owner().account), ("case-out", "org.elsewhere".to_owned())] {
            city.emit(case, 1, &submitted(&account), &manager()).await;
            city.emit(case, 2, &accepted(), &manager()).await;
        }
        let chief = market.caller(&manager());
        let list = "/supermarket/v1/outside-purchases";
        let found = eventually("the finding", async || {
            let page = chief.get(list).await.expect(200);
            page.body["items"].as_array().unwrap().first().cloned()
        })
        .await;
        assert_eq!(found["id"], format!("case-out-{MATERIAL}"));
        assert_eq!((&found["found"]["answer_due"], &found["stage"]), (&json!("2026-03-25"), &json!("open")));
        assert_eq!(found["found"]["service"], market.service);

        let clerk = officer("buyer", APPROVAL_BUREAU, HAIZHOU, &[Role::MarketBuyer]);
        let other = officer("buyer.o", "11320706MB0000003H", HAIZHOU, &[Role::MarketBuyer]);
        let far = officer("market.g", "11320707MB0000001R", "320707", &[Role::MarketManager]);
        for stranger in [&other, &far] {
            let page = market.caller(stranger).get(list).await.expect(200);
            assert_eq!(page.body["items"], json!([]));
        }
        assert_eq!(market.caller(&clerk).get(list).await.expect(200).body["items"].as_array().unwrap().len(), 1);
        city.set_time("2026-03-25T16:00:00Z".parse().unwrap());
        let chief = market.caller(&manager());
        eventually("the escalation", async || {
            let page = chief.get(list).await.expect(200);
            (page.body["items"][0]["escalated"] == true).then_some(())
        })
        .await;
        let one = format!("{list}/case-out-{MATERIAL}");
        let answer = json!({"ground": "bought_earlier", "explanation": "启用前已委托"});
        for stranger in [&other, &far] {
            market.caller(stranger).post(&format!("{one}/answer"), &answer).await.expect(403);
        }
        market.caller(&clerk).post(&format!("{one}/answer"), &answer).await.expect(200);
        let closure = json!({"should_have_been": false, "reason": "说明属实"});
        market.caller(&far).post(&format!("{one}/closure"), &closure).await.expect(403);
        chief.post(&format!("{one}/closure"), &closure).await.expect(200);
        assert_eq!(chief.post(&format!("{one}/closure"), &closure).await.expect(409).code(), "not_when_closed");
    }

    /// Told again, or corrected and handed in anew: one finding, of what was accepted.
    async fn only_what_was_accepted_counts(city: &TestCity) {
        let market = open(city).await;
        city.emit("case-1", 1, &submitted("org.x"), &manager()).await;
        let without = CaseEvent::Resubmitted { form: json!({}), materials: Vec::new() };
        city.emit("case-1", 2, &without, &manager()).await;
        city.emit("case-1", 3, &accepted(), &manager()).await;
        city.emit("case-2", 1, &submitted("org.y"), &manager()).await;
        city.emit("case-2", 2, &accepted(), &manager()).await;
        let chief = market.caller(&manager());
        let found = eventually("the finding", async || {
            let page = chief.get("/supermarket/v1/outside-purchases").await.expect(200);
            page.body["items"].as_array().unwrap().first().cloned()
        })
        .await;
        assert_eq!(found["found"]["case_id"], "case-2");
        let page = chief.get("/supermarket/v1/outside-purchases").await.expect(200);
        assert_eq!(page.body["items"].as_array().unwrap().len(), 1);
    }
}
