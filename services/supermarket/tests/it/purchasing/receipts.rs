//! Receipts of the steps of a purchase, and what anyone can make of them.

use serde_json::{Value, json};
use tongban_contracts::purchases::PurchaseEvent;
use tongban_kernel::{Principal, Role};
use tongban_proof::{InclusionProof, PublishedKeys, Receipt, VerifyKey};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{TestCity, on_every_backend};

use super::market::{Market, agency, open, owner, path, services};

const HISTORY: &str = "/supermarket/v1/history";

async fn keys(city: &TestCity) -> Vec<VerifyKey> {
    let answer = city.anyone().get(&format!("{HISTORY}/keys")).await.expect(200);
    serde_json::from_value::<PublishedKeys>(answer.body).unwrap().read().unwrap()
}

/// The receipts of somebody's own steps, opened, with what each step is called.
async fn receipts(market: &Market<'_>, id: &str, of: &Principal) -> Vec<(String, Receipt)> {
    let keys = keys(market.city).await;
    let list = market.caller(of).get(&path(id, "/receipts")).await.expect(200).body;
    let open = |one: &Value| {
        let receipt = Receipt::open(one["receipt"].as_str().unwrap(), &keys).unwrap();
        assert_eq!(one["event"], receipt.event);
        (one["step"].as_str().unwrap().to_owned(), receipt)
    };
    list.as_array().unwrap().iter().map(open).collect()
}

fn steps(receipts: &[(String, Receipt)]) -> Vec<&str> {
    receipts.iter().map(|(step, _)| step.as_str()).collect()
}

on_every_backend! {
    services: services(),

    async fn every_step_of_a_purchase_has_its_receipt(city: &TestCity) {
        let market = open(city).await;
        let id = market.awarded().await;
        market.contracted(&id, 2_000_000).await;
        market.completed(&id).await;
        let marks = json!({"quality": 5, "timeliness": 5, "attitude": 5, "fees": 4, "conduct": 5, "overall": 5});
        market.caller(&owner()).post(&path(&id, "/rating"), &json!({"marks": marks})).await.expect(200);

        let bought = receipts(&market, &id, &owner()).await;
        assert_eq!(steps(&bought), ["published", "contract_uploaded", "result_accepted", "rated"]);
        let sold = receipts(&market, &id, &agency(0)).await;
        assert_eq!(steps(&sold), ["registered", "contract_confirmed", "result_delivered"]);
        assert_eq!(steps(&receipts(&market, &id, &agency(1)).await), ["registered"]);
        let number = market.view(&id).await["requirement"]["number"].as_str().unwrap().to_owned();
        assert!(bought.iter().chain(&sold).all(|(_, receipt)| receipt.case == number));
        assert_eq!(bought, receipts(&market, &id, &owner()).await, "the same whenever it is asked for");

        // The registration as it went over the log, with the bid still sealed in it.
        let told = city.published::<PurchaseEvent>(|seen| seen.len() >= 2).await;
        let registered = &told[1];
        assert_eq!(sold[0].1.event, registered.id.to_string());

        let admin = officer("admin", APPROVAL_BUREAU, HAIZHOU, &[Role::IdentityAdmin]);
        market.caller(&admin).post(&format!("{HISTORY}/checkpoints"), &json!({})).await.expect(200);
        for (step, receipt) in bought.iter().chain(&sold) {
            let proof = city.anyone().get(&receipt.proof).await.expect(200).body;
            let proof = InclusionProof::parse(proof.as_str().unwrap()).unwrap();
            proof.verify_with(receipt, &keys(city).await).unwrap_or_else(|fault| panic!("{step}: {fault}"));
        }
    }

    async fn only_who_took_a_step_has_a_receipt(city: &TestCity) {
        let market = open(city).await;
        let id = market.publish(&market.requirement("lowest_price")).await;
        market.register(&id, 0, &json!({"quote": 2_000_000})).await.expect(200);
        assert_eq!(steps(&receipts(&market, &id, &agency(0)).await), ["registered"], "before the end, too");
        let none = market.caller(&agency(1)).get(&path(&id, "/receipts")).await.expect(403);
        assert_eq!(none.code(), "no_step_taken");
        city.anyone().get(&path(&id, "/receipts")).await.expect(401);
        let nowhere = path("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77", "/receipts");
        market.caller(&owner()).get(&nowhere).await.expect(404);
    }
}
