//! Decisions and people for the tests; none of them exists.

use serde_json::{Value, json};
use tongban_contracts::identity::{DocumentKind, IdentityDocument};
use tongban_contracts::intake::{Applicant, CaseEvent, CaseMatter, Decision, Outcome};
use tongban_contracts::matters::{LicenceType, LimitUnit, TimeLimit};
use tongban_kernel::{Principal, PrincipalKind, RegionCode, Role};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, citizen, officer};
use tongban_testkit::{Client, TestCity, eventually};
use uuid::Uuid;

/// The construction permit's type.
pub const PERMIT: &str = "11100000000013338W032";
/// Another type.
pub const FOOD: &str = "11320000MB0000003N002";
/// Another body of another district.
pub const GANYU_BUREAU: &str = "11320707MB0000001R";

/// A holder.
pub fn zhang() -> Principal {
    citizen("zhang", "张建国")
}

/// Somebody else.
pub fn li() -> Principal {
    citizen("li", "李秀英")
}

/// A licence officer of the approval bureau.
pub fn licence_officer() -> Principal {
    officer("licences.haizhou", APPROVAL_BUREAU, HAIZHOU, &[Role::LicenceOfficer])
}

/// A supervisor of a region, of whatever body.
pub fn supervisor(region: &str) -> Principal {
    officer("supervisor", "11320700MB0000001K", region, &[Role::Supervisor])
}

/// An approval of 张建国's construction permit, valid for five years.
pub fn approval() -> Decision {
    let limit = |amount| TimeLimit { amount, unit: LimitUnit::BusinessDay, note: None };
    Decision {
        outcome: Outcome::Approved,
        reason: "符合条件".into(),
        number: "11320706MB0000001B400011710900320260311000001".into(),
        matter: CaseMatter {
            matter_id: Uuid::nil(),
            revision: 1,
            code: "11320706MB0000001B4000117109003".into(),
            name: "建筑工程施工许可证核发".into(),
            body: APPROVAL_BUREAU.into(),
            body_name: "海州区行政审批局（示例）".into(),
            region: RegionCode::parse(HAIZHOU).unwrap(),
            notice_limit: limit(5),
            promised_limit: limit(3),
            legal_limit: Some(limit(7)),
            result_name: "建筑工程施工许可证".into(),
            licence: Some(LicenceType {
                code: PERMIT.into(),
                name: "建筑工程施工许可证".into(),
                valid_months: Some(60),
            }),
        },
        applicant: Applicant {
            account: "zhang".into(),
            kind: PrincipalKind::Citizen,
            name: "张建国".into(),
            document: IdentityDocument {
                kind: DocumentKind::CitizenId,
                number: "320706194803120014".into(),
            },
        },
        form: json!({
            "project_name": "示例路改造", "contact_name": "王芳", "contact_phone": "13800008001",
            "citizen_id": "320706194803120014", "building_area": 1200.5,
        }),
        accepted_by: "clerk".into(),
        due: "2026-03-16".parse().unwrap(),
    }
}

/// Tells the city of a decision.
pub async fn decide(city: &TestCity, case: &str, version: i64, decision: &Decision) {
    let event = CaseEvent::Decided(Box::new(decision.clone()));
    let approver = officer("approver", APPROVAL_BUREAU, HAIZHOU, &[Role::Approver]);
    city.emit(case, version, &event, &approver).await;
}

/// Tells the city of an approval and waits for the licence; its view.
pub async fn issued(city: &TestCity, case: &str, decision: &Decision) -> Value {
    decide(city, case, 7, decision).await;
    let holder = citizen(&decision.applicant.account, &decision.applicant.name);
    let holder = city.caller(&holder);
    eventually("the licence", async || {
        for listed in items(&holder, "?limit=100").await {
            let view = read(&holder, &text(&listed["identifier"])).await;
            if view["licence"]["case_id"] == case {
                return Some(view);
            }
        }
        None
    })
    .await
}

/// Issues the usual licence; its identifier and check code.
pub async fn permit(city: &TestCity) -> (String, String) {
    let view = issued(city, "case-1", &approval()).await;
    (text(&view["licence"]["identifier"]), text(&view["licence"]["check_code"]))
}

/// One page of a caller's licences.
pub async fn items(caller: &Client, query: &str) -> Vec<Value> {
    let answer = caller.get(&format!("/licences/v1/licences{query}")).await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

/// A licence as a caller sees it.
pub async fn read(caller: &Client, identifier: &str) -> Value {
    caller.get(&format!("/licences/v1/licences/{identifier}")).await.expect(200).body
}

/// A JSON string's text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
