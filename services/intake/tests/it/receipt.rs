//! Receipts of submissions, and what anyone can make of them.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tongban_kernel::Role;
use tongban_proof::{Checkpoint, InclusionProof, ProofFault, PublishedKeys, Receipt};
use tongban_testkit::people::{self, APPROVAL_BUREAU, HAIZHOU};
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::town::{self, CASES, step};

const HISTORY: &str = "/intake/v1/history";

async fn keys(city: &TestCity) -> PublishedKeys {
    let answer = city.anyone().get(&format!("{HISTORY}/keys")).await.expect(200);
    serde_json::from_value(answer.body).unwrap()
}

fn text(body: Value) -> String {
    body.as_str().expect("a text").to_owned()
}

fn admin() -> tongban_kernel::Principal {
    people::officer("admin", APPROVAL_BUREAU, HAIZHOU, &[Role::IdentityAdmin])
}

async fn checkpoint(city: &TestCity) -> String {
    let path = format!("{HISTORY}/checkpoints");
    text(city.caller(&admin()).post(&path, &json!({})).await.expect(200).body)
}

on_every_backend! {
    services: town::services(),

    async fn a_receipt_leads_to_the_event_in_the_tree(city: &TestCity) {
        town::settle(city).await;
        let id = town::accepted(city, &town::clerk()).await;
        let applicant = city.caller(&town::org());
        let case = applicant.get(&format!("{CASES}/{id}")).await.expect(200).body;
        let timeline = applicant.get(&step(&id, "timeline")).await.expect(200).body;
        let answer = applicant.get(&step(&id, "receipt")).await.expect(200);
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
        let keys = keys(city).await.read().unwrap();
        let receipt = Receipt::open(&text(answer.body), &keys).unwrap();
        assert_eq!(receipt.case, case["number"].as_str().unwrap());
        assert_eq!(hex(&receipt.hash), timeline["entries"][0]["hash"].as_str().unwrap(), "the submission");
        let clerk = city.caller(&town::clerk());
        let again = text(clerk.get(&step(&id, "receipt")).await.expect(200).body);
        assert_eq!(Receipt::open(&again, &keys).unwrap(), receipt, "the same for everybody");

        let signed = Checkpoint::open(&checkpoint(city).await, &keys).unwrap();
        let proof = text(city.anyone().get(&receipt.proof).await.expect(200).body);
        let proof = InclusionProof::parse(&proof).unwrap();
        assert_eq!(proof.verify_with(&receipt, &keys).unwrap().size, signed.size);

        let other = town::filed(city).await;
        let other = text(applicant.get(&step(&other, "receipt")).await.expect(200).body);
        let other = Receipt::open(&other, &keys).unwrap();
        assert_eq!(proof.verify_with(&other, &keys), Err(ProofFault::Mismatch));
    }

    async fn checkpoints_come_by_themselves(city: &TestCity) {
        town::settle(city).await;
        town::filed(city).await;
        let path = format!("{HISTORY}/checkpoint");
        let note = eventually("a checkpoint", async || {
            let answer = city.anyone().get(&path).await;
            (answer.status == 200).then_some(answer.body)
        })
        .await;
        Checkpoint::open(&text(note), &keys(city).await.read().unwrap()).unwrap();
    }

    async fn what_is_not_there_is_refused(city: &TestCity) {
        let get = async |path: &str| city.anyone().get(&format!("{HISTORY}{path}")).await;
        assert_eq!(get("/checkpoint").await.expect(404).code(), "not_found");
        assert_eq!(get("/checkpoints/1").await.expect(404).code(), "not_found");
        assert_eq!(get("/inclusion/none").await.expect(404).code(), "not_found");
        let refused = get("/consistency?from=2&to=1").await.expect(422);
        assert_eq!(refused.pointers(), ["/from", "/from", "/to"]);
        get("/checkpoints/x").await.expect(400);
        get("/consistency?from=2").await.expect(400);
        get("/inclusion/none?size=x").await.expect(400);
        for path in ["/checkpoints", "/keys/rotation"] {
            let path = format!("{HISTORY}{path}");
            city.anyone().post(&path, &json!({})).await.expect(401);
            let clerk = city.caller(&town::clerk());
            assert_eq!(clerk.post(&path, &json!({})).await.expect(403).code(), "wrong_role");
        }
        let nothing = city.caller(&admin()).post(&format!("{HISTORY}/checkpoints"), &json!({})).await;
        assert_eq!(nothing.expect(404).code(), "not_found", "no events, no checkpoint");
    }

    async fn without_its_key_no_receipts_are_signed_and_cases_go_on(city: &TestCity) {
        town::settle(city).await;
        let id = town::filed(city).await;
        checkpoint(city).await;
        let receipt = text(city.caller(&town::org()).get(&step(&id, "receipt")).await.expect(200).body);
        let published = keys(city).await;
        city.hosts()[0].db().write().execute_unprepared("DELETE FROM history_key").await.unwrap();

        let refused = city.caller(&town::org()).get(&step(&id, "receipt")).await.expect(503);
        assert_eq!(refused.code(), "history_key_unavailable");
        let id = town::filed(city).await;
        city.caller(&town::clerk()).post(&step(&id, "acceptance"), &json!({})).await.expect(200);
        let ready = city.anyone().get("/health/ready").await.expect(200).body;
        assert!(ready["warnings"][0].as_str().unwrap().contains("history key of intake"), "{ready}");

        let rotate = format!("{HISTORY}/keys/rotation");
        city.caller(&admin()).post(&rotate, &json!({})).await.expect(200);
        let renewed = keys(city).await;
        assert_eq!(renewed.origin, published.origin, "the log keeps its name");
        let fresh = text(city.caller(&town::org()).get(&step(&id, "receipt")).await.expect(200).body);
        Receipt::open(&fresh, &renewed.read().unwrap()).unwrap();
        Receipt::open(&receipt, &published.read().unwrap()).unwrap();
        let ready = city.anyone().get("/health/ready").await.expect(200).body;
        assert_eq!(ready["warnings"], Value::Null);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
