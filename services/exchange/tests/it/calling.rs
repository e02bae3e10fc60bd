//! Calls: judged before the question and before the answer, recorded before anything is given.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tongban_contracts::exchange::CallEvent;
use tongban_kernel::Principal;

use tongban_testkit::people::{APPROVAL_BUREAU, GANYU, HAIZHOU, citizen, system};
use tongban_testkit::{Answer, Client, TestCity, eventually, on_every_backend};

use crate::provider::System;
use crate::town::{
    MATTER, RESOURCES, granted, published_as, reason, registration, services, source, told,
    wanted_of,
};

const CODE: &str = "306011/000001";
const PERSON: &str = "320706194803120014";

/// A resource whose data come from a path of the system, and what is registered besides.
pub fn from(system: &System, path: &str, settings: Value) -> Value {
    let mut draft = registration(CODE, "conditional");
    let mut all = json!({"parameters": "id_number,note?", "subject": "id_number", "optional": "registered_by,spouse_name"});
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    draft["delivery"]["address"] = json!(format!("{}{path}", system.base));
    draft["delivery"]["settings"] = all;
    draft["delivery"]["timeout_ms"] = json!(10_000);
    draft
}

fn line() -> Principal {
    system("line.1", APPROVAL_BUREAU, HAIZHOU, &[])
}

pub fn call(items: &[&str]) -> Value {
    json!({"purpose": "approval", "case": {"number": "示例 1", "matter_id": MATTER}, "items": items,
        "parameters": {"id_number": PERSON}, "operator": "王经办"})
}

fn path(grant: &str) -> String {
    format!("/exchange/v1/grants/{grant}/calls")
}

async fn made(caller: &Client, grant: &str, call: &Value) -> Answer {
    caller.post(&path(grant), call).await
}

/// A grant of `id_number` and `state`, from a path of the system.
async fn grant_from(city: &TestCity, system: &System, path: &str, settings: Value) -> String {
    told(city).await;
    let resource = published_as(city, &from(system, path, settings)).await;
    granted(city, &resource).await.1
}

/// What became of calls, as the log has it: so many of them.
async fn recorded(city: &TestCity, many: usize) -> Vec<CallEvent> {
    let seen = city.published::<CallEvent>(|seen| seen.len() >= many).await;
    assert_eq!(seen.len(), many);
    let text = serde_json::to_string(&seen).unwrap();
    for value in [PERSON, "已婚", "李四", "never declared"] {
        assert!(!text.contains(value), "a value is recorded: {value}");
    }
    seen.iter().map(|one| one.read().unwrap()).collect()
}

fn grounds(event: &CallEvent) -> Vec<&str> {
    let CallEvent::Refused { grounds, .. } = event else { panic!("{event:?}") };
    grounds.iter().map(|one| one.code.as_str()).collect()
}

