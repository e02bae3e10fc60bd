//! The sample city's supervision.

use std::sync::Arc;

use tongban_runtime::Service as _;
use tongban_supervision::Supervision;
use tongban_testkit::on_every_backend;

use crate::fixtures::planner;

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn the_sample_is_loaded_and_loading_again_changes_nothing(city: &TestCity) {
        let host = &city.hosts()[0];
        let data = &city.settings.data;
        let first = Supervision.load(host, data).await.unwrap().unwrap();
        let events = async || {
            let objects = city.caller(&planner()).get("/supervision/v1/objects?limit=100").await;
            let inspectors = city.caller(&planner()).get("/supervision/v1/inspectors").await;
            (objects.expect(200).body, inspectors.expect(200).body)
        };
        let before = events().await;
        assert_eq!(before.0["items"].as_array().unwrap().len(), 39);
        assert_eq!(before.1["items"].as_array().unwrap().len(), 8);
        let again = Supervision.load(host, data).await.unwrap().unwrap();
        assert!(first.contains("(39 new)") && again.contains("(0 new)"), "{first} / {again}");
        assert_eq!(events().await, before);
        let matters = city.anyone().get("/supervision/v1/matters?limit=100").await.expect(200);
        let matters = matters.body["items"].as_array().unwrap().clone();
        assert_eq!(matters.len(), 27);
        assert!(matters.iter().all(|matter| matter["revision"] == 1));
        let suspected = city.caller(&planner()).get("/supervision/v1/objects?suspected=true").await;
        assert!(suspected.expect(200).body["items"].as_array().unwrap().is_empty());
    }
}
