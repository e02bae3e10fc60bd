//! Decisions and people for the tests; none of them exists.

use serde_json::{Value, json};
use tongban_contracts::identity::{DocumentKind, IdentityDocument};
use tongban_contracts::intake::{Applicant, CaseEvent, CaseMatter, Decision, Outcome};
use tongban_contracts::matters::{LimitUnit, TimeLimit};
use tongban_kernel::{Principal, PrincipalKind, RegionCode, Role};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, citizen, officer};
use tongban_testkit::{Client, TestCity, eventually};
use uuid::Uuid;

/// An applicant.
pub fn zhang() -> Principal {
    citizen("zhang", "张建国")
}

/// Somebody else.
pub fn li() -> Principal {
    citizen("li", "李秀英")
}

/// A supervisor of a region.
pub fn supervisor(region: &str) -> Principal {
    officer("supervisor", "11320700MB0000001K", region, &[Role::Supervisor])
}

/// A matter's identifier.
pub fn matter(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A decision on 张建国's application.
pub fn decision() -> Decision {
    let limit = |amount| TimeLimit { amount, unit: LimitUnit::BusinessDay, note: None };
    Decision {
        outcome: Outcome::Approved,
        reason: "符合条件".into(),
        number: "11320706MB0000001B400011710900320260311000001".into(),
        matter: CaseMatter {
            matter_id: matter(1),
            revision: 1,
            code: "11320706MB0000001B4000117109003".into(),
            name: "建筑工程施工许可证核发".into(),
            body: APPROVAL_BUREAU.into(),
            body_name: "海州区行政审批局（示例）".into(),
            region: RegionCode::parse(HAIZHOU).unwrap(),
            notice_limit: limit(5),
            promised_limit: limit(3),
            legal_limit: None,
            result_name: "建筑工程施工许可证".into(),
            licence: None,
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
        form: json!({}),
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

/// Tells the city of a decision and waits for the right to review it; the right.
pub async fn opened(city: &TestCity, case: &str, decision: &Decision) -> Value {
    decide(city, case, 5, decision).await;
    let applicant = citizen(&decision.applicant.account, &decision.applicant.name);
    let applicant = city.caller(&applicant);
    eventually("the right", async || {
        rights(&applicant).await.into_iter().find(|right| right["case_id"] == case)
    })
    .await
}

/// A caller's open rights.
pub async fn rights(caller: &Client) -> Vec<Value> {
    let answer = caller.get("/reviews/v1/rights?limit=100").await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

/// The address of a case's review.
pub fn review_of(case: &str) -> String {
    format!("/reviews/v1/reviews/{case}")
}

/// Tells the city of a case's other events.
pub async fn tell(city: &TestCity, case: &str, version: i64, event: &CaseEvent) {
    let clerk = officer("clerk", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk]);
    city.emit(case, version, event, &clerk).await;
}

/// Who deals with bad reviews at the body.
pub fn handler() -> Principal {
    officer("handler", APPROVAL_BUREAU, HAIZHOU, &[Role::ReviewHandler])
}

/// Bad reviews as `caller` sees them.
pub async fn handlings(caller: &Client) -> Vec<Value> {
    let answer = caller.get("/reviews/v1/handlings?limit=100").await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}
