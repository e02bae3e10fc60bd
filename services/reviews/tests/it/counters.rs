//! Counters: a device there shows codes and cannot review, and neither can who works there.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tongban_kernel::{Principal, Role};
use tongban_reviews::Reviews;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{Answer, TestCity, on_every_backend};

use crate::fixtures::{decision, opened, review_of, rights, supervisor, zhang};

const DEVICE: &str = "7f9c2ba4e88f827d616045507605853e";

fn clerk() -> Principal {
    officer("clerk", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk])
}

async fn registered(city: &TestCity) -> String {
    let body =
        json!({"device": DEVICE, "body": APPROVAL_BUREAU, "region": HAIZHOU, "window": "A03"});
    let caller = city.caller(&supervisor(HAIZHOU));
    let answer = caller.post("/reviews/v1/counters", &body).await.expect(201).body;
    assert!(!answer.to_string().contains(DEVICE), "only its print is kept");
    answer["id"].as_str().unwrap().to_owned()
}

/// A request from a device, signed in or not.
async fn from_device(city: &TestCity, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let anyone = city.anyone();
    let mut request = anyone.request(method, path).header("tongban-device", DEVICE);
    if let Some(body) = body {
        request = request.json(body);
    }
    anyone.send(request).await
}

async fn screen(city: &TestCity) -> Value {
    from_device(city, Method::GET, "/reviews/v1/counter-screen", None).await.expect(200).body
}

on_every_backend! {
    services: vec![Arc::new(Reviews)],

    async fn a_window_service_is_reviewed_by_who_was_served(city: &TestCity) {
        let counter = registered(city).await;
        let caller = city.caller(&clerk());
        let served = json!({"window": "A03", "service": "施工许可咨询"});
        let path = "/reviews/v1/services";
        let service = caller.with_key("s").post(path, &served).await.expect(201);
        assert!(service.body.get("link").is_none(), "the clerk's computer gets no link");
        let again = caller.with_key("s").post(path, &served).await.expect(201);
        assert_eq!(again.body, service.body, "one service, one right");
        assert!(screen(city).await.get("link").is_none());

        let showing = format!("/reviews/v1/counters/{counter}/showing");
        let shown = json!({"review": service.body["id"]});
        let answer = caller.post(&showing, &shown).await.expect(200);
        assert!(answer.body.get("link").is_none());
        let screen = screen(city).await;
        assert_eq!(screen["matter_name"], "施工许可咨询");
        assert!(screen["code"].as_str().unwrap().contains("<svg"));
        let link = screen["link"].as_str().unwrap();

        let refused = from_device(city, Method::POST, link, Some(&json!({"stars": 5}))).await;
        assert_eq!(refused.expect(403).code(), "counter_device");
        let refused = caller.post(link, &json!({"stars": 5})).await.expect(403);
        assert_eq!(refused.code(), "officer_cannot_review");
        let given = city.anyone().post(link, &json!({"stars": 4})).await.expect(201);
        assert_eq!(given.body["kind"], "window");
        assert!(crate::counters::screen(city).await.get("link").is_none(), "used is shown no more");
        caller.post(&showing, &shown).await.expect(409);
    }

    async fn a_device_gives_no_review_for_anyone_not_even_retired(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let counter = registered(city).await;
        let signed_in = async || {
            let applicant = city.caller(&zhang());
            let request = applicant.request(Method::POST, &review_of("case-1"));
            let request = request.header("tongban-device", DEVICE).json(&json!({"stars": 5}));
            applicant.send(request).await
        };
        assert_eq!(signed_in().await.expect(403).code(), "counter_device");
        let path = format!("/reviews/v1/counters/{counter}/retirement");
        let ending = json!({"reason": "设备更换"});
        city.caller(&supervisor(HAIZHOU)).post(&path, &ending).await.expect(200);
        assert_eq!(signed_in().await.expect(403).code(), "counter_device");
        let path = "/reviews/v1/counter-screen";
        let answer = from_device(city, Method::GET, path, None).await.expect(404);
        assert_eq!(answer.code(), "no_such_counter");
        assert_eq!(rights(&city.caller(&zhang())).await.len(), 1);
    }

    async fn a_case_is_shown_at_its_own_body_only(city: &TestCity) {
        opened(city, "case-1", &decision()).await;
        let counter = registered(city).await;
        let showing = format!("/reviews/v1/counters/{counter}/showing");
        let other = officer("else", "11320706MB0000004L", HAIZHOU, &[Role::WindowClerk]);
        let body = json!({"review": "case-1"});
        let refused = city.caller(&other).post(&showing, &body).await.expect(403);
        assert_eq!(refused.code(), "not_your_body");
        city.caller(&clerk()).post(&showing, &body).await.expect(200);
        city.caller(&clerk()).post(&showing, &json!({"review": "case-9"})).await.expect(404);
        let list = city.caller(&clerk()).get("/reviews/v1/counters").await.expect(200).body;
        assert_eq!(list["items"][0]["shows"], "case-1");
        let list = city.caller(&other).get("/reviews/v1/counters").await.expect(200).body;
        assert_eq!(list["items"], json!([]));
    }

    async fn devices_are_registered_by_supervisors_of_the_region(city: &TestCity) {
        registered(city).await;
        let body = json!({"device": DEVICE, "body": APPROVAL_BUREAU, "region": HAIZHOU, "window": "A04"});
        let path = "/reviews/v1/counters";
        let twice = city.caller(&supervisor(HAIZHOU)).post(path, &body).await.expect(409);
        assert_eq!(twice.code(), "already_registered");
        let mut other = body.clone();
        other["device"] = json!("00000000000000000000000000000000");
        let refused = city.caller(&supervisor("320707")).post(path, &other).await.expect(403);
        assert_eq!(refused.code(), "not_your_region");
        city.caller(&clerk()).post(path, &other).await.expect(403);
    }
}
