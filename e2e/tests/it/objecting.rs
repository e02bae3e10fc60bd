//! Readings of shared data and objections to them, and what of them others must not reach.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tongban_e2e::{Caller, City};

use crate::requests::{Entry, Objects, Request};
use crate::sharing::{GRANTS, OVERSEERS, REQUESTS, id_of, look, reason, send, word};

const OBJECTIONS: &str = "/exchange/v1/objections";
const PERSON: &str = "320706194803120014";
/// The 行政审批局 of 海州区, which read.
const READER: &str = "11320706MB0000001B";
/// People whom nobody read about.
const PEOPLE: &[&str] = &["citizen.lin", "org.freight"];

/// Two readings about 陈守义, by a resource whose system is played here.
pub async fn read(
    registration: &Value,
    wanted: &Value,
    source: &Caller,
    reader: &Caller,
) -> [String; 2] {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/person", listener.local_addr().unwrap());
    let answer = json!({"data": [{"id_number": PERSON, "name": "陈守义"}]});
    let router = axum::Router::new().fallback(async move || axum::Json(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut registration = registration.clone();
    registration["resource"]["code"] = json!("306001/900001");
    registration["resource"]["items"].as_array_mut().unwrap().truncate(2);
    let delivery = registration["delivery"].as_object_mut().unwrap();
    delivery.remove("credential");
    delivery.insert("address".to_owned(), json!(address));
    let mut wanted = wanted.clone();
    wanted["resource_id"] = json!(id_of(source, "/exchange/v1/resources", &registration).await);
    let request = id_of(reader, REQUESTS, &wanted).await;
    let path = format!("{REQUESTS}/{request}/answer");
    let granted = source.post(&path, &word("granted")).await.unwrap().expect(200).unwrap();
    let grant = format!("{GRANTS}/{}", granted.text("/grant_id").unwrap());
    soon("the grant", async || reader.get(&grant).await.unwrap().status == 200).await;
    let call = json!({"purpose": "approval", "items": ["name"], "parameters": {"id_number": PERSON},
        "case": {"number": "示例 1", "matter_id": "ee45007c-cb1d-5453-ba84-3120eaf5f632"}});
    let mut readings = [String::new(), String::new()];
    for reading in &mut readings {
        let answer = reader.post(&format!("{grant}/calls"), &call).await.unwrap();
        *reading = answer.expect(200).unwrap().text("/call_id").unwrap().to_owned();
    }
    // One after another for something that is not granted: a signal.
    let mut other = call.clone();
    other["items"] = json!(["id_number", "sex"]);
    for _ in 0..8 {
        reader.post(&format!("{grant}/calls"), &other).await.unwrap().expect(403).unwrap();
    }
    readings
}

/// The signal of the refused calls, once it is found.
pub async fn signal(city: &City) -> String {
    let supervisor = city.sign_in("supervisor.haizhou").await.unwrap();
    for _ in 0..300 {
        let path = "/exchange/v1/reading-signals?kind=refused";
        let list = supervisor.get(path).await.unwrap().expect(200).unwrap();
        if let Some(id) = list.body["items"][0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("no signal of refused calls");
}

/// 陈守义 objects to a reading, once everybody's account is known to the exchange; the objection.
pub async fn objected(city: &City, reading: &str) -> String {
    for login in PEOPLE.iter().chain(["citizen.chen"].iter()) {
        let person = city.sign_in(login).await.unwrap();
        let readings = "/exchange/v1/readings";
        soon("the account", async || person.get(readings).await.unwrap().status == 200).await;
    }
    let chen = city.sign_in("citizen.chen").await.unwrap();
    let path = format!("/exchange/v1/readings/{reading}/objection");
    id_of(&chen, &path, &json!({"text": "示例"})).await
}

async fn soon(what: &str, done: impl AsyncFn() -> bool) {
    for _ in 0..300 {
        if done().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("{what} is not there");
}

fn objection(objects: &Objects, step: &str, body: Value) -> Vec<Request> {
    send(format!("{OBJECTIONS}/{}/{step}", objects.sharing.objection), body)
}

fn finding() -> Value {
    json!({"finding": "lawful", "reason": "示例"})
}

/// The entries, by operation.
pub fn table() -> BTreeMap<&'static str, Entry> {
    use Entry::{List, Object};
    BTreeMap::from([
        (
            "list_reading_signals",
            List(|objects| {
                let all = "/exchange/v1/reading-signals?limit=100";
                look(all, &objects.sharing.signal, "supervisor.haizhou", &["supervisor.ganyu"])
            }),
        ),
        (
            "read_reading_signal",
            Object(&["supervisor.ganyu"], |objects| {
                vec![(format!("/exchange/v1/reading-signals/{}", objects.sharing.signal), None)]
            }),
        ),
        (
            "read_reading_figures",
            List(|_| {
                let all = "/exchange/v1/reading-figures";
                look(all, READER, "supervisor.haizhou", &["supervisor.ganyu"])
            }),
        ),
        (
            "object_to_reading",
            Object(PEOPLE, |objects| {
                let path = format!("/exchange/v1/readings/{}/objection", objects.sharing.reading);
                send(path, json!({"text": "示例"}))
            }),
        ),
        (
            "list_reading_objections",
            List(|objects| {
                let id = &objects.sharing.objection;
                let own = "/exchange/v1/objections?limit=100";
                let received = "/exchange/v1/objections?list=received&limit=100";
                let of_data = "/exchange/v1/objections?list=of_data&limit=100";
                let region = "/exchange/v1/objections?list=region&limit=100";
                let mut looks = look(own, id, "citizen.chen", PEOPLE);
                looks.extend(look(received, id, "data.haizhou", OVERSEERS));
                looks.extend(look(of_data, id, "data.gongan", OVERSEERS));
                looks.extend(look(region, id, "authority.city", OVERSEERS));
                looks
            }),
        ),
        (
            "read_reading_objection",
            Object(
                &[
                    "citizen.lin",
                    "org.freight",
                    "data.ganyu",
                    "data.weijian",
                    "authority.ganyu",
                    "supervisor.ganyu",
                ],
                |objects| vec![(format!("{OBJECTIONS}/{}", objects.sharing.objection), None)],
            ),
        ),
        (
            // The steward of the body that read made the call.
            "answer_reading_objection",
            Object(&["data.ganyu", "data.weijian", "data.gongan", "data.haizhou"], |objects| {
                objection(objects, "answer", finding())
            }),
        ),
        ("ask_objection_review", Object(PEOPLE, |objects| objection(objects, "review", reason()))),
        (
            // The supervisor of the district is of the body that read.
            "decide_reading_objection",
            Object(&["supervisor.ganyu", "supervisor.haizhou"], |objects| {
                objection(objects, "decision", finding())
            }),
        ),
    ])
}
