//! What the tests share: the loaded city, administrators, tokens read back.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongban_identity::Identity;
use tongban_kernel::{Principal, Role};
use tongban_runtime::{Host, Service as _};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{Answer, TestCity};
use tongban_web::token::{TrustedIssuer, Verifier};

pub const CITIZEN_NUMBER: &str = "320706194803120014";
pub const PASSWORD: &str = "海州区的好天气 2026";
pub const CITY_OFFICE: &str = "11320700MB0000001L";

pub fn host(city: &TestCity) -> &Host {
    &city.hosts()[0]
}

/// Loads the sample city and gives its password and client secrets.
pub async fn loaded(city: &TestCity) -> (String, BTreeMap<String, String>) {
    Identity.load(host(city), &city.settings.data).await.expect("the sample loads");
    let file = city.settings.data_dir.join("sample-accounts.json");
    let text = std::fs::read_to_string(file).expect("the file of passwords");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let systems = file["systems"].as_array().expect("systems").iter();
    let pair = |system: &Value| (text_of(&system["client_id"]), text_of(&system["client_secret"]));
    (text_of(&file["password"]), systems.map(pair).collect())
}

pub fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("text, not {value}")).to_owned()
}

pub fn admin(region: &str) -> Principal {
    officer(&format!("admin-{region}"), APPROVAL_BUREAU, region, &[Role::IdentityAdmin])
}

pub fn haizhou_admin() -> Principal {
    admin(HAIZHOU)
}

pub fn registration(login: &str, number: &str) -> Value {
    json!({
        "login": login, "password": PASSWORD, "kind": "citizen", "name": "陈守义",
        "document_number": number,
    })
}

pub fn opening(login: &str) -> Value {
    json!({
        "login": login, "kind": "officer", "name": "王建国", "body": APPROVAL_BUREAU,
        "region": HAIZHOU, "roles": ["window_clerk"],
    })
}

pub async fn sign_in(city: &TestCity, login: &str, password: &str) -> Answer {
    let body = json!({"login": login, "password": password});
    city.anyone().post("/identity/v1/sessions", &body).await
}

/// Who a token vouches for, by the published keys alone.
pub async fn vouched(city: &TestCity, token: &str) -> Principal {
    let keys = city.anyone().get("/identity/.well-known/jwks.json").await.expect(200);
    let issuer = TrustedIssuer { issuer: city.settings.issuer.clone(), jwks_url: String::new() };
    let verifier = Verifier::new(vec![issuer], &city.settings.audience, city.clock.clone());
    let set = serde_json::from_value(keys.body).expect("a JWK Set");
    verifier.learn(&city.settings.issuer, &set);
    verifier.verify(token).expect("a good token")
}

/// The key a token names.
pub fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).expect("a header").kid.expect("a kid")
}

/// An answer without what differs from request to request.
pub fn steady(mut answer: Answer) -> (u16, Value) {
    if let Some(body) = answer.body.as_object_mut() {
        body.remove("trace_id");
    }
    (answer.status, answer.body)
}
