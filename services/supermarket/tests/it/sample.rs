//! The sample city's supermarket loads, and loads again.

use tongban_runtime::Service as _;
use tongban_supermarket::Supermarket;
use tongban_testkit::on_every_backend;

use crate::town::services;

on_every_backend! {
    services: services(),

    async fn the_sample_is_there_and_a_second_time_changes_nothing(city: &TestCity) {
        let host = &city.hosts()[0];
        let first = Supermarket.load(host, &city.settings.data).await.unwrap();
        assert_eq!(first.unwrap(), "supermarket: 13 services, 5 documents, 22 agencies newly loaded");
        let again = Supermarket.load(host, &city.settings.data).await.unwrap();
        assert_eq!(again.unwrap(), "supermarket: 0 services, 0 documents, 0 agencies newly loaded");
        let page = city.anyone().get("/supermarket/v1/services?q=%E8%A7%84%E5%88%92%E6%B5%8B%E7%BB%98").await.expect(200).body;
        let survey = page["items"][0]["id"].as_str().unwrap().to_owned();
        let linked = city.anyone().get(&format!("/supermarket/v1/services/{survey}/agencies")).await.expect(200).body;
        assert_eq!(linked["items"].as_array().unwrap().len(), 6);
    }
}
