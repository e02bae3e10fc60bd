//! What comes to nothing, while nobody can know what would have come out.

use tongban_testkit::draws::{Witness, pass, until};
use tongban_testkit::on_every_backend;

use crate::fixtures::{path, proposal, proposed, services};

on_every_backend! {
    services: services(),

    async fn without_witnesses_nothing_is_announced(city: &TestCity) {
        let made = proposed(city, proposal("plan-1", &[Witness::new("inspection")])).await;
        let path = path(&made.draw);
        let open = until(city, &path, |view| view["commitments"].as_array().unwrap().len() == 1).await;
        pass(city, &open["commit_until"]);
        let over = until(city, &path, |view| view["state"] == "cancelled").await;
        assert_eq!(over["cancelled"]["kind"], "not_committed");
        let next = proposed(city, proposal("plan-1", &[Witness::new("notary")])).await;
        assert_eq!(next.draw, "plan-1/2");
    }

    async fn a_value_that_comes_too_late_is_not_taken(city: &TestCity) {
        let witness = Witness::new("inspection");
        let made = proposed(city, proposal("plan-1", std::slice::from_ref(&witness))).await;
        let path = path(&made.draw);
        witness.commit(city, &path).await.expect(201);
        let announced = until(city, &path, |view| view["announcement"].is_string()).await;
        // All is over before any history signed after the moment named.
        pass(city, &announced["randomness"]["open_until"]);
        let over = until(city, &path, |view| view["state"] == "cancelled").await;
        assert_eq!(over["cancelled"]["kind"], "no_value");
        assert_eq!(over["opened"], serde_json::json!([]), "every seed is still secret");
        let mut again = proposal("plan-1", std::slice::from_ref(&witness));
        again.again = Some("公开随机数未及时产生".into());
        let next = proposed(city, again).await;
        let next = tongban_testkit::draws::view(city, &crate::fixtures::path(&next.draw)).await;
        assert_eq!(next["attempt"], 2, "what was announced is an attempt");
    }
}
