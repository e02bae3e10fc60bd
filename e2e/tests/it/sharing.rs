//! What of shared data somebody from elsewhere must not reach.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongban_e2e::{Caller, City};

use crate::objecting;
use crate::requests::{Entry, Look, Objects, Request};

/// What is there of shared data, asked of the 公安分局 by the 行政审批局 of 海州区.
pub struct Sharing {
    /// A resource of the source body, and how it is registered.
    resource: String,
    registration: Value,
    /// A request that waits for its answer.
    pending: String,
    /// A request that was refused.
    refused: String,
    /// A request that waits for a ruling.
    referred: String,
    /// What the sample granted to the 民政局.
    grant: String,
    /// What the 民政局 reported as wrong.
    correction: String,
    /// A system of the 民政局 that signs its calls.
    calling: String,
    /// What the steward of the 行政审批局 read about 陈守义.
    pub reading: String,
    /// An objection of his to another reading.
    pub objection: String,
    /// A signal of refused calls of that steward.
    pub signal: String,
}

pub const REQUESTS: &str = "/exchange/v1/requests";
pub const GRANTS: &str = "/exchange/v1/grants";
const CORRECTIONS: &str = "/exchange/v1/corrections";
/// A steward elsewhere, and one of a body that has no part in it.
const STEWARDS: &[&str] = &["data.ganyu", "data.weijian"];
/// The authority elsewhere.
const AUTHORITIES: &[&str] = &["authority.ganyu"];
pub const OVERSEERS: &[&str] =
    &["data.ganyu", "data.weijian", "authority.ganyu", "supervisor.ganyu"];

/// Everybody these entries name.
pub const EVERYBODY: &[&str] = &[
    "data.gongan",
    "data.haizhou",
    "data.minzheng",
    "data.weijian",
    "data.ganyu",
    "authority.haizhou",
    "authority.city",
    "authority.ganyu",
];

pub async fn id_of(caller: &Caller, path: &str, body: &Value) -> String {
    let answer = caller.post(path, body).await.unwrap().expect(201).unwrap();
    answer.text("/id").unwrap().to_owned()
}

pub fn reason() -> Value {
    json!({"reason": "示例"})
}

pub fn word(verdict: &str) -> Value {
    json!({"reason": "示例", "verdict": verdict})
}

/// Puts it all there.
pub async fn sharing(city: &City) -> Sharing {
    let source = city.sign_in("data.gongan").await.unwrap();
    let reader = city.sign_in("data.haizhou").await.unwrap();
    let civil = city.sign_in("data.minzheng").await.unwrap();
    let path = "/exchange/v1/resources?q=306001%2F000001";
    let found = source.get(path).await.unwrap().expect(200).unwrap();
    let resource = found.text("/items/0/id").unwrap().to_owned();
    let shown = source.get(&format!("/exchange/v1/resources/{resource}")).await.unwrap();
    let registration =
        json!({"resource": shown.body["resource"], "delivery": shown.body["delivery"]});
    let held = civil.get(GRANTS).await.unwrap().expect(200).unwrap();
    let held = held.body["items"].as_array().unwrap();
    let grant = held.iter().find(|one| one["resource_id"] == resource.as_str()).unwrap();
    let through = grant["through"].clone();
    let grant = grant["id"].as_str().unwrap().to_owned();
    let wanted = json!({"resource_id": resource, "data_use": {
        "purpose": "approval", "explanation": "核发施工许可时核实身份", "basis": [{"title": "建筑法"}],
        "matters": ["ee45007c-cb1d-5453-ba84-3120eaf5f632"], "items": ["id_number", "name"],
        "daily_calls": 100, "through": through,
    }});
    let pending = id_of(&reader, REQUESTS, &wanted).await;
    let mut answered = Vec::new();
    for _ in 0..2 {
        let id = id_of(&reader, REQUESTS, &wanted).await;
        let path = format!("{REQUESTS}/{id}/answer");
        source.post(&path, &word("refused")).await.unwrap().expect(200).unwrap();
        answered.push(id);
    }
    let (refused, referred) = (answered[0].clone(), answered[1].clone());
    let objection = format!("{REQUESTS}/{referred}/objection");
    reader.post(&objection, &reason()).await.unwrap().expect(200).unwrap();
    let path = format!("{REQUESTS}/{referred}/answer");
    source.post(&path, &word("refused")).await.unwrap().expect(200).unwrap();
    reader.post(&objection, &reason()).await.unwrap().expect(200).unwrap();
    let doubt = json!({"grant_id": grant, "items": ["name"], "record": "示例 1", "wrong": "示例",
        "evidence": "示例"});
    let correction = id_of(&civil, CORRECTIONS, &doubt).await;
    let entry = json!({"name": "示例系统", "scheme": "national"});
    let made = civil.post("/exchange/v1/calling-systems", &entry).await.unwrap();
    let calling = made.expect(201).unwrap().text("/system/id").unwrap().to_owned();
    let readings = objecting::read(&registration, &wanted, &source, &reader).await;
    let objection = objecting::objected(city, &readings[0]).await;
    let reading = readings[1].clone();
    let signal = objecting::signal(city).await;
    Sharing {
        resource,
        registration,
        pending,
        refused,
        referred,
        grant,
        correction,
        calling,
        reading,
        objection,
        signal,
    }
}

