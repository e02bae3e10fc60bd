//! Signing keys: published, rotated, shared.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tongban_identity::Identity;
use tongban_kernel::{Clock as _, Role};
use tongban_runtime::{Ambient, Process};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, citizen, officer};
use tongban_testkit::{Backend, TestCity, on_every_backend};

use crate::people::{
    CITIZEN_NUMBER, PASSWORD, haizhou_admin, kid_of, registration, sign_in, text_of, vouched,
};

const JWKS: &str = "/identity/.well-known/jwks.json";
const ROTATION: &str = "/identity/v1/keys/rotation";

async fn kids(city: &TestCity) -> Vec<String> {
    let keys = city.anyone().get(JWKS).await.expect(200).body;
    keys["keys"].as_array().expect("keys").iter().map(|key| text_of(&key["kid"])).collect()
}

async fn signed_with(city: &TestCity) -> (String, String) {
    let session = sign_in(city, "chen", PASSWORD).await.expect(200);
    let token = text_of(&session.body["access_token"]);
    (kid_of(&token), token)
}

async fn rotate(city: &TestCity) -> Value {
    city.caller(&haizhou_admin()).post(ROTATION, &json!({})).await.expect(200).body
}

fn later(city: &TestCity, by: TimeDelta) {
    city.set_time(city.clock.now() + by);
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn the_keys_are_public_halves_only(city: &TestCity) {
        let answer = city.anyone().get(JWKS).await.expect(200);
        assert_eq!(answer.headers["cache-control"], "public, max-age=15");
        let keys = answer.body["keys"].as_array().expect("keys").clone();
        assert_eq!(keys.len(), 1);
        let mut fields: Vec<_> = keys[0].as_object().expect("a key").keys().cloned().collect();
        fields.sort();
        assert_eq!(fields, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!((&keys[0]["alg"], &keys[0]["use"]), (&json!("ES256"), &json!("sig")));
    }

    async fn a_new_key_is_published_before_it_signs_and_the_old_one_after(city: &TestCity) {
        let body = registration("chen", CITIZEN_NUMBER);
        city.anyone().post("/identity/v1/registrations", &body).await.expect(201);
        let old = kids(city).await.remove(0);
        let next = text_of(&rotate(city).await["kid"]);
        assert_eq!(kids(city).await, [old.clone(), next.clone()]);
        later(city, TimeDelta::seconds(59));
        let (kid, token) = signed_with(city).await;
        assert_eq!(kid, old);
        later(city, TimeDelta::seconds(1));
        assert_eq!(signed_with(city).await.0, next);
        // The last token of the old key stays good for its whole time.
        later(city, TimeDelta::minutes(14));
        vouched(city, &token).await;
        later(city, TimeDelta::minutes(6));
        assert_eq!(kids(city).await, [next]);
    }

    async fn rotating_again_while_a_key_is_on_its_way_gives_that_one(city: &TestCity) {
        let asking = [(); 4].map(|()| {
            let caller = city.caller(&haizhou_admin());
            tokio::spawn(async move { caller.post(ROTATION, &json!({})).await.expect(200).body })
        });
        let mut answers = Vec::new();
        for asked in asking {
            answers.push(asked.await.expect("an answer"));
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        assert_eq!(kids(city).await.len(), 2);
    }

    async fn only_administrators_rotate(city: &TestCity) {
        city.anyone().post(ROTATION, &json!({})).await.expect(401);
        let clerk = officer("c", APPROVAL_BUREAU, HAIZHOU, &[Role::WindowClerk]);
        assert_eq!(city.caller(&clerk).post(ROTATION, &json!({})).await.expect(403).code(), "wrong_role");
        assert_eq!(city.caller(&citizen("x", "某")).post(ROTATION, &json!({})).await.expect(403).code(), "wrong_kind");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_on_one_database_share_their_keys() {
    let settings = Backend::Mesh.settings();
    let service = || vec![Arc::new(Identity) as Arc<dyn tongban_runtime::Service>];
    let (one, other) = tokio::join!(
        TestCity::start_with(settings.clone(), service()),
        TestCity::start_with(settings.clone(), service()),
    );
    assert_eq!(kids(&one).await.len(), 1);
    assert_eq!(kids(&one).await, kids(&other).await);
    let body = registration("chen", CITIZEN_NUMBER);
    one.anyone().post("/identity/v1/registrations", &body).await.expect(201);
    let session = sign_in(&other, "chen", PASSWORD).await.expect(200);
    vouched(&one, &text_of(&session.body["access_token"])).await;
    other.stop().await;
    one.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_believes_its_own_tokens_from_the_start() {
    let settings = Backend::Embedded.settings();
    let dir = settings.data_dir.clone();
    let process = Process::start(settings, &[Arc::new(Identity)], Ambient::default())
        .await
        .expect("it starts");
    let base = format!("http://{}", process.address());
    let http = reqwest::Client::builder().build().expect("a client");
    let body = registration("chen", CITIZEN_NUMBER);
    let sent = http.post(format!("{base}/identity/v1/registrations")).json(&body).send().await;
    assert_eq!(sent.expect("an answer").status(), 201);
    let body = json!({"login": "chen", "password": PASSWORD});
    let sent = http.post(format!("{base}/identity/v1/sessions")).json(&body).send().await;
    let session: Value = sent.expect("an answer").json().await.expect("JSON");
    let token = text_of(&session["access_token"]);
    let sent = http.get(format!("{base}/identity/v1/me")).bearer_auth(token).send().await;
    let me: Value = sent.expect("an answer").json().await.expect("JSON");
    assert_eq!(me["document"]["number"], CITIZEN_NUMBER);
    process.stop().await;
    let _ = std::fs::remove_dir_all(dir);
}
