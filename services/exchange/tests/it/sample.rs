//! The sample city's directory and grants.

use serde_json::json;
use tongban_exchange::Exchange;
use tongban_runtime::Service as _;
use tongban_testkit::people::officer;
use tongban_testkit::{eventually, on_every_backend};

use crate::town::{CIVIL, RESOURCES, services, source};

on_every_backend! {
    services: services(),

    async fn the_sample_is_loaded_once_and_leads_to_grants(city: &TestCity) {
        let host = &city.hosts()[0];
        let line = Exchange.load(host, &city.settings.data).await.unwrap().unwrap();
        assert_eq!(line, "exchange: 14 resources, 7 requests newly loaded");
        let line = Exchange.load(host, &city.settings.data).await.unwrap().unwrap();
        assert_eq!(line, "exchange: 0 resources, 0 requests newly loaded");
        let found = city.caller(&source()).get(&format!("{RESOURCES}?limit=100")).await.expect(200).body;
        let items = found["items"].as_array().unwrap();
        assert_eq!(items.len(), 14);
        assert!(items.iter().all(|one| one["name"].as_str().unwrap().ends_with("（示例）")));
        let held = eventually("the grants to be there", async || {
            let held = city.caller(&source()).get("/exchange/v1/grants").await.expect(200).body;
            (held["items"].as_array().unwrap().len() == 3).then_some(held)
        }).await;
        assert!(held["items"].as_array().unwrap().iter().all(|one| one["holder"] == CIVIL));
        let waiting = officer("data.bdc", "12320700MB0000011J", "320700", &[tongban_kernel::Role::DataSteward]);
        let waiting = city.caller(&waiting).get("/exchange/v1/requests?list=to_answer").await.expect(200);
        assert_eq!(waiting.body["items"].as_array().unwrap().len(), 1, "one still waits");
        let rules = city.anyone().get("/exchange/v1/rules").await.expect(200).body;
        assert_eq!(rules["answer"]["verified"], json!(true));
    }
}
