//! Events from elsewhere, also when they come twice or make no sense.

use serde_json::json;
use tongban_contracts::licences::{LicenceEvent, RevocationGround};
use tongban_kernel::Principal;
use tongban_testkit::{Client, TestCity, eventually, on_every_backend};

use crate::town::{self, CASES, MATTER, step};

async fn licence_of(client: &Client, id: &str, wanted: &str) {
    eventually("the licence on the case", async || {
        let case = client.get(&format!("{CASES}/{id}")).await.body;
        (case["licence"] == wanted).then_some(())
    })
    .await;
}

async fn approved(city: &TestCity) -> serde_json::Value {
    let id = town::accepted(city, &town::clerk()).await;
    let ruling = json!({"outcome": "approved"});
    city.caller(&town::approver()).post(&step(&id, "decision"), &ruling).await.expect(200).body
}

on_every_backend! {
    services: town::services(),

    async fn a_licence_is_recorded_once(city: &TestCity) {
        town::settle(city).await;
        let library = Principal::service("licences");
        let company = city.caller(&town::org());
        let case = approved(city).await;
        let id = case["id"].as_str().unwrap();
        // A licence for a case nobody knows, and one for a case that was not approved, are put aside.
        let nowhere = town::issued(&json!({
            "id": "nothing", "number": "x", "applicant": case["applicant"],
        }), "L0");
        city.emit("L0", 1, &nowhere, &library).await;
        let waiting = town::filed(city).await;
        let waiting = company.get(&format!("{CASES}/{waiting}")).await.body;
        city.emit("L9", 1, &town::issued(&waiting, "L9"), &library).await;
        let envelope = city.emit("L1", 1, &town::issued(&case, "L1"), &library).await;
        city.publish(&envelope).await;
        let end = LicenceEvent::Revoked { ground: RevocationGround::Deregistered, reason: "注销".into() };
        city.emit("L1", 2, &end, &library).await;
        let next = approved(city).await;
        city.emit("L2", 1, &town::issued(&next, "L2"), &library).await;
        licence_of(&company, next["id"].as_str().unwrap(), "L2").await;
        licence_of(&company, id, "L1").await;
        let timeline = company.get(&step(id, "timeline")).await.expect(200).body;
        let recorded = timeline["entries"].as_array().unwrap().iter()
            .filter(|one| one["event"] == "licence_recorded").count();
        assert_eq!((recorded, &timeline["intact"]), (1, &json!(true)));
        let untouched = company.get(&format!("{CASES}/{}", waiting["id"].as_str().unwrap())).await;
        assert_eq!(untouched.body["state"], "submitted");
    }

    async fn a_repeated_publication_changes_nothing(city: &TestCity) {
        town::settle(city).await;
        let catalogue = Principal::service("matters");
        let mut second = town::matter();
        second["name"] = "建筑工程施工许可（新版）".into();
        let envelope = city.emit(MATTER, 2, &town::published(2, &second), &catalogue).await;
        city.publish(&envelope).await;
        let company = city.caller(&town::org());
        let body = town::application(city).await;
        let mut turn = 0;
        eventually("the second version", async || {
            turn += 1;
            let keyed = company.with_key(&format!("k{turn}"));
            let case = keyed.post(CASES, &body).await.expect(201).body;
            (case["matter"]["revision"] == 2).then_some(())
        })
        .await;
    }
}
