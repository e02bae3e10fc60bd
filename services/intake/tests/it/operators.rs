//! What those who keep the platform running see of parked events, and what they can do about them.

use serde_json::{Value, json};
use tongban_kernel::{Principal, Role};
use tongban_testkit::{Client, TestCity, eventually, on_every_backend, people};

use crate::town;

const PARKED: &str = "/intake/v1/parked-events";

fn operator() -> Principal {
    people::officer("ops", "11320700MB0000001L", "320700", &[Role::Operator])
}

/// The parked events, once there are `count`.
async fn parked(client: &Client, count: usize) -> Vec<Value> {
    eventually("the parked events", async || {
        let page = client.get(PARKED).await.expect(200).body;
        let items = page["items"].as_array().unwrap().clone();
        (items.len() == count).then_some(items)
    })
    .await
}

/// Two licences of cases that nobody knows, one of them with an event behind it.
async fn strays(city: &TestCity) {
    let library = Principal::service("licences");
    let waiting = town::filed(city).await;
    let company = city.caller(&town::org());
    let case = company.get(&format!("{}/{waiting}", town::CASES)).await.body;
    let stray = json!({"id": "nothing", "number": "x", "applicant": case["applicant"]});
    for id in ["L0", "L1"] {
        city.emit(id, 1, &town::issued(&stray, id), &library).await;
    }
    let end = tongban_contracts::licences::LicenceEvent::Revoked {
        ground: tongban_contracts::licences::RevocationGround::Deregistered,
        reason: "注销".into(),
    };
    city.emit("L0", 2, &end, &library).await;
}

on_every_backend! {
    services: town::services(),

    async fn parked_events_are_seen_replayed_and_set_aside(city: &TestCity) {
        town::settle(city).await;
        strays(city).await;
        let operator = city.caller(&operator());
        let all = parked(&operator, 3).await;
        for event in &all {
            assert_eq!(event["consumer"], "intake.licences");
            assert_eq!(event["topic"], "tongban.licences.licence");
            assert!(event["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
            assert!(event["parked_at"].is_string());
            let mut fields: Vec<_> = event.as_object().unwrap().keys().cloned().collect();
            fields.sort();
            let shown = ["consumer", "id", "parked_at", "reason", "subject", "topic", "version"];
            assert_eq!(fields, shown, "nothing of the content");
        }
        let page = operator.get(&format!("{PARKED}?limit=2")).await.expect(200).body;
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let rest = format!("{PARKED}?after={}", page["next"].as_str().unwrap());
        assert_eq!(operator.get(&rest).await.expect(200).body["items"], json!([all[2]]));
        let others = format!("{PARKED}?consumer=intake.matters");
        assert_eq!(operator.get(&others).await.expect(200).body["items"], json!([]));
        assert_eq!(operator.get(&format!("{PARKED}?after=x")).await.expect(400).code(), "bad_cursor");

        let replay = format!("{PARKED}/replay");
        let answer = operator.post(&replay, &json!({})).await.expect(200).body;
        assert_eq!((&answer["carried_out"], answer["refused"].as_array().unwrap().len()), (&json!(0), 2));
        let one = json!({"topic": "tongban.licences.licence", "subject": "L1"});
        let answer = operator.post(&replay, &one).await.expect(200).body;
        assert_eq!(answer["refused"].as_array().unwrap().len(), 1);
        let half = operator.post(&replay, &json!({"topic": "x"})).await.expect(422);
        assert_eq!(half.pointers(), ["/subject"]);
        let nobody = json!({"consumer": "intake.nobody"});
        assert_eq!(operator.post(&replay, &nobody).await.expect(404).code(), "not_found");

        let of = |subject: &str, version: i64| {
            let found = all.iter().find(|event| event["subject"] == subject && event["version"] == version);
            format!("{PARKED}/{}/setting-aside", found.unwrap()["id"])
        };
        let why = json!({"reason": "该办件不属于本市"});
        let early = operator.post(&of("L0", 2), &why).await.expect(409);
        assert_eq!(early.code(), "earlier_events_parked");
        assert_eq!(operator.post(&of("L0", 1), &json!({"reason": " "})).await.expect(422).pointers(), ["/reason"]);
        let done = operator.post(&of("L0", 1), &why).await.expect(200).body;
        assert_eq!((&done["by"], &done["reason"], &done["version"]), (&json!("ops"), &why["reason"], &json!(1)));
        assert_eq!(operator.post(&of("L0", 1), &json!({"reason": "再次"})).await.expect(200).body, done);
        operator.post(&format!("{PARKED}/999999/setting-aside"), &why).await.expect(404);
        operator.post(&format!("{PARKED}/x/setting-aside"), &why).await.expect(404);
        // What waited behind it goes on.
        let behind = json!({"consumer": "intake.licences"});
        let answer = operator.post(&replay, &behind).await.expect(200).body;
        assert_eq!(answer["carried_out"], 1);
        assert_eq!(parked(&operator, 1).await[0]["subject"], "L1");
    }

    async fn nobody_else_may(city: &TestCity) {
        town::settle(city).await;
        let others = [town::clerk(), town::approver(), town::org()];
        for other in others {
            let other = city.caller(&other);
            other.get(PARKED).await.expect(403);
            other.post(&format!("{PARKED}/replay"), &json!({})).await.expect(403);
            other.post(&format!("{PARKED}/1/setting-aside"), &json!({"reason": "x"})).await.expect(403);
        }
        city.anyone().get(PARKED).await.expect(401);
    }
}