on_every_backend! {
    services: services(),

    async fn granted_items_come_with_their_provenance_and_are_recorded(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/good", json!({})).await;
        let answer = made(&city.caller(&line()), &grant, &call(&["id_number", "state"])).await.expect(200).body;
        let rows = json!([{"id_number": PERSON, "state": "已婚"}]);
        assert_eq!(answer["rows"], rows, "granted as they are, and nothing else");
        let (given, provenance) = (serde_json::to_string(&rows).unwrap(), &answer["provenance"]);
        assert_eq!((&provenance["resource_code"], &provenance["revision"]), (&json!(CODE), &json!(1)));
        assert_eq!(provenance["source_body"]["id"], crate::town::CIVIL);
        let events = recorded(city, 1).await;
        let CallEvent::Answered { call, given: noted } = &events[0] else { panic!("{events:?}") };
        assert_eq!(provenance["digest"], noted.digest.as_str());
        assert_eq!(noted.digest, digest(provenance["salt"].as_str().unwrap(), &given));
        assert_eq!((call.items.as_slice(), call.operator.as_deref()), (&["id_number".to_owned(), "state".to_owned()][..], Some("王经办")));
        assert_eq!(call.case.as_ref().unwrap().number, "示例 1");
        assert_eq!(call.subject.as_ref().unwrap().print.len(), 32);
        assert_eq!(system.seen.last.lock().unwrap().1, json!({"id_number": PERSON}));
    }

    async fn what_is_not_granted_is_refused_and_that_is_recorded(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/good", json!({})).await;
        let caller = city.caller(&line());
        let refused = made(&caller, &grant, &call(&["id_number", "registered_by"])).await.expect(403);
        assert_eq!(refused.code(), "not_permitted");
        let other = tongban_testkit::people::system("line.9", "11320707MB0000001R", GANYU, &[]);
        let refused = made(&city.caller(&other), &grant, &call(&["state"])).await.expect(403);
        assert_eq!(refused.code(), "not_your_grant");
        let mut caseless = call(&["state"]);
        caseless.as_object_mut().unwrap().remove("case");
        made(&caller, &grant, &caseless).await.expect(403);
        assert_eq!(system.calls(), 0, "nothing was asked");
        let events = recorded(city, 3).await;
        let found: BTreeSet<Vec<&str>> = events.iter().map(grounds).collect();
        assert_eq!(found, BTreeSet::from([vec!["item_not_granted"], vec!["other_body"], vec!["no_case"]]));
    }

    async fn a_grant_revoked_while_the_question_is_under_way_gives_nothing(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/held", json!({})).await;
        let (caller, going) = (city.caller(&line()), grant.clone());
        let asked = tokio::spawn(async move { made(&caller, &going, &call(&["state"])).await });
        system.asked(1).await;
        city.caller(&source()).post(&format!("/exchange/v1/grants/{grant}/revocation"), &reason()).await.expect(200);
        system.seen.go.notify_one();
        let refused = asked.await.unwrap().expect(403);
        assert_eq!(refused.code(), "not_permitted");
        assert!(!refused.body.to_string().contains("已婚"));
        let events = recorded(city, 1).await;
        assert!(matches!(&events[0], CallEvent::Refused { thrown_away: true, .. }));
        assert_eq!(grounds(&events[0]), ["grant_ended"]);
    }

    async fn a_grant_that_lapses_while_the_question_is_under_way_gives_nothing(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/held", json!({})).await;
        city.set_time("2026-12-31T15:59:59Z".parse().unwrap());
        let (caller, going) = (city.caller(&line()), grant.clone());
        let asked = tokio::spawn(async move { made(&caller, &going, &call(&["state"])).await });
        system.asked(1).await;
        city.set_time("2026-12-31T16:00:00Z".parse().unwrap());
        system.seen.go.notify_one();
        asked.await.unwrap().expect(403);
        let events = recorded(city, 1).await;
        assert!(grounds(&events[0]).contains(&"term_over"));
    }

    async fn the_same_key_again_is_told_which_call_it_was(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/slow", json!({})).await;
        let caller = city.caller(&line()).with_key("k-1");
        let wanted = call(&["state"]);
        let (one, other) = tokio::join!(made(&caller, &grant, &wanted), made(&caller, &grant, &wanted));
        let mut both = [one, other];
        both.sort_by_key(|answer| answer.status);
        assert_eq!([both[0].status, both[1].status], [200, 409], "{:?}", both[1].body);
        let again = made(&caller, &grant, &wanted).await.expect(409);
        assert_eq!(again.code(), "already_called");
        assert!(again.body["detail"].as_str().unwrap().contains(both[0].body["call_id"].as_str().unwrap()));
        let reused = made(&caller, &grant, &call(&["id_number"])).await.expect(422);
        assert_eq!(reused.code(), "idempotency_key_reused");
        recorded(city, 1).await;
    }

    async fn the_last_call_of_a_day_is_given_once(city: &TestCity) {
        let system = System::start().await;
        told(city).await;
        let resource = published_as(city, &from(&system, "/slow", json!({}))).await;
        let (_, grant) = wanted_of(city, &resource, 2).await;
        let (caller, wanted) = (city.caller(&line()), call(&["state"]));
        made(&caller, &grant, &wanted).await.expect(200);
        let all = tokio::join!(made(&caller, &grant, &wanted), made(&caller, &grant, &wanted), made(&caller, &grant, &wanted));
        let mut states = [all.0.status, all.1.status, all.2.status];
        states.sort_unstable();
        assert_eq!(states, [200, 403, 403]);
        let both = made(&caller, &grant, &call(&["registered_by"])).await.expect(403);
        let detail = both.body["detail"].as_str().unwrap();
        assert!(detail.contains("quota_used_up") && detail.contains("item_not_granted"), "{detail}");
        let events = recorded(city, 5).await;
        assert_eq!(events.iter().filter(|one| matches!(one, CallEvent::Answered { .. })).count(), 2);
        city.set_time(crate::town::morning(3, 12));
        made(&city.caller(&line()), &grant, &wanted).await.expect(200);
    }

    async fn a_system_that_cannot_be_relied_on_costs_a_refusal_and_no_more(city: &TestCity) {
        let system = System::start().await;
        told(city).await;
        let mut hanging = from(&system, "/hang", json!({}));
        hanging["delivery"]["timeout_ms"] = json!(1_000);
        let resource = published_as(city, &hanging).await;
        let (_, grant) = granted(city, &resource).await;
        let (caller, wanted) = (city.caller(&line()), call(&["id_number", "state"]));
        let paths = [("/hang", "provider_timed_out"), ("/renamed", "provider_lied"), ("/html", "provider_lied"),
            ("/redirect", "provider_lied"), ("/large", "answer_too_large"), ("/nowhere", "provider_refused")];
        for (index, (at, code)) in paths.into_iter().enumerate() {
            if index > 0 {
                city.caller(&source()).put(&format!("{RESOURCES}/{resource}"), &from(&system, at, json!({}))).await.expect(200);
            }
            let said = made(&caller, &grant, &wanted).await.expect(503);
            assert_eq!(said.code(), code, "{at}");
        }
        let events = recorded(city, paths.len()).await;
        assert!(events.iter().all(|one| matches!(one, CallEvent::Failed { .. })));
        city.caller(&source()).put(&format!("{RESOURCES}/{resource}"), &from(&system, "/good", json!({}))).await.expect(200);
        made(&caller, &grant, &wanted).await.expect(200);
    }

    async fn parameters_lead_nowhere_else(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/good", json!({})).await;
        let caller = city.caller(&line());
        for parameters in [json!({}), json!({"id_number": 1}), json!({"id_number": PERSON, "admin": "1"}),
            json!({"id_number": "a\r\nHost: evil"}), json!({"id_number": {"$ne": null}})] {
            let mut bad = call(&["state"]);
            bad["parameters"] = parameters;
            let said = made(&caller, &grant, &bad).await.expect(422);
            assert_eq!(said.code(), "not_declared", "{:?}", said.body);
        }
        assert_eq!(system.calls(), 0);
        let mut nasty = call(&["state"]);
        nasty["parameters"]["note"] = json!("\"}, \"admin\": true, {\"' OR 1=1 --");
        made(&caller, &grant, &nasty).await.expect(200);
        let (line, body) = system.seen.last.lock().unwrap().clone();
        assert_eq!((line.as_str(), &body["note"]), ("POST /good", &nasty["parameters"]["note"]));
    }

    async fn what_leads_to_no_system_is_told_and_recorded(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/good", json!({"subject": "note", "signing": "national"})).await;
        let said = made(&city.caller(&line()), &grant, &call(&["state"])).await.expect(409);
        assert_eq!(said.code(), "not_callable");
        let detail = said.body["detail"].as_str().unwrap();
        assert!(detail.contains("not_required") && detail.contains("no_secret"), "{detail}");
        let events = recorded(city, 1).await;
        assert!(matches!(&events[0], CallEvent::Failed { code, .. } if code == "not_callable"));
    }

    async fn what_the_provider_lets_be_kept_is_not_asked_twice(city: &TestCity) {
        let system = System::start().await;
        told(city).await;
        let mut draft = from(&system, "/good", json!({}));
        draft["delivery"]["cache_seconds"] = json!(60);
        draft["delivery"]["calls_a_minute"] = json!(1);
        let resource = published_as(city, &draft).await;
        let (_, grant) = granted(city, &resource).await;
        let caller = city.caller(&line());
        made(&caller, &grant, &call(&["state"])).await.expect(200);
        let again = made(&caller, &grant, &call(&["state"])).await.expect(200).body;
        assert_eq!((&again["provenance"]["kept"], system.calls()), (&json!(true), 1));
        let said = made(&caller, &grant, &call(&["id_number"])).await.expect(503);
        assert_eq!(said.code(), "provider_busy", "another question goes beyond the system's pace");
        assert_eq!(system.seen.calls.load(Ordering::SeqCst), 1);
    }

    async fn what_is_granted_without_a_person_comes_masked(city: &TestCity) {
        let system = System::start().await;
        told(city).await;
        let mut draft = from(&system, "/good", json!({}));
        draft["resource"]["sharing"] = json!("unconditional");
        draft["resource"].as_object_mut().unwrap().remove("conditions");
        let resource = published_as(city, &draft).await;
        let asked = crate::town::asked(city, &resource).await;
        let grant = eventually("the grant", async || {
            let held = city.caller(&crate::town::reader()).get("/exchange/v1/grants").await.expect(200).body;
            held["items"][0]["id"].as_str().map(str::to_owned)
        }).await;
        assert_eq!(asked["filed"]["resource_id"], resource.as_str());
        let answer = made(&city.caller(&line()), &grant, &call(&["id_number", "state"])).await.expect(200).body;
        assert_eq!(answer["rows"], json!([{"id_number": "320706**********14", "state": "*"}]));
    }

    async fn people_see_who_read_their_data(city: &TestCity) {
        let system = System::start().await;
        let grant = grant_from(city, &system, "/good", json!({})).await;
        let (own, other) = (citizen("c-1", "王建国"), citizen("c-2", "李明"));
        for (who, number) in [(&own, PERSON), (&other, "320706199901010022")] {
            let document = json!({"kind": "citizen_id", "number": number});
            let event = json!({"type": "registered", "data": {"name": who.name, "kind": "citizen", "document": document, "roles": []}});
            let event: tongban_contracts::identity::AccountEvent = serde_json::from_value(event).unwrap();
            city.emit(&who.account, 1, &event, &Principal::service("identity")).await;
        }
        let readings = async |who: &Principal| {
            eventually("the account to be known", async || {
                let answer = city.caller(who).get("/exchange/v1/readings").await;
                (answer.status == 200).then_some(answer.body)
            }).await
        };
        assert_eq!(readings(&own).await["items"], json!([]));
        made(&city.caller(&line()), &grant, &call(&["id_number", "state"])).await.expect(200);
        made(&city.caller(&line()), &grant, &call(&["registered_by"])).await.expect(403);
        let seen = readings(&own).await;
        assert_eq!(seen["items"].as_array().unwrap().len(), 1, "what was refused was not read");
        let seen = &seen["items"][0];
        assert_eq!((&seen["items"], &seen["case_number"], &seen["purpose"]), (&json!(["id_number", "state"]), &json!("示例 1"), &json!("approval")));
        assert_eq!(readings(&other).await["items"], json!([]));
        city.caller(&source()).get("/exchange/v1/readings").await.expect(403);
        let events = recorded(city, 2).await;
        assert!(events.iter().any(|one| matches!(one, CallEvent::Answered { call, .. }
            if call.subject.as_ref().unwrap().account.as_deref() == Some("c-1"))));
    }
}

fn digest(salt: &str, rows: &str) -> String {
    use sm3::Digest as _;
    hex::encode(sm3::Sm3::digest(format!("{salt}{rows}")))
}
