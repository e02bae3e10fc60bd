//! Witnesses: only they, only with what they committed to, only in time.

use serde_json::json;
use tongban_kernel::Role;
use tongban_testkit::draws::{Witness, hex, pass, until, valued, view};
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{citizen, officer};

use crate::ceremony::{checked, steps};
use crate::fixtures::{path, proposal, proposed, services};

on_every_backend! {
    services: services(),

    async fn nobody_else_commits_or_opens(city: &TestCity) {
        let witness = Witness::new("inspection");
        let made = proposed(city, proposal("plan-1", std::slice::from_ref(&witness))).await;
        let path = path(&made.draw);
        let body = json!({"terms": made.terms, "commitment": "ab".repeat(32)});
        let address = format!("{path}/commitments");
        city.anyone().post(&address, &body).await.expect(401);
        let answer = city.caller(&citizen("zhang", "张建国")).post(&address, &body).await.expect(403);
        assert_eq!(answer.code(), "wrong_kind");
        let clerk = officer("clerk", "11320706MB0000001B", "320706", &[Role::WindowClerk]);
        assert_eq!(city.caller(&clerk).post(&address, &body).await.expect(403).code(), "not_a_witness");
        let opening = json!({"seed": "ab".repeat(32)});
        let answer = city.caller(&clerk).post(&format!("{path}/openings"), &opening).await.expect(403);
        assert_eq!(answer.code(), "not_a_witness");
        let shown = view(city, &path).await.to_string();
        assert!(!shown.contains("account"), "accounts are nobody's business: {shown}");
    }

    async fn no_officer_of_the_organiser_is_a_witness(city: &TestCity) {
        let mut own = Witness::new("insider");
        own.principal.body = Some("11320706MB0000001B".into());
        let made = proposed(city, proposal("plan-1", std::slice::from_ref(&own))).await;
        let answer = own.commit(city, &path(&made.draw)).await.expect(403);
        assert_eq!(answer.code(), "own_witness");
    }

    async fn a_commitment_is_over_these_terms_and_stays(city: &TestCity) {
        let witnesses = [Witness::new("inspection"), Witness::new("notary")];
        let made = proposed(city, proposal("plan-1", &witnesses)).await;
        let path = path(&made.draw);
        let caller = city.caller(&witnesses[0].principal);
        let address = format!("{path}/commitments");
        let other = json!({"terms": "cd".repeat(32), "commitment": "ab".repeat(32)});
        let answer = caller.post(&address, &other).await.expect(422);
        assert_eq!(answer.body["errors"][0]["code"], "other_terms");
        caller.post(&address, &json!({"terms": made.terms, "commitment": "AB"})).await.expect(422);
        witnesses[0].commit(city, &path).await.expect(201);
        witnesses[0].commit(city, &path).await.expect(201);
        let changed = json!({"terms": made.terms, "commitment": "ab".repeat(32)});
        assert_eq!(caller.post(&address, &changed).await.expect(409).code(), "already_committed");
        let copied = view(city, &path).await["commitments"].as_array().unwrap().iter()
            .find(|one| one["party"] == "inspection").unwrap()["commitment"].clone();
        let copy = json!({"terms": made.terms, "commitment": copied});
        let answer = city.caller(&witnesses[1].principal).post(&address, &copy).await.expect(422);
        assert_eq!(answer.body["errors"][0]["code"], "duplicate");
    }

    async fn seeds_stay_secret_until_the_value_is_there(city: &TestCity) {
        let witness = Witness::new("inspection");
        let made = proposed(city, proposal("plan-1", std::slice::from_ref(&witness))).await;
        let path = path(&made.draw);
        assert_eq!(witness.open(city, &path).await.expect(409).code(), "too_early");
        witness.commit(city, &path).await.expect(201);
        let announced = until(city, &path, |view| view["announcement"].is_string()).await;
        assert_eq!(witness.open(city, &path).await.expect(409).code(), "too_early");
        assert_eq!(announced["opened"], json!([]), "nor does the service open its own");
        pass(city, &announced["randomness"]["value"]["after"]);
        until(city, &path, |view| view["value"].is_object()).await;
        let address = format!("{path}/openings");
        let wrong = json!({"seed": hex(&[9; 32])});
        let answer = city.caller(&witness.principal).post(&address, &wrong).await.expect(422);
        assert_eq!(answer.body["errors"][0]["code"], "wrong_seed");
        let answer = city.caller(&witness.principal).post(&address, &json!({"seed": "abcd"})).await.expect(422);
        assert_eq!(answer.code(), "invalid_request");
        witness.open(city, &path).await.expect(201);
        until(city, &path, |view| view["state"] == "drawn").await;
        let again = witness.open(city, &path).await.expect(201);
        assert_eq!(again.body["opened"], true, "a repeated request is harmless");
    }

    async fn who_withholds_is_named_and_the_fallback_joins(city: &TestCity) {
        let witnesses = [Witness::new("inspection"), Witness::new("notary")];
        let made = proposed(city, proposal("plan-1", &witnesses)).await;
        let path = path(&made.draw);
        for witness in &witnesses {
            witness.commit(city, &path).await.expect(201);
        }
        let announced = valued(city, &path).await;
        witnesses[0].open(city, &path).await.expect(201);
        pass(city, &announced["randomness"]["open_until"]);
        let drawn = until(city, &path, |view| view["state"] == "drawn").await;
        assert_eq!(drawn["withheld"].as_array().unwrap().len(), 1);
        assert_eq!(drawn["withheld"][0]["party"], "notary");
        let taken = steps(&drawn);
        assert_eq!(taken[taken.len() - 3..], ["closed", "fallback_recorded", "drawn"]);
        assert_eq!(witnesses[1].open(city, &path).await.expect(409).code(), "too_late");
        let says = checked(city, &path).await;
        let opened: Vec<bool> = says.seeds.iter().map(|seed| seed.opened).collect();
        assert_eq!(opened, [true, true, false]);
    }

    async fn a_quorum_is_enough_when_time_is_up(city: &TestCity) {
        let witnesses = [Witness::new("inspection"), Witness::new("notary")];
        let mut wanted = proposal("plan-1", &witnesses);
        wanted.quorum = Some(1);
        let made = proposed(city, wanted).await;
        let path = path(&made.draw);
        witnesses[0].commit(city, &path).await.expect(201);
        let waiting = until(city, &path, |view| view["commitments"].as_array().unwrap().len() == 2).await;
        assert_eq!(waiting["announcement"], json!(null), "the other may still come");
        pass(city, &waiting["commit_until"]);
        assert_eq!(witnesses[1].commit(city, &path).await.expect(409).code(), "too_late");
        valued(city, &path).await;
        assert_eq!(witnesses[1].open(city, &path).await.expect(409).code(), "not_committed");
        witnesses[0].open(city, &path).await.expect(201);
        until(city, &path, |view| view["state"] == "drawn").await;
        assert_eq!(checked(city, &path).await.seeds.len(), 2);
    }
}
