//! Scores, and the file that anyone can compute them from.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tongban_reviews::Reviews;
use tongban_testkit::on_every_backend;
use tongban_testkit::people::APPROVAL_BUREAU;

use crate::figures::{reviewed, statistics};

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn a_score_follows_from_the_file(city: &TestCity) {
        for number in 0..11 {
            reviewed(city, &format!("r{number}"), if number == 0 { 1 } else { 5 }, "d").await;
        }
        statistics(city, 11).await;
        let scores = city.anyone().get("/reviews/v1/scores?period=2026-Q1").await.expect(200).body;
        let body = &scores["bodies"]["items"][0];
        assert_eq!(body["body"], APPROVAL_BUREAU);
        // 10 of 11 content, everybody took part, the bad one was not dealt with.
        assert_eq!(body["score"], json!({
            "satisfaction": 4545, "participation": 1000, "answered_in_time": 0,
            "put_right_in_time": 0, "called_back_content": 0, "total": 5545,
        }));
        let file = city.anyone().get("/reviews/v1/scores/file?period=2026-Q1").await.expect(200);
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        let Value::String(text) = file.body else { panic!("text") };
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let fields: Vec<&str> = lines.next().unwrap().split(',').collect();
        let row: HashMap<&str, &str> = names.into_iter().zip(fields).collect();
        assert_eq!(row["body"], format!("\"{APPROVAL_BUREAU}\""));
        let shown = (row["five"], row["one"], row["used"], row["score_total"]);
        assert_eq!(shown, ("10", "1", "11", "5545"));
        let none = city.anyone().get("/reviews/v1/scores?period=2026-Q2").await.expect(200).body;
        assert_eq!(none["bodies"]["items"], json!([]));
        for path in ["/reviews/v1/scores?period=2026-Q5", "/reviews/v1/scores/file?period=x"] {
            assert_eq!(city.anyone().get(path).await.expect(400).code(), "bad_period");
        }
    }
}
