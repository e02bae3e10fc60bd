//! People, a matter, a service, and the steps most tests begin with; none of them exists.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_contracts::identity::{AccountEvent, BodyEvent};
use tongban_contracts::matters::MatterEvent;
use tongban_kernel::checks::uscc;
use tongban_kernel::{Principal, Role};
use tongban_runtime::Service;
use tongban_supermarket::Supermarket;
use tongban_testkit::people::{self, APPROVAL_BUREAU, GANYU, HAIZHOU};
use tongban_testkit::{Client, TestCity, eventually};

/// 海州区自然资源和规划分局（示例）.
pub const LAND: &str = "11320706MB0000011C";
/// 连云港市自然资源和规划局（示例）.
pub const CITY_LAND: &str = "11320700MB0000003T";
/// The matter that requires the survey.
pub const MATTER: &str = "6251ab3f-e43d-5c75-ab69-1fddc703f017";

pub fn services() -> Vec<Arc<dyn Service>> {
    vec![Arc::new(Supermarket)]
}

pub fn manager(account: &str) -> Principal {
    people::officer(account, APPROVAL_BUREAU, HAIZHOU, &[Role::MarketManager])
}

pub fn manager_elsewhere() -> Principal {
    people::officer("manager.ganyu", "11320707MB0000001R", GANYU, &[Role::MarketManager])
}

pub fn reviewer() -> Principal {
    people::officer("reviewer.1", LAND, HAIZHOU, &[Role::IndustryReviewer])
}

pub fn reviewer_above() -> Principal {
    people::officer("reviewer.above", CITY_LAND, "320700", &[Role::IndustryReviewer])
}

pub fn reviewer_elsewhere() -> Principal {
    people::officer("reviewer.else", APPROVAL_BUREAU, HAIZHOU, &[Role::IndustryReviewer])
}

/// The organisation behind a number, and its credit code.
pub fn firm(number: u32) -> (Principal, String) {
    let principal =
        people::organisation(&format!("firm.{number}"), &format!("示例测绘{number}有限公司"));
    (principal, uscc::complete(&format!("91320706MA000{number:04}")).unwrap())
}

/// Tells the city of an organisation.
pub async fn known(city: &TestCity, number: u32) {
    let (principal, code) = firm(number);
    let account = json!({"type": "registered", "data": {"name": principal.name, "kind": "organisation",
        "document": {"kind": "uscc", "number": code}, "roles": []}});
    let event: AccountEvent = serde_json::from_value(account).unwrap();
    city.emit(&principal.account, 1, &event, &Principal::service("identity")).await;
}

pub fn certificate(code: &str, number: &str, through: &str) -> Value {
    json!({"code": code, "name": "测绘资质乙级", "number": number, "issuer": "示例机关",
        "valid_from": "2024-01-01", "valid_through": through})
}

/// What a firm says of itself: a certificate and a surveyor, both through `through`.
pub fn details(through: &str) -> Value {
    json!({
        "region": HAIZHOU,
        "contact": {"person": "丁示例", "phone": "0518-80000001", "address": "海州区示例路 8 号"},
        "staff": [{"number": "S01", "name": "卜示例",
            "qualifications": [certificate("registered-surveyor", "注 1", through)]}],
        "qualifications": [certificate("surveying-b", "资 1", through)],
    })
}

pub fn registration(number: u32, through: &str) -> Value {
    json!({"credit_code": firm(number).1, "details": details(through)})
}

/// A registered firm: its caller and the identifier of its agency.
pub async fn agency(city: &TestCity, number: u32, through: &str) -> (Client, String) {
    known(city, number).await;
    let caller = city.caller(&firm(number).0);
    let body = registration(number, through);
    let file = eventually("the organisation to be known", async || {
        let answer = caller.post("/supermarket/v1/agencies", &body).await;
        (answer.status != 503).then(|| answer.expect(201).body)
    })
    .await;
    let id = file["id"].as_str().unwrap().to_owned();
    (caller, id)
}