pub fn send(path: String, body: Value) -> Vec<Request> {
    vec![(path, Some(body))]
}

pub fn look(
    path: &'static str,
    hidden: &str,
    owner: &'static str,
    strangers: &'static [&'static str],
) -> Vec<Look> {
    vec![Look { path, hidden: hidden.to_owned(), owner, strangers }]
}

fn request(id: &str, step: &str) -> String {
    format!("{REQUESTS}/{id}/{step}")
}

fn grant(objects: &Objects, step: &str) -> Vec<Request> {
    send(format!("{GRANTS}/{}/{step}", objects.sharing.grant), reason())
}

/// The entries, by operation.
pub fn table() -> BTreeMap<&'static str, Entry> {
    let mut table: BTreeMap<&'static str, Entry> = [
        "list_data_resources",
        "read_data_resource",
        "list_data_resource_versions",
        "request_data",
        "read_exchange_rules",
        // Whose readings they are, the account says: there is nothing to name somebody else by.
        "list_own_readings",
        // For the own body, whichever that is.
        "register_calling_system",
        // Whoever has not signed is told so; `call_shared_data` shows what grants are worth to others.
        "call_shared_data_signed",
    ]
    .into_iter()
    .map(|operation| (operation, Entry::Nobodys))
    .collect();
    table.extend(of_resources());
    table.extend(of_requests());
    table.extend(of_grants());
    table.extend(objecting::table());
    table
}

fn of_resources() -> BTreeMap<&'static str, Entry> {
    use Entry::Object;
    BTreeMap::from([
        (
            "publish_data_resource",
            Object(STEWARDS, |objects| {
                send("/exchange/v1/resources".to_owned(), objects.sharing.registration.clone())
            }),
        ),
        (
            "change_data_resource",
            Object(STEWARDS, |objects| {
                let path = format!("/exchange/v1/resources/{}", objects.sharing.resource);
                send(path, objects.sharing.registration.clone())
            }),
        ),
        (
            "withdraw_data_resource",
            Object(STEWARDS, |objects| {
                let id = &objects.sharing.resource;
                send(format!("/exchange/v1/resources/{id}/withdrawal"), reason())
            }),
        ),
    ])
}

fn of_requests() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Object};
    BTreeMap::from([
        (
            "list_data_requests",
            List(|objects| {
                let sharing = &objects.sharing;
                let asked = "/exchange/v1/requests?list=asked&limit=100";
                let received = "/exchange/v1/requests?list=to_answer&limit=100";
                let referred = "/exchange/v1/requests?list=to_rule&limit=100";
                let mut looks = look(asked, &sharing.pending, "data.haizhou", OVERSEERS);
                looks.extend(look(received, &sharing.pending, "data.gongan", OVERSEERS));
                looks.extend(look(referred, &sharing.referred, "authority.city", OVERSEERS));
                looks
            }),
        ),
        (
            "read_data_request",
            Object(OVERSEERS, |objects| {
                vec![(format!("{REQUESTS}/{}", objects.sharing.pending), None)]
            }),
        ),
        (
            "answer_data_request",
            Object(&["data.ganyu", "data.weijian", "data.haizhou"], |objects| {
                send(request(&objects.sharing.pending, "answer"), word("granted"))
            }),
        ),
        (
            "dispute_data_answer",
            Object(&["data.ganyu", "data.weijian", "data.gongan"], |objects| {
                send(request(&objects.sharing.refused, "objection"), reason())
            }),
        ),
        (
            "withdraw_data_request",
            Object(&["data.ganyu", "data.weijian", "data.gongan"], |objects| {
                send(request(&objects.sharing.pending, "withdrawal"), reason())
            }),
        ),
        (
            // The authority of the district is of the body that asks.
            "rule_data_request",
            Object(&["authority.ganyu", "authority.haizhou"], |objects| {
                send(request(&objects.sharing.referred, "ruling"), word("granted"))
            }),
        ),
    ])
}

