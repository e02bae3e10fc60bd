//! Objections: whose data were read asks why, the body that read answers, and silence goes up.

use serde_json::{Value, json};
use tongban_contracts::exchange::ObjectionEvent;
use tongban_contracts::identity::AccountEvent;
use tongban_kernel::{Principal, Role};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, citizen, officer, organisation, system};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::calling::{call, from};
use crate::provider::System;
use crate::town::{
    CITY_OFFICE, authority, granted, morning, published_as, reader, reason, services, source,
    stranger, supervisor, supervisor_elsewhere, told,
};

const OBJECTIONS: &str = "/exchange/v1/objections";
const READINGS: &str = "/exchange/v1/readings";
/// Whose data are read in every call.
const PERSON: &str = "320706194803120014";

fn own() -> Principal {
    citizen("c-1", "王建国")
}

fn other() -> Principal {
    organisation("o-2", "示例公司")
}

/// What somebody needs to object: a grant, accounts, and a reading; identifiers of grant and reading.
async fn read(city: &TestCity, system_of_source: &System) -> (String, String) {
    told(city).await;
    for (who, number) in [(own(), PERSON), (other(), "91320706MA1N0000X1")] {
        let kind = if who.account == "c-1" { "citizen" } else { "organisation" };
        let document = if kind == "citizen" { "citizen_id" } else { "uscc" };
        let document = json!({"kind": document, "number": number});
        let data = json!({"name": who.name, "kind": kind, "document": document, "roles": []});
        let event = json!({"type": "registered", "data": data});
        let event: AccountEvent = serde_json::from_value(event).unwrap();
        city.emit(&who.account, 1, &event, &Principal::service("identity")).await;
    }
    let resource = published_as(city, &from(system_of_source, "/good", json!({}))).await;
    let (_, grant) = granted(city, &resource).await;
    for who in [own(), other()] {
        eventually("the account to be known", async || {
            (city.caller(&who).get(READINGS).await.status == 200).then_some(())
        })
        .await;
    }
    let reading = called(city, &grant).await;
    (grant, reading)
}

async fn called(city: &TestCity, grant: &str) -> String {
    let line = system("line.1", APPROVAL_BUREAU, HAIZHOU, &[]);
    let path = format!("/exchange/v1/grants/{grant}/calls");
    let answer = city.caller(&line).post(&path, &call(&["id_number", "state"])).await.expect(200);
    answer.body["call_id"].as_str().unwrap().to_owned()
}

fn objection() -> Value {
    json!({"text": "本人没有申请过该事项，证号320706194803120014"})
}

/// An objection to a reading; where it is found.
async fn raised(city: &TestCity, reading: &str) -> String {
    let path = format!("{READINGS}/{reading}/objection");
    let answer = city.caller(&own()).post(&path, &objection()).await.expect(201);
    format!("{OBJECTIONS}/{}", answer.body["id"].as_str().unwrap())
}

fn unlawful(measures: &[&str]) -> Value {
    json!({"finding": "unlawful", "reason": "未对应在办办件", "measures": measures})
}

async fn kinds(city: &TestCity, wanted: &[&str]) {
    city.published::<ObjectionEvent>(|events| {
        wanted.iter().all(|kind| {
            events.iter().filter(|one| one.kind.contains(&format!(".{kind}."))).count() == 1
        })
    })
    .await;
}

/// Identifiers in a list.
async fn listed(city: &TestCity, who: &Principal, query: &str) -> Vec<String> {
    let found = city.caller(who).get(&format!("{OBJECTIONS}?{query}")).await.expect(200).body;
    let items = found["items"].as_array().unwrap().iter();
    items.map(|one| format!("{OBJECTIONS}/{}", one["id"].as_str().unwrap())).collect()
}

