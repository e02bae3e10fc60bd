//! A joint visit for the tests, and those who pay it; none of them exists.

use serde_json::{Value, json};
use tongban_contracts::inspections::{
    ChecklistItem, OrderedInspector, OrderedMatter, OrderedPart, VisitOrder, VisitedObject,
};
use tongban_contracts::supervision::inspector_id;
use tongban_kernel::{Principal, RegionCode, Role};
use tongban_testkit::people::{HAIZHOU, officer, organisation};
use tongban_testkit::{Answer, Client, TestCity};

/// 海州区市场监督管理局（示例）.
pub const MARKET: &str = "11320706MB0000004L";
/// 海州区消防救援大队（示例）.
pub const FIRE: &str = "11320706MB0000013J";
/// The inspected.
pub const RESTAURANT: &str = "91320706MA0000000X";

/// The restaurant's own account.
pub fn owner() -> Principal {
    organisation("owner", "云港示例餐饮有限公司（示例）")
}

/// The `n`th inspector of a body.
pub fn inspector(body: &str, n: u32) -> Principal {
    officer(&account(body, n), body, HAIZHOU, &[Role::Inspector])
}

/// Who approves and publishes at a body.
pub fn approver(body: &str) -> Principal {
    officer(&format!("approver-{body}"), body, HAIZHOU, &[Role::InspectionApprover])
}

/// Who handles cases at a body.
pub fn handler(body: &str) -> Principal {
    officer(&format!("handler-{body}"), body, HAIZHOU, &[Role::CaseHandler])
}

fn account(body: &str, n: u32) -> String {
    format!("inspector-{body}-{n}")
}

fn certificate(body: &str, n: u32) -> String {
    format!("{}-{n}", &body[14..])
}

/// Identifier of the `n`th inspector of a body.
pub fn id_of(body: &str, n: u32) -> String {
    inspector_id(&certificate(body, n)).to_string()
}

/// Registers three inspectors of a body, qualified until the end of the year.
pub async fn register(city: &TestCity, body: &str) {
    let planner = officer("planner", body, HAIZHOU, &[Role::InspectionPlanner]);
    for n in 1..=3 {
        let inspector = json!({
            "certificate": certificate(body, n),
            "name": format!("示例{n}"),
            "account": account(body, n),
            "body": body,
            "body_name": "示例单位",
            "region": HAIZHOU,
            "qualifications": [
                {"code": "food", "name": "示例", "from": "2024-01-01", "until": "2026-12-31"},
            ],
        });
        let answer = city.caller(&planner).post("/supervision/v1/inspectors", &inspector).await;
        answer.expect(201);
    }
}

fn part(body: &str, item: &str, lead: bool) -> OrderedPart {
    let sent = |n| OrderedInspector {
        id: id_of(body, n),
        account: account(body, n),
        name: format!("示例{n}"),
        certificate: certificate(body, n),
    };
    OrderedPart {
        body: body.into(),
        body_name: "示例单位".into(),
        lead,
        matters: vec![OrderedMatter {
            id: format!("matter-{item}"),
            name: format!("示例检查 {item}"),
            items: vec![ChecklistItem {
                code: item.into(),
                text: "示例检查内容".into(),
                basis: "示例依据".into(),
                key: true,
            }],
        }],
        inspectors: (1..=3).map(sent).collect(),
    }
}

/// The order of a joint visit, from the test city's first day on.
pub fn order(number: &str) -> VisitOrder {
    VisitOrder {
        number: number.into(),
        task_id: "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77".into(),
        task_name: "示例部门联合抽查".into(),
        object: VisitedObject {
            id: "object".into(),
            code: RESTAURANT.into(),
            name: "云港示例餐饮有限公司（示例）".into(),
            natural_person: false,
            account: Some("owner".into()),
            address: "江苏省连云港市海州区示例路 18 号".into(),
            region: RegionCode::parse(HAIZHOU).unwrap(),
        },
        parts: vec![part(MARKET, "food.1", true), part(FIRE, "fire.1", false)],
        from: "2026-03-11".parse().unwrap(),
        until: "2026-03-31".parse().unwrap(),
        check_code: "7KQ2MXPA".into(),
    }
}

/// Orders a visit whose inspectors are registered.
pub async fn ordered(city: &TestCity, id: &str) {
    register(city, MARKET).await;
    register(city, FIRE).await;
    let order = order(&format!("双随机〔2026〕{id}"));
    tongban_supervision::order_visit(&city.hosts()[0], id, order).await.unwrap();
}

/// The address of a step of a visit.
pub fn step(id: &str, step: &str) -> String {
    format!("/supervision/v1/inspections/{id}/{step}")
}

/// Uploads a photo.
pub async fn photo(caller: &Client) -> Value {
    let picture = b"\x89PNG\r\n\x1a\n photo".to_vec();
    caller.upload("/supervision/v1/evidence", "现场.png", picture).await.expect(201).body["id"]
        .clone()
}

/// Begins a body's part with its first two inspectors.
pub async fn begin(city: &TestCity, id: &str, body: &str) -> Client {
    let caller = city.caller(&inspector(body, 1));
    let beginning = json!({
        "body": body, "present": [id_of(body, 1), id_of(body, 2)], "shown": "certificate",
    });
    caller.post(&step(id, "beginning"), &beginning).await.expect(200);
    caller
}

/// Records a finding of a body's only item.
pub async fn find(caller: &Client, id: &str, body: &str, item: &str, violating: bool) {
    let finding = if violating {
        json!({"item": item, "verdict": "violating", "note": "示例问题", "evidence": [photo(caller).await]})
    } else {
        json!({"item": item, "verdict": "conforming"})
    };
    let findings = json!({"body": body, "findings": [finding]});
    caller.post(&step(id, "findings"), &findings).await.expect(200);
}

/// Tells a signed result.
pub async fn conclude(
    caller: &Client,
    id: &str,
    body: &str,
    code: &str,
    days: Option<u32>,
) -> Answer {
    let paper = photo(caller).await;
    let mut result = json!({
        "body": body, "code": code, "summary": "示例结果", "notice": paper,
        "signature": {"kind": "signed", "name": "王示例", "position": "负责人", "paper": paper},
    });
    if let Some(days) = days {
        let limit = json!({"amount": days, "unit": "calendar_day"});
        result["correction"] = json!({"requirements": ["示例要求"], "limit": limit});
    }
    caller.post(&step(id, "result"), &result).await
}

/// The whole of a body's part: come, found, told.
pub async fn inspected(city: &TestCity, id: &str, body: &str, item: &str, code: &str) -> Client {
    let caller = begin(city, id, body).await;
    let violating = !["1", "F"].contains(&code);
    find(&caller, id, body, item, violating).await;
    let days = violating.then_some(14);
    conclude(&caller, id, body, code, days).await.expect(200);
    caller
}

/// Follows up a body's order to correct.
pub async fn corrected(city: &TestCity, id: &str, body: &str) {
    let caller = city.caller(&inspector(body, 2));
    let follow_up = json!({
        "body": body, "present": [id_of(body, 2), id_of(body, 3)], "corrected": true,
        "note": "已改正", "evidence": [photo(&caller).await],
    });
    caller.post(&step(id, "follow-up"), &follow_up).await.expect(200);
}
