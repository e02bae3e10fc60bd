//! What goes wrong around a draw among agencies: it comes to its end, or the purchase fails with a reason.

use serde_json::json;
use tongban_testkit::draws::{Witness, hold, pass, sources_known, until, valued};
use tongban_testkit::{Backend, TestCity, on_every_backend};

use super::market::{AGENCIES, Market, agency, open, owner, path, services};

/// A purchase by a draw among three agencies, under way; its identifier and the draw's path.
async fn drawing(market: &Market<'_>, witness: &Witness) -> (String, String) {
    sources_known(market.city).await;
    let mut requirement = market.requirement("random_draw");
    requirement["witnesses"] = json!([witness.principal.account]);
    let id = market.publish(&requirement).await;
    for place in 0..AGENCIES.len() {
        market.register(&id, place, &json!({})).await.expect(200);
    }
    market.pass(61);
    let view = market.at(&id, "drawing").await;
    (id, format!("/supermarket/v1/draws/{}", view["draw"].as_str().unwrap()))
}

on_every_backend! {
    services: services(),

    async fn of_nobody_nobody_is_drawn(city: &TestCity) {
        let market = open(city).await;
        let mut requirement = market.requirement("random_draw");
        requirement["witnesses"] = json!(["inspection"]);
        let id = market.publish(&requirement).await;
        market.pass(61);
        let failed = market.at(&id, "failed").await;
        assert_eq!((&failed["draw"], &failed["award"]), (&json!(null), &json!(null)));
        assert!(failed["end_code"].as_str().unwrap().starts_with("too_few"), "{failed}");
    }

    async fn when_all_are_recused_nobody_registers_and_it_fails(city: &TestCity) {
        let market = open(city).await;
        let mut requirement = market.requirement("random_draw");
        requirement["witnesses"] = json!(["inspection"]);
        requirement["recusal"] = json!(true);
        requirement["recusal_reason"] = json!("与采购人存在股权关系");
        requirement["recusal_agencies"] = json!(AGENCIES.map(|(_, code)| code));
        let id = market.publish(&requirement).await;
        for place in 0..AGENCIES.len() {
            let refused = market.register(&id, place, &json!({})).await.expect(422);
            assert_eq!(refused.body["errors"][0]["code"], "recused");
        }
        market.pass(61);
        market.at(&id, "failed").await;
    }

    async fn a_witness_is_no_candidate(city: &TestCity) {
        let market = open(city).await;
        let mut requirement = market.requirement("random_draw");
        requirement["witnesses"] = json!([agency(0).account]);
        let id = market.publish(&requirement).await;
        let refused = market.register(&id, 0, &json!({})).await.expect(422);
        assert_eq!(refused.body["errors"][0]["code"], "witness_is_candidate");
        market.register(&id, 1, &json!({})).await.expect(200);
    }

    async fn a_request_that_comes_twice_counts_once(city: &TestCity) {
        let market = open(city).await;
        let id = market.publish(&market.requirement("lowest_price")).await;
        let keyed = market.caller(&agency(0)).with_key("one");
        let (at, entry) = (path(&id, "/registration"), json!({"quote": 2_000_000}));
        let first = keyed.post(&at, &entry).await.expect(200).body;
        assert_eq!(keyed.post(&at, &entry).await.expect(200).body, first, "with the same key the same answer");
        let again = market.register(&id, 0, &entry).await.expect(409);
        assert_eq!(again.code(), "already_registered", "without one it is refused");
        market.pass(61);
        let view = market.at(&id, "on_notice").await;
        assert_eq!(view["registrations"].as_array().unwrap().len(), 1);
    }

    async fn a_witness_that_withholds_its_seed_holds_up_nothing(city: &TestCity) {
        let market = open(city).await;
        let witness = Witness::new("inspection");
        let (id, draw) = drawing(&market, &witness).await;
        witness.commit(city, &draw).await.expect(201);
        let announced = valued(city, &draw).await;
        pass(city, &announced["randomness"]["open_until"]);
        let drawn = until(city, &draw, |view| view["state"] == "drawn").await;
        assert_eq!(drawn["withheld"][0]["party"], "inspection", "and is named for it");
        let view = market.at(&id, "on_notice").await;
        assert_eq!(view["award"]["code"], drawn["result"]["drawn"][0]);
    }

    async fn a_clock_that_is_set_back_opens_nothing_again(city: &TestCity) {
        let market = open(city).await;
        let witness = Witness::new("inspection");
        let (id, draw) = drawing(&market, &witness).await;
        market.pass(-120);
        let late = market.register(&id, 0, &json!({})).await.expect(409);
        assert_eq!(late.code(), "cannot_register_when_drawing", "registration is over once it was closed");
        witness.commit(city, &draw).await.expect(201);
        market.pass(121);
        hold(city, &draw, &[witness]).await;
        market.at(&id, "on_notice").await;
    }
}

/// Between the draw's proposal and its announcement, and between its value and the award.
async fn broken_off_between_draw_and_award(backend: Backend) {
    let mut city = TestCity::start(backend, services()).await;
    let witness = Witness::new("inspection");
    let (id, draw) = drawing(&open(&city).await, &witness).await;
    city = city.begun_anew(services()).await;
    witness.commit(&city, &draw).await.expect(201);
    let announced = until(&city, &draw, |view| view["announcement"].is_string()).await;
    city = city.begun_anew(services()).await;
    pass(&city, &announced["randomness"]["value"]["after"]);
    until(&city, &draw, |view| view["value"].is_object()).await;
    witness.open(&city, &draw).await.expect(201);
    city = city.begun_anew(services()).await;
    let drawn = until(&city, &draw, |view| view["state"] == "drawn").await;
    assert_eq!(drawn["announcement"], announced["announcement"], "the draw that was announced");
    let record = tongban_testkit::eventually("the award", async || {
        let record = city.caller(&owner()).get(&path(&id, "/record")).await.expect(200).body;
        (record["stage"] == "on_notice").then_some(record)
    })
    .await;
    assert_eq!(record["award"]["code"], drawn["result"]["drawn"][0]);
    assert_eq!(record["former_awards"], json!([]), "awarded once");
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_off_between_draw_and_award_sqlite_embedded() {
    broken_off_between_draw_and_award(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_off_between_draw_and_award_postgres_kafka() {
    broken_off_between_draw_and_award(Backend::Mesh).await;
}