on_every_backend! {
    services: services(),

    async fn an_objection_is_answered_reviewed_and_seen_by_those_concerned(city: &TestCity) {
        let source_system = System::start().await;
        let (grant, reading) = read(city, &source_system).await;
        let path = format!("{READINGS}/{reading}/objection");
        city.caller(&other()).post(&path, &objection()).await.expect(403);
        city.caller(&own()).post(&path, &json!({"text": ""})).await.expect(422);
        city.caller(&own()).post(&path, &json!({"text": "长".repeat(1_001)})).await.expect(422);
        let blank = city.caller(&own()).post(&path, &json!({"text": " "})).await.expect(422);
        assert_eq!(blank.pointers(), ["/text"]);
        let first = city.caller(&own()).with_key("k-1").post(&path, &objection()).await.expect(201).body;
        let repeated = city.caller(&own()).with_key("k-1").post(&path, &objection()).await.expect(201).body;
        assert_eq!(first, repeated);
        assert_eq!((&first["due"], &first["stage"]), (&json!("2026-03-25"), &json!("answering")));
        assert_eq!(first["text"], "本人没有申请过该事项，证号320*************14");
        assert!(first.get("operator").is_none() && first.get("caller").is_none(), "{first}");
        let again = city.caller(&own()).post(&path, &objection()).await.expect(409);
        assert_eq!(again.code(), "already_objected");
        let id = first["id"].as_str().unwrap();
        assert!(again.body["detail"].as_str().unwrap().contains(id));
        let own_readings = city.caller(&own()).get(READINGS).await.expect(200).body;
        assert_eq!(own_readings["items"][0]["objection"], json!({"id": id, "stage": "answering"}));

        let one = format!("{OBJECTIONS}/{id}");
        let seen = city.caller(&reader()).get(&one).await.expect(200).body;
        assert_eq!((&seen["operator"], &seen["caller"]["id"]), (&json!("王经办"), &json!("line.1")));
        assert!(!seen.to_string().contains("王建国") && !seen.to_string().contains("c-1"), "{seen}");
        for who in [source(), authority(), supervisor()] {
            city.caller(&who).get(&one).await.expect(200);
        }
        for who in [stranger(), supervisor_elsewhere()] {
            city.caller(&who).get(&one).await.expect(403);
        }
        city.caller(&other()).get(&one).await.expect(403);
        for (who, list) in [(own(), ""), (own(), "list=own&stage=answering"), (reader(), ""), (reader(), "list=received&stage=answering"),
            (source(), "list=of_data"), (supervisor(), "list=region"), (authority(), "list=region&stage=answering")] {
            assert_eq!(listed(city, &who, list).await, [one.as_str()], "{list}");
        }
        for (who, list) in [(other(), ""), (own(), "stage=answered"), (reader(), "list=of_data"), (source(), "list=received"), (stranger(), ""),
            (supervisor(), "list=to_decide"), (supervisor_elsewhere(), "list=region")] {
            assert!(listed(city, &who, list).await.is_empty(), "{list}");
        }
        for (who, list) in [(own(), "received"), (own(), "region"), (reader(), "own"), (reader(), "region"), (supervisor(), "received")] {
            city.caller(&who).get(&format!("{OBJECTIONS}?list={list}")).await.expect(403);
        }

        let answer = format!("{one}/answer");
        for who in [source(), stranger()] {
            city.caller(&who).post(&answer, &unlawful(&["officer_instructed"])).await.expect(403);
        }
        let mut sat = reader();
        sat.name = "王经办".to_owned();
        let refused = city.caller(&sat).post(&answer, &unlawful(&["officer_instructed"])).await.expect(403);
        assert_eq!(refused.code(), "own_reading");
        let refused = city.caller(&reader()).post(&answer, &unlawful(&["grant_suspended"])).await.expect(422);
        assert_eq!(refused.pointers(), ["/measures/0"]);
        city.caller(&source()).post(&format!("/exchange/v1/grants/{grant}/suspension"), &reason()).await.expect(200);
        let (review, decision) = (format!("{one}/review"), format!("{one}/decision"));
        let early = city.caller(&own()).post(&review, &reason()).await.expect(409);
        assert_eq!(early.code(), "not_answered_yet");
        let done = unlawful(&["officer_instructed", "grant_suspended"]);
        city.caller(&reader()).post(&answer, &done).await.expect(200);
        assert_eq!(city.caller(&reader()).post(&answer, &done).await.expect(409).code(), "already_answered");
        let seen = city.caller(&own()).get(&one).await.expect(200).body;
        assert_eq!(seen["answer"]["measures"], json!(["grant_suspended", "officer_instructed"]));
        assert!(seen["answer"].get("by").is_none(), "people see the body, not its officer");

        city.caller(&other()).post(&review, &reason()).await.expect(403);
        let early = city.caller(&supervisor()).post(&decision, &done).await.expect(409);
        assert_eq!(early.code(), "not_up");
        city.caller(&own()).post(&review, &reason()).await.expect(200);
        assert_eq!(city.caller(&own()).post(&review, &reason()).await.expect(409).code(), "already_asked");
        assert_eq!(listed(city, &supervisor(), "list=to_decide").await, [one.as_str()]);
        let own_supervisor = officer("supervisor.bureau", APPROVAL_BUREAU, "320700", &[Role::Supervisor]);
        let refused = city.caller(&own_supervisor).post(&decision, &done).await.expect(403);
        assert_eq!(refused.code(), "own_body");
        city.caller(&supervisor_elsewhere()).post(&decision, &done).await.expect(403);
        let lawful = json!({"finding": "lawful", "reason": "有对应办件"});
        let decided = city.caller(&supervisor()).post(&decision, &lawful).await.expect(200).body;
        assert_eq!((&decided["stage"], &decided["decision"]["body"]), (&json!("closed"), &json!(CITY_OFFICE)));
        assert_eq!(city.caller(&supervisor()).post(&decision, &lawful).await.expect(409).code(), "already_decided");
        let last = city.caller(&own()).get(OBJECTIONS).await.expect(200).body;
        assert_eq!((&last["items"][0]["finding"], &last["items"][0]["stage"]), (&json!("lawful"), &json!("closed")));
        kinds(city, &["raised", "answered", "review_asked", "reviewed"]).await;
    }

    async fn silence_goes_up_to_the_supervisor_who_decides(city: &TestCity) {
        let source_system = System::start().await;
        let (_, reading) = read(city, &source_system).await;
        let one = raised(city, &reading).await;
        city.set_time(morning(3, 26));
        eventually("the silence to be told", async || {
            let seen = city.caller(&own()).get(&one).await.expect(200).body;
            (seen["overdue"] == true && seen["escalated"] == false).then_some(())
        }).await;
        let decision = format!("{one}/decision");
        city.caller(&supervisor()).post(&decision, &unlawful(&["officer_instructed"])).await.expect(409);
        city.set_time(morning(4, 2));
        eventually("the objection to go up", async || {
            (listed(city, &supervisor(), "list=to_decide").await == [one.as_str()]).then_some(())
        }).await;
        let decided = city.caller(&supervisor()).post(&decision, &unlawful(&["officer_instructed"])).await.expect(200).body;
        assert_eq!((&decided["stage"], &decided["overdue"]), (&json!("closed"), &json!(false)));
        let late = city.caller(&reader()).post(&format!("{one}/answer"), &unlawful(&["officer_instructed"])).await.expect(409);
        assert_eq!(late.code(), "already_decided");
        kinds(city, &["raised", "overdue", "escalated", "reviewed"]).await;
    }

    async fn of_two_at_once_one_objects_and_one_answers(city: &TestCity) {
        let source_system = System::start().await;
        let (grant, _) = read(city, &source_system).await;
        let reading = called(city, &grant).await;
        let path = format!("{READINGS}/{reading}/objection");
        let caller = city.caller(&own());
        let (wanted, word) = (objection(), unlawful(&["officer_instructed"]));
        let both = futures::future::join(caller.post(&path, &wanted), caller.post(&path, &wanted)).await;
        let mut found = [both.0.status, both.1.status];
        found.sort_unstable();
        assert_eq!(found, [201, 409]);
        let won = if both.0.status == 201 { both.0 } else { both.1 };
        let answer = format!("{OBJECTIONS}/{}/answer", won.body["id"].as_str().unwrap());
        let steward = city.caller(&reader());
        let both = futures::future::join(steward.post(&answer, &word), steward.post(&answer, &word)).await;
        let mut found = [both.0.status, both.1.status];
        found.sort_unstable();
        assert_eq!(found, [200, 409]);
    }
}
