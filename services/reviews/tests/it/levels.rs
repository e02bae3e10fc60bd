//! Levels and tags at the edges.

use std::sync::Arc;

use serde_json::json;
use tongban_reviews::Reviews;
use tongban_testkit::on_every_backend;

use crate::fixtures::{decision, opened, review_of, zhang};

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn retired_tags_and_those_of_other_levels_are_refused_at_once(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let body = json!({"stars": 5, "tags": ["501", "110", "510", "999"]});
        let answer = city.caller(&zhang()).post(&review_of("case-1"), &body).await.expect(422);
        let named: Vec<_> = answer.body["errors"].as_array().unwrap().iter()
            .map(|error| json!([error["pointer"], error["code"]]))
            .collect();
        assert_eq!(json!(named), json!([
            ["/tags/0", "retired_tag"], ["/tags/1", "other_level"], ["/tags/3", "unknown_tag"],
        ]));
        assert!(answer.body.to_string().contains("停用"));
    }
}
