//! Bodies, a matter, a resource, and the steps most tests begin with; none of them exists.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_contracts::identity::BodyEvent;
use tongban_contracts::matters::MatterEvent;
use tongban_exchange::Exchange;
use tongban_kernel::{Principal, Role};
use tongban_runtime::Service;
use tongban_testkit::people::{self, APPROVAL_BUREAU, GANYU, HAIZHOU};
use tongban_testkit::{TestCity, eventually};

/// 海州区民政局（示例）: whose data they are.
pub const CIVIL: &str = "11320706MB0000003H";
/// The authority of the city.
pub const CITY_OFFICE: &str = "11320700MB0000001L";
/// 建筑工程施工许可证核发, of the approval bureau.
pub const MATTER: &str = "ee45007c-cb1d-5453-ba84-3120eaf5f632";

pub const RESOURCES: &str = "/exchange/v1/resources";
pub const REQUESTS: &str = "/exchange/v1/requests";

pub fn services() -> Vec<Arc<dyn Service>> {
    vec![Arc::new(Exchange)]
}

/// Steward of the body whose data they are.
pub fn source() -> Principal {
    people::officer("steward.civil", CIVIL, HAIZHOU, &[Role::DataSteward])
}

/// Steward of the body that wants them.
pub fn reader() -> Principal {
    people::officer("steward.bureau", APPROVAL_BUREAU, HAIZHOU, &[Role::DataSteward])
}

pub fn stranger() -> Principal {
    people::officer("steward.ganyu", "11320707MB0000001R", GANYU, &[Role::DataSteward])
}

pub fn authority() -> Principal {
    people::officer("authority.city", CITY_OFFICE, "320700", &[Role::DataAuthority])
}

pub fn supervisor() -> Principal {
    people::officer("supervisor.city", CITY_OFFICE, "320700", &[Role::Supervisor])
}

pub fn supervisor_elsewhere() -> Principal {
    people::officer("supervisor.ganyu", "11320707MB0000001R", GANYU, &[Role::Supervisor])
}

/// The bodies and the matter of the city.
pub async fn told(city: &TestCity) {
    let all = [(CIVIL, "海州区民政局（示例）"), (APPROVAL_BUREAU, "海州区行政审批局（示例）")];
    for (code, name) in all {
        let body = json!({"uscc": code, "name": name, "region": HAIZHOU, "department_code": "11"});
        let event = json!({"type": "registered", "data": body});
        let event: BodyEvent = serde_json::from_value(event).unwrap();
        city.emit(code, 1, &event, &Principal::service("identity")).await;
    }
    let matters = std::fs::read_to_string(city.settings.data.join("city/matters.json")).unwrap();
    let matters: Vec<Value> = serde_json::from_str(&matters).unwrap();
    let entry = matters.iter().find(|one| one["id"] == MATTER).unwrap()["matter"].clone();
    let event = json!({"type": "published", "data": {"revision": 1, "matter": entry}});
    let event: MatterEvent = serde_json::from_value(event).unwrap();
    city.emit(MATTER, 1, &event, &Principal::service("matters")).await;
}

fn item(key: &str, masking: Option<&str>) -> Value {
    let mut item = json!({"key": key, "name": key, "kind": "text", "personal": masking.is_some()});
    if let Some(masking) = masking {
        item["masking"] = json!(masking);
    }
    item
}

/// A resource of the source body.
pub fn registration(code: &str, sharing: &str) -> Value {
    let mut resource = json!({
        "code": code, "name": format!("婚姻登记信息 {code}"), "summary": "示例", "region": HAIZHOU,
        "source_body": {"id": CIVIL, "name": "如登记"},
        "items": [item("id_number", Some("document_number")), item("state", Some("hidden")),
            item("spouse_name", Some("name")), item("registered_by", None)],
        "sharing": sharing, "open": false, "update_cycle": "daily", "delivery_kind": "interface",
    });
    match sharing {
        "conditional" => resource["conditions"] = json!("用于核实婚姻状况"),
        "not_shared" => resource["not_shared_basis"] = json!([{"title": "示例法"}]),
        _ => {}
    }
    let delivery = json!({"adaptor": "http_json", "address": "https://minzheng.example/data",
        "credential": "exchange/minzheng", "timeout_ms": 3000, "cache_seconds": 0, "calls_a_minute": 600});
    json!({"resource": resource, "delivery": delivery})
}

/// Publishes a resource once its body is known; its identifier.
pub async fn published(city: &TestCity, code: &str, sharing: &str) -> String {
    published_as(city, &registration(code, sharing)).await
}

/// Publishes one as it is registered.
pub async fn published_as(city: &TestCity, registration: &Value) -> String {
    let steward = city.caller(&source());
    let view = eventually("the body to be known", async || {
        let answer = steward.post(RESOURCES, registration).await;
        (answer.status == 201).then_some(answer.body)
    })
    .await;
    view["id"].as_str().unwrap().to_owned()
}

/// What the approval bureau asks for.
pub fn wanted(resource: &str) -> Value {
    json!({"resource_id": resource, "data_use": {
        "purpose": "approval", "explanation": "核发施工许可时核实", "basis": [{"title": "建筑法"}],
        "matters": [MATTER], "items": ["id_number", "state", "registered_by"],
        "daily_calls": 100, "through": "2026-12-31",
    }})
}

/// Asks, once the matter is known; the request.
pub async fn asked(city: &TestCity, resource: &str) -> Value {
    asked_for(city, &wanted(resource)).await
}

async fn asked_for(city: &TestCity, wanted: &Value) -> Value {
    let steward = city.caller(&reader());
    eventually("the matter to be known", async || {
        let answer = steward.post(REQUESTS, wanted).await;
        (answer.status == 201).then_some(answer.body)
    })
    .await
}

/// The source body's whole yes, but for `refused`.
pub fn yes_but(refused: &[&str]) -> Value {
    let items =
        refused.iter().map(|item| json!({"item": item, "verdict": "refused", "reason": "不需要"}));
    json!({"reason": "用途相符", "verdict": "granted", "items": items.collect::<Vec<_>>()})
}

/// A grant of `id_number` and `state`, refused `registered_by`: identifiers of request and grant.
pub async fn granted(city: &TestCity, resource: &str) -> (String, String) {
    wanted_of(city, resource, 100).await
}

/// The same, with so many calls a day.
pub async fn wanted_of(city: &TestCity, resource: &str, daily: u32) -> (String, String) {
    let mut wanted = wanted(resource);
    wanted["data_use"]["daily_calls"] = json!(daily);
    let request = asked_for(city, &wanted).await["id"].as_str().unwrap().to_owned();
    let path = format!("{REQUESTS}/{request}/answer");
    let answer = city.caller(&source()).post(&path, &yes_but(&["registered_by"])).await.expect(200);
    let grant = answer.body["grant_id"].as_str().unwrap().to_owned();
    grant_of(city, &grant).await;
    (request, grant)
}

/// The grant as its holder sees it, once it is there.
pub async fn grant_of(city: &TestCity, grant: &str) -> Value {
    let path = format!("/exchange/v1/grants/{grant}");
    eventually("the grant to be there", async || {
        let answer = city.caller(&reader()).get(&path).await;
        (answer.status == 200).then_some(answer.body)
    })
    .await
}

/// A moment of 2026, ten in the morning in China.
pub fn morning(month: u32, day: u32) -> chrono::DateTime<chrono::Utc> {
    format!("2026-{month:02}-{day:02}T02:00:00Z").parse().unwrap()
}

pub fn reason() -> Value {
    json!({"reason": "示例理由"})
}
