//! A matter, people, and the steps most tests begin with.

use std::sync::Arc;

use serde_json::{Value, json};
use tongban_contracts::identity::AccountEvent;
use tongban_contracts::licences::LicenceEvent;
use tongban_contracts::matters::MatterEvent;
use tongban_intake::Intake;
use tongban_kernel::{Principal, Role};
use tongban_runtime::Service;
use tongban_testkit::people::{self, APPROVAL_BUREAU, HAIZHOU};
use tongban_testkit::{Client, TestCity, eventually};

/// The matter applied for.
pub const MATTER: &str = "ee45007c-cb1d-5453-ba84-3120eaf5f632";
/// Its implementation code.
pub const CODE: &str = "11320706MB0000001B4000117109003";

pub fn services() -> Vec<Arc<dyn Service>> {
    vec![Arc::new(Intake)]
}

pub fn org() -> Principal {
    people::organisation("org.yungang", "云港建设（示例）")
}

pub fn other_org() -> Principal {
    people::organisation("org.other", "另一公司（示例）")
}

pub fn citizen() -> Principal {
    people::citizen("citizen.chen", "陈示例")
}

pub fn clerk() -> Principal {
    people::officer("clerk.1", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk])
}

pub fn approver() -> Principal {
    people::officer("approver.1", APPROVAL_BUREAU, HAIZHOU, &[Role::Approver])
}

pub fn both() -> Principal {
    people::officer("both.1", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk, Role::Approver])
}

/// The matter: M01 to M04 required, M05 not.
pub fn matter() -> Value {
    let material = |code: &str, name: &str, required: bool| json!({"code": code, "name": name, "required": required});
    json!({
        "basic_code": "000117109003",
        "code": CODE,
        "name": "建筑工程施工许可证核发",
        "matter_type": "01",
        "body": APPROVAL_BUREAU,
        "body_name": "海州区行政审批局（示例）",
        "region": HAIZHOU,
        "serves": ["2", "3"],
        "handling": "2",
        "legal_basis": ["建筑法 第七条"],
        "legal_limit": {"amount": 7, "unit": "calendar_day"},
        "promised_limit": {"amount": 3, "unit": "business_day"},
        "notice_limit": {"amount": 5, "unit": "business_day"},
        "materials": [
            material("M01", "施工许可证申请表", true),
            material("M02", "用地批准手续", true),
            material("M03", "中标通知书", true),
            material("M04", "施工合同", true),
            material("M05", "情况说明", false),
        ],
        "form_schema": {
            "type": "object",
            "additionalProperties": false,
            "required": ["project_name", "construction_scale"],
            "properties": {
                "project_name": {"title": "项目名称", "type": "string", "minLength": 4},
                "construction_scale": {"title": "建设规模", "type": "number", "minimum": 1},
            },
        },
        "result": {
            "name": "建筑工程施工许可证",
            "licence": {"code": "11100000000013338W032", "name": "建筑工程施工许可证"},
        },
        "visits": 0,
    })
}

pub fn published(revision: u32, matter: &Value) -> MatterEvent {
    let matter = serde_json::from_value(matter.clone()).expect("a matter");
    MatterEvent::Published { revision, matter: Box::new(matter) }
}

pub fn registered(principal: &Principal, kind: &str, number: &str) -> AccountEvent {
    let account = json!({
        "name": principal.name,
        "kind": principal.kind,
        "document": {"kind": kind, "number": number},
    });
    AccountEvent::Registered(serde_json::from_value(account).expect("an account"))
}

/// Makes the matter and the applicants known, and waits until they are.
pub async fn settle(city: &TestCity) {
    let catalogue = Principal::service("matters");
    let identity = Principal::service("identity");
    city.emit(MATTER, 1, &published(1, &matter()), &catalogue).await;
    let people = [
        (org(), "uscc", "91320706MA0000000X"),
        (other_org(), "uscc", "91320722MA00000029"),
        (citizen(), "citizen_id", "320706194803120014"),
    ];
    for (principal, kind, number) in &people {
        let event = registered(principal, kind, number);
        city.emit(&principal.account, 1, &event, &identity).await;
    }
    for (principal, ..) in &people {
        knows(city, principal, MATTER, "invalid_application").await;
    }
}

/// Waits until an empty application of `principal` is answered with `code`.
pub async fn knows(city: &TestCity, principal: &Principal, matter: &str, code: &str) {
    let empty = json!({"matter_id": matter, "form": {}, "materials": []});
    eventually(code, async || {
        let answer = city.caller(principal).with_key("probe").post(CASES, &empty).await;
        (answer.code() == code).then_some(())
    })
    .await;
}

pub const CASES: &str = "/intake/v1/cases";
pub const FILES: &str = "/intake/v1/files";

pub fn form() -> Value {
    json!({"project_name": "云港路改造工程", "construction_scale": 1200})
}

/// Uploads a small PDF for each code.
pub async fn materials(client: &Client, codes: &[&str]) -> Value {
    let mut named = Vec::new();
    for code in codes {
        let bytes = format!("%PDF-1.7 {code}").into_bytes();
        let file = client.upload(FILES, &format!("{code}.pdf"), bytes).await.expect(201);
        named.push(json!({"code": code, "file_id": file.body["id"]}));
    }
    Value::Array(named)
}

/// A complete application of [`org`].
pub async fn application(city: &TestCity) -> Value {
    let materials = materials(&city.caller(&org()), &["M01", "M02", "M03", "M04"]).await;
    json!({"matter_id": MATTER, "form": form(), "materials": materials})
}

/// Files a complete application; gives the case's identifier.
pub async fn filed(city: &TestCity) -> String {
    let body = application(city).await;
    let key = body["materials"][0]["file_id"].as_str().expect("a file").to_owned();
    let answer = city.caller(&org()).with_key(&key).post(CASES, &body).await.expect(201);
    answer.body["id"].as_str().expect("an identifier").to_owned()
}

/// Files and accepts.
pub async fn accepted(city: &TestCity, by: &Principal) -> String {
    let id = filed(city).await;
    city.caller(by).post(&step(&id, "acceptance"), &json!({})).await.expect(200);
    id
}

pub fn step(id: &str, step: &str) -> String {
    format!("{CASES}/{id}/{step}")
}

pub fn issued(case: &Value, identifier: &str) -> LicenceEvent {
    let licence = json!({
        "identifier": identifier,
        "licence_type": {"code": "11100000000013338W032", "name": "建筑工程施工许可证"},
        "holder_account": case["applicant"]["account"],
        "holder_name": case["applicant"]["name"],
        "holder_document": case["applicant"]["document"],
        "issuer": APPROVAL_BUREAU,
        "issuer_name": "海州区行政审批局（示例）",
        "region": HAIZHOU,
        "case_id": case["id"],
        "case_number": case["number"],
        "face": {},
        "valid_from": "2026-03-11",
        "check_code": "ABCD",
    });
    LicenceEvent::Issued(Box::new(serde_json::from_value(licence).expect("a licence")))
}