/// The bodies that answer for the trade.
pub async fn bodies(city: &TestCity) {
    let all = [
        (LAND, HAIZHOU, "海州区自然资源和规划分局（示例）"),
        (CITY_LAND, "320700", "连云港市自然资源和规划局（示例）"),
    ];
    for (code, region, name) in all {
        let body = json!({"uscc": code, "name": name, "region": region, "department_code": "15"});
        let event = json!({"type": "registered", "data": body});
        let event: BodyEvent = serde_json::from_value(event).unwrap();
        city.emit(code, 1, &event, &Principal::service("identity")).await;
    }
}

/// The matter that requires the survey, in force, and the bodies that answer for it.
pub async fn matter(city: &TestCity) {
    bodies(city).await;
    let all = std::fs::read_to_string(city.settings.data.join("city/matters.json")).unwrap();
    let all: Vec<Value> = serde_json::from_str(&all).unwrap();
    let entry = all.iter().find(|one| one["id"] == MATTER).unwrap()["matter"].clone();
    let event = json!({"type": "published", "data": {"revision": 1, "matter": entry}});
    let event: MatterEvent = serde_json::from_value(event).unwrap();
    city.emit(MATTER, 1, &event, &Principal::service("matters")).await;
}

/// A survey that the matter requires.
pub fn survey() -> Value {
    json!({
        "name": "建设用地规划测绘",
        "region": HAIZHOU,
        "industry_body": {"id": LAND, "name": "海州区自然资源和规划分局（示例）"},
        "superior_body": {"id": CITY_LAND, "name": "连云港市自然资源和规划局（示例）"},
        "basis": [{"kind": "law", "title": "城乡规划法", "article": "第三十八条"}],
        "matters": [{"matter_id": MATTER, "material_code": "M05"}],
        "fee": {"kind": "government_guided", "cap_fen": 1_200_000, "unit": "项", "basis": "示例价〔2026〕1号"},
        "business_days": 10,
        "result": "现状地形图",
        "qualifications": {"all": false, "codes": ["surveying-a", "surveying-b"]},
        "staff": [{"code": "registered-surveyor", "at_least": 1}],
    })
}

/// Drafts a service once its matters are known; its identifier.
pub async fn drafted(city: &TestCity, body: &Value) -> String {
    let first = city.caller(&reviewer());
    let file = eventually("the matter to be known", async || {
        let answer = first.post("/supermarket/v1/services", body).await;
        (answer.status == 201).then_some(answer.body)
    })
    .await;
    file["id"].as_str().unwrap().to_owned()
}

/// The survey in force; its identifier.
pub async fn published(city: &TestCity) -> String {
    matter(city).await;
    let id = drafted(city, &survey()).await;
    confirm(city, &format!("/supermarket/v1/services/{id}/decision")).await;
    id
}

/// A second officer confirms.
pub async fn confirm(city: &TestCity, path: &str) -> Value {
    let second = city.caller(&manager("manager.2"));
    second.post(path, &json!({"confirmed": true, "reason": "依据明确"})).await.expect(200).body
}

/// Asks to be linked; the identifier.
pub async fn requested(agency: &Client, service: &str) -> String {
    let body = json!({"service_id": service, "certificates": ["资 1"]});
    let link = agency.post("/supermarket/v1/links", &body).await.expect(201);
    link.body["id"].as_str().unwrap().to_owned()
}

/// Approves a link.
pub async fn approved(city: &TestCity, link: &str) -> Value {
    let body = json!({"approved": true, "reasons": ["符合要求"]});
    let path = format!("/supermarket/v1/links/{link}/decision");
    city.caller(&reviewer()).post(&path, &body).await.expect(200).body
}

/// The link's state, as its agency sees it.
pub async fn state_of(agency: &Client, link: &str) -> Value {
    agency.get(&format!("/supermarket/v1/links/{link}")).await.expect(200).body
}

/// A moment of 2026 in UTC, two in the morning: ten in China.
pub fn morning(month: u32, day: u32) -> chrono::DateTime<chrono::Utc> {
    format!("2026-{month:02}-{day:02}T02:00:00Z").parse().unwrap()
}
