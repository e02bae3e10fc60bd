//! Calls of systems that sign instead of signing in: each once, in its time, by who is registered.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use tongban_kernel::SystemEntropy;
use tongban_outbound::signing::{National, Outgoing, Secret, Sign, Sm, SmSettings};
use tongban_testkit::{Answer, TestCity, on_every_backend};

use crate::calling::{call, from};
use crate::provider::System;
use crate::town::{granted, published_as, reader, reason, services, stranger, told};

const SYSTEMS: &str = "/exchange/v1/calling-systems";

async fn grant(city: &TestCity, system: &System) -> String {
    told(city).await;
    let resource = published_as(city, &from(system, "/good", json!({}))).await;
    granted(city, &resource).await.1
}

/// Sends a call signed for `service` at a moment; by whom and how `sign` says.
async fn sent(
    city: &TestCity,
    grant: &str,
    (rid, service): (&str, &str),
    at: DateTime<Utc>,
    sign: &dyn Sign,
    bodies: [&Value; 2],
) -> (Answer, Vec<(String, String)>) {
    let [signed, sent] = bodies.map(|body| serde_json::to_vec(body).unwrap());
    let outgoing = Outgoing { requester: rid, service, body: &signed };
    let headers = sign.headers(outgoing, at, &SystemEntropy).unwrap();
    (posted(city, grant, &headers, sent).await, headers)
}

async fn posted(
    city: &TestCity,
    grant: &str,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Answer {
    let caller = city.anyone();
    let path = format!("/exchange/v1/grants/{grant}/signed-calls");
    let mut request =
        caller.request(Method::POST, &path).header("content-type", "application/json").body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    caller.send(request).await
}

on_every_backend! {
    services: services(),

    async fn the_national_form_is_taken_once_and_in_its_time(city: &TestCity) {
        let system = System::start().await;
        let grant = grant(city, &system).await;
        let entry = json!({"name": "审批系统", "scheme": "national"});
        let made = city.caller(&reader()).post(SYSTEMS, &entry).await.expect(201).body;
        let rid = made["system"]["id"].as_str().unwrap().to_owned();
        let sign = National::new(National::EXCHANGE, Secret::new(made["secret"].as_str().unwrap()).unwrap());
        let (now, wanted) = (tongban_kernel::Clock::now(city.clock.as_ref()), call(&["state"]));
        let (answer, headers) = sent(city, &grant, (&rid, &grant), now, &sign, [&wanted, &wanted]).await;
        assert_eq!(answer.expect(200).body["rows"][0]["state"], "已婚");
        let again = posted(city, &grant, &headers, serde_json::to_vec(&wanted).unwrap()).await.expect(409);
        assert_eq!(again.code(), "replayed");
        for minutes in [-6, 6] {
            let (late, _) = sent(city, &grant, (&rid, &grant), now + TimeDelta::minutes(minutes), &sign, [&wanted, &wanted]).await;
            assert_eq!(late.expect(403).code(), "outside_time_window");
        }
        let wrong = National::new(National::EXCHANGE, Secret::new("another").unwrap());
        let (forged, _) = sent(city, &grant, (&rid, &grant), now, &wrong, [&wanted, &wanted]).await;
        assert_eq!(forged.expect(403).code(), "bad_signature");
        let (elsewhere, _) = sent(city, &grant, (&rid, "another"), now, &sign, [&wanted, &wanted]).await;
        assert_eq!(elsewhere.expect(403).code(), "bad_signature");
        let missing = posted(city, &grant, &[], serde_json::to_vec(&wanted).unwrap()).await.expect(403);
        assert_eq!(missing.code(), "bad_signature");
        assert_eq!(system.calls(), 1);
        let retirement = format!("{SYSTEMS}/{rid}/retirement");
        city.caller(&stranger()).post(&retirement, &reason()).await.expect(403);
        city.caller(&reader()).post(&retirement, &reason()).await.expect(200);
        let next = now + TimeDelta::milliseconds(1);
        let (retired, _) = sent(city, &grant, (&rid, &grant), next, &sign, [&wanted, &wanted]).await;
        assert_eq!(retired.expect(403).code(), "not_registered");
    }

    async fn an_sm2_signature_covers_the_body(city: &TestCity) {
        let system = System::start().await;
        let grant = grant(city, &system).await;
        let sign = Sm::new(SmSettings::default(), &[7; 32]).unwrap();
        let key = public_key();
        for bad in [json!({"name": "审批系统", "scheme": "sm"}), json!({"name": "审批系统", "scheme": "national", "public_key": key}),
            json!({"name": "审批系统", "scheme": "sm", "public_key": format!("04{}", "0".repeat(128))})] {
            city.caller(&reader()).post(SYSTEMS, &bad).await.expect(422);
        }
        let entry = json!({"name": "审批系统", "scheme": "sm", "public_key": key});
        let made = city.caller(&reader()).post(SYSTEMS, &entry).await.expect(201).body;
        assert_eq!(made.get("secret"), None);
        let rid = made["system"]["id"].as_str().unwrap().to_owned();
        let (now, wanted) = (tongban_kernel::Clock::now(city.clock.as_ref()), call(&["state"]));
        let (answer, headers) = sent(city, &grant, (&rid, &grant), now, &sign, [&wanted, &wanted]).await;
        answer.expect(200);
        let again = posted(city, &grant, &headers, serde_json::to_vec(&wanted).unwrap()).await.expect(409);
        assert_eq!(again.code(), "replayed");
        let (bent, _) = sent(city, &grant, (&rid, &grant), now, &sign, [&wanted, &call(&["id_number"])]).await;
        assert_eq!(bent.expect(403).code(), "bad_signature");
    }
}

/// The public key of what signs here.
fn public_key() -> String {
    use sm2::elliptic_curve::sec1::ToSec1Point as _;
    let key = sm2::dsa::SigningKey::from_slice(&SmSettings::default().user, &[7; 32]).unwrap();
    hex::encode(key.verifying_key().as_affine().to_sec1_point(false).as_bytes())
}