fn of_grants() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Object};
    BTreeMap::from([
        (
            "list_data_grants",
            List(|objects| {
                let held = "/exchange/v1/grants?list=held&limit=100";
                let given = "/exchange/v1/grants?list=given&limit=100";
                let region = "/exchange/v1/grants?list=region&limit=100";
                let id = &objects.sharing.grant;
                let mut looks = look(held, id, "data.minzheng", OVERSEERS);
                looks.extend(look(given, id, "data.gongan", OVERSEERS));
                looks.extend(look(region, id, "authority.city", OVERSEERS));
                looks
            }),
        ),
        (
            "read_data_grant",
            Object(OVERSEERS, |objects| {
                vec![(format!("{GRANTS}/{}", objects.sharing.grant), None)]
            }),
        ),
        (
            "suspend_data_grant",
            Object(&["data.ganyu", "data.minzheng", "authority.ganyu"], |objects| {
                grant(objects, "suspension")
            }),
        ),
        ("resume_data_grant", Object(AUTHORITIES, |objects| grant(objects, "resumption"))),
        (
            "revoke_data_grant",
            Object(&["data.ganyu", "data.weijian", "authority.ganyu"], |objects| {
                grant(objects, "revocation")
            }),
        ),
        (
            "try_data_grant",
            Object(&["data.gongan", "data.ganyu", "line.haizhou.zhujian"], |objects| {
                let call = json!({"purpose": "public_service", "items": ["name"]});
                send(format!("{GRANTS}/{}/trial", objects.sharing.grant), call)
            }),
        ),
        (
            "call_shared_data",
            Object(&["data.gongan", "data.ganyu", "line.haizhou.zhujian"], |objects| {
                let call = json!({"purpose": "public_service", "items": ["name"],
                    "parameters": {"id_number": "320706194803120014"}});
                send(format!("{GRANTS}/{}/calls", objects.sharing.grant), call)
            }),
        ),
        (
            "retire_calling_system",
            Object(&["data.gongan", "data.ganyu", "data.weijian"], |objects| {
                let id = &objects.sharing.calling;
                send(format!("/exchange/v1/calling-systems/{id}/retirement"), reason())
            }),
        ),
        (
            "report_wrong_data",
            Object(&["data.gongan", "data.ganyu", "data.weijian"], |objects| {
                let doubt = json!({"grant_id": objects.sharing.grant, "items": ["name"], "record": "示例 2",
                    "wrong": "示例", "evidence": "示例"});
                send(CORRECTIONS.to_owned(), doubt)
            }),
        ),
        (
            "list_corrections",
            List(|objects| {
                let reported = "/exchange/v1/corrections?list=reported&limit=100";
                let received = "/exchange/v1/corrections?list=received&limit=100";
                let id = &objects.sharing.correction;
                let mut looks = look(reported, id, "data.minzheng", OVERSEERS);
                looks.extend(look(received, id, "data.gongan", OVERSEERS));
                looks
            }),
        ),
        (
            "read_correction",
            Object(OVERSEERS, |objects| {
                vec![(format!("{CORRECTIONS}/{}", objects.sharing.correction), None)]
            }),
        ),
        (
            "answer_correction",
            Object(&["data.ganyu", "data.weijian", "data.minzheng"], |objects| {
                let word = json!({"upheld": true, "reason": "示例"});
                send(format!("{CORRECTIONS}/{}/answer", objects.sharing.correction), word)
            }),
        ),
    ])
}
