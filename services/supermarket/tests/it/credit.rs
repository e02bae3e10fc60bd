//! Classes of credit, as supervision tells them.

use serde_json::json;
use tongban_contracts::credit::CreditEvent;
use tongban_kernel::Principal;
use tongban_testkit::{eventually, on_every_backend};

use crate::town::{agency, firm, services};

on_every_backend! {
    services: services(),

    async fn the_records_show_the_class(city: &TestCity) {
        let (_, id) = agency(city, 1, "2029-04-30").await;
        let path = format!("/supermarket/v1/agencies/{id}/records");
        assert!(city.anyone().get(&path).await.expect(200).body["credit_class"].is_null());
        let event = json!({"type": "class_changed", "data": {
            "subject": {"code": firm(1).1, "name": "示例", "natural_person": false},
            "former": "B", "class": "C", "points": 60, "base": 90, "counted": [], "rule": "2026-1", "on": "2026-03-11",
        }});
        let event: CreditEvent = serde_json::from_value(event).unwrap();
        city.emit(&firm(1).1, 1, &event, &Principal::service("supervision")).await;
        eventually("the class to be known", async || {
            let records = city.anyone().get(&path).await.expect(200).body;
            (records["credit_class"] == "C").then_some(())
        }).await;
    }
}
