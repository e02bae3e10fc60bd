//! Signals of manipulation, and figures without what they name.

use std::sync::Arc;

use serde_json::json;
use tongban_reviews::{Reviews, look_for_signals};
use tongban_testkit::on_every_backend;
use tongban_testkit::people::{GANYU, HAIZHOU};

use crate::figures::{reviewed, statistics};
use crate::fixtures::supervisor;

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn a_signal_has_its_evidence_and_figures_are_shown_without_it(city: &TestCity) {
        for number in 0..6 {
            reviewed(city, &format!("planted-{number}"), 5, "clerk's phone").await;
        }
        reviewed(city, "honest", 2, "own").await;
        statistics(city, 7).await;
        let host = &city.hosts()[0];
        // All of them came at the very moment of closing, and six from one device.
        let number = look_for_signals(host).await.unwrap();
        assert!(number > 0);
        assert_eq!(look_for_signals(host).await.unwrap(), number, "the same again");

        let own = city.caller(&supervisor(HAIZHOU));
        let list = own.get("/reviews/v1/signals?kind=device").await.expect(200).body;
        let signal = &list["items"][0];
        assert_eq!((&signal["kind"], &signal["reviews"]), (&json!("device"), &json!(6)));
        assert_eq!(signal["rule"], "2026-1");
        let path = format!("/reviews/v1/signals/{}", signal["id"].as_str().unwrap());
        let shown = own.get(&path).await.expect(200).body;
        let named: Vec<_> = shown["evidence"].as_array().unwrap().iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(named.len(), 6);
        assert!(named.iter().all(|id| id.starts_with("planted-")));

        let elsewhere = city.caller(&supervisor(GANYU));
        assert_eq!(elsewhere.get(&path).await.expect(403).code(), "other_region");
        let unknown = "/reviews/v1/signals/00000000-0000-4000-8000-000000000000";
        own.get(unknown).await.expect(404);
        let none = elsewhere.get("/reviews/v1/signals").await.expect(200).body;
        assert_eq!(none["items"], json!([]));

        let all = statistics(city, 7).await;
        assert_eq!(all["satisfaction"], 0.8571);
        // The signal of a review that followed its closing at once names all seven.
        assert_eq!(all["unsuspected"]["suspected"], 7);
        assert_eq!(all["groups"]["items"][0]["unsuspected"]["suspected"], 7);
        let rules = city.anyone().get("/reviews/v1/figure-rules").await.expect(200).body;
        assert_eq!(rules["signals"]["version"], signal["rule"]);
    }
}
