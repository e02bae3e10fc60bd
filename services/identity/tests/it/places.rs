//! Bodies and regions.

use std::sync::Arc;

use serde_json::Value;
use tongban_contracts::identity::{Body, BodyEvent};
use tongban_identity::Identity;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU};
use tongban_testkit::{TestCity, on_every_backend};

use crate::people::{loaded, text_of};

async fn all(city: &TestCity, path: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    let mut next = path.to_owned();
    loop {
        let page = city.anyone().get(&next).await.expect(200);
        seen.extend(page.body["items"].as_array().expect("items").clone());
        let Some(after) = page.body["next"].as_str() else { return seen };
        next = format!("{path}&after={after}");
    }
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn everybody_walks_down_the_regions(city: &TestCity) {
        loaded(city).await;
        let top = all(city, "/identity/v1/regions?limit=5").await;
        assert_eq!(top.len(), 1);
        assert_eq!((&top[0]["code"], &top[0]["level"]), (&"320000".into(), &"province".into()));
        assert!(top[0].get("parent").is_none());
        let districts = all(city, "/identity/v1/regions?limit=4&parent=320700").await;
        assert_eq!(districts.len(), 6);
        assert!(districts.iter().all(|region| region["parent"] == "320700"));
        let towns = all(city, &format!("/identity/v1/regions?limit=100&parent={HAIZHOU}")).await;
        assert!(towns.iter().all(|region| region["level"] == "town"));
        city.anyone().get("/identity/v1/regions?parent=999999").await.expect(400);
    }

    async fn everybody_reads_the_bodies(city: &TestCity) {
        loaded(city).await;
        assert_eq!(all(city, "/identity/v1/bodies?limit=7").await.len(), 30);
        let district = all(city, &format!("/identity/v1/bodies?limit=100&region={HAIZHOU}")).await;
        assert!(district.iter().all(|body| text_of(&body["region"]).starts_with(HAIZHOU)));
        assert!(district.iter().any(|body| body["uscc"] == APPROVAL_BUREAU));

        let events = city.published::<BodyEvent>(|seen| seen.len() == 30).await;
        let BodyEvent::Registered(Body { uscc, .. }) = events[0].read().expect("a body");
        assert_eq!(uscc, events[0].subject);
    }
}
