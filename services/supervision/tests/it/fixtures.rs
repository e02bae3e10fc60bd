//! Officers, matters, objects and inspectors for the tests; none of them exists.

use serde_json::{Value, json};
use tongban_kernel::checks::uscc;
use tongban_kernel::{Principal, Role};
use tongban_testkit::people::{HAIZHOU, officer};
use tongban_testkit::{Client, TestCity};

/// 海州区市场监督管理局（示例）.
pub const MARKET: &str = "11320706MB0000004L";
/// 海州区消防救援大队（示例）.
pub const FIRE: &str = "11320706MB0000013J";

/// Plans and keeps the libraries of the market bureau.
pub fn planner() -> Principal {
    officer("planner", MARKET, HAIZHOU, &[Role::InspectionPlanner])
}

/// Approves plans of the market bureau.
pub fn chief() -> Principal {
    officer("chief", MARKET, HAIZHOU, &[Role::InspectionApprover])
}

/// Plans for the fire brigade.
pub fn fire_planner() -> Principal {
    officer("fire", FIRE, HAIZHOU, &[Role::InspectionPlanner])
}

/// An inspection matter of the market bureau.
pub fn matter(code: &str) -> Value {
    json!({
        "code": code, "name": "餐饮服务经营者监督检查", "field": "食品安全",
        "basis": ["食品生产经营监督检查管理办法 第二十一条"],
        "kind": "general", "frequency": {"times": 1, "months": 12}, "ceiling": 5000,
        "methods": ["on_site"], "body": MARKET, "body_name": "海州区市场监督管理局（示例）",
        "region": HAIZHOU,
        "partners": [{"body": FIRE, "body_name": "海州区消防救援大队（示例）"}],
        "objects": {"kinds": ["enterprise"], "industries": ["62"], "licence_types": []},
        "qualification": "food", "checklists": ["CL-FOOD-01"],
    })
}

/// A credit code.
pub fn code(number: usize) -> String {
    uscc::complete(&format!("91320706MA{number:07}")).unwrap()
}

/// A restaurant.
pub fn restaurant(number: usize) -> Value {
    json!({"code": code(number), "particulars": {
        "kind": "enterprise", "name": format!("示例餐饮{number}有限公司（示例）"),
        "address": format!("海州区示例路 {number} 号"), "region": "320706001", "industry": "6210",
        "premises": [],
    }})
}

/// An inspector of a body.
pub fn inspector(body: &str, number: usize, until: &str) -> Value {
    json!({
        "certificate": format!("JS-{}-{number:04}", &body[14..17]), "name": format!("检查员{number}（示例）"),
        "account": format!("inspector-{number}"), "body": body, "body_name": "示例单位",
        "region": HAIZHOU, "qualifications": [
            {"code": "food", "name": "食品安全监督检查", "from": "2024-01-01", "until": until},
        ],
    })
}

/// Publishes a matter; its identifier.
pub async fn publish(city: &TestCity, code: &str) -> String {
    let answer = city.caller(&planner()).post("/supervision/v1/matters", &matter(code)).await;
    id(&answer.expect(201).body)
}

/// Imports restaurants; their identifiers.
pub async fn import(city: &TestCity, numbers: std::ops::Range<usize>) -> Vec<String> {
    let objects: Vec<Value> = numbers.map(restaurant).collect();
    let answer = put(&city.caller(&planner()), objects).await.expect(200);
    answer.body["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().into()).collect()
}

/// Asks for an import.
pub async fn put(caller: &Client, objects: Vec<Value>) -> tongban_testkit::Answer {
    caller.put("/supervision/v1/object-imports", &json!({"objects": objects})).await
}

/// The identifier in an answer.
pub fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

/// A plan of one task.
pub fn plan(matter: &str) -> Value {
    json!({
        "name": "海州区 2026 年度抽查计划", "kind": "yearly", "year": 2026,
        "body_name": "海州区市场监督管理局（示例）", "region": HAIZHOU,
        "ratio_table": "henan-2021",
        "entries": [{
            "name": "餐饮抽查", "matters": [{"matter": matter, "body": MARKET}],
            "bodies": [{"body": MARKET, "body_name": "海州区市场监督管理局（示例）", "lead": true, "inspectors": 2}],
            "region": HAIZHOU,
            "scope": {"kinds": ["enterprise"], "industries": ["62"], "licence_types": []},
            "from": "2026-04-01", "until": "2026-06-30",
        }],
    })
}
