//! A public beacon: seeds first, then the value.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tongban_testkit::draws::{Witness, hex, pass, until};
use tongban_testkit::{Backend, TestCity};

use crate::ceremony::{checked, steps};
use crate::fixtures::{path, proposal, proposed, services};

/// 2026-03-11 00:00 UTC.
const GENESIS: i64 = 1_773_187_200;

/// A beacon on this machine, in drand's form; it gives values once it is told to.
async fn beacon(given: Arc<AtomicBool>) -> String {
    async fn round(
        State(given): State<Arc<AtomicBool>>,
        Path(round): Path<u64>,
    ) -> Result<Json<Value>, StatusCode> {
        if !given.load(Ordering::SeqCst) {
            return Err(StatusCode::NOT_FOUND);
        }
        let signature = round.to_be_bytes().repeat(6);
        let randomness = hex(&Sha256::digest(&signature));
        Ok(Json(json!({"round": round, "randomness": randomness, "signature": hex(&signature)})))
    }
    let routes = Router::new().route("/public/{round}", get(round)).with_state(given);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

async fn held_by_a_beacon(backend: Backend) {
    let given = Arc::new(AtomicBool::new(false));
    let mut settings = backend.settings();
    settings.draw_source = "beacon".into();
    settings.draw_beacon_url = Some(beacon(Arc::clone(&given)).await);
    settings.draw_beacon_name = Some("beacon-of-the-test".into());
    settings.draw_beacon_genesis = Some(GENESIS);
    let city = TestCity::start_with(settings, services()).await;
    let witnesses = [Witness::new("inspection"), Witness::new("notary")];
    let made = proposed(&city, proposal("plan-1", &witnesses)).await;
    let path = path(&made.draw);
    for witness in &witnesses {
        witness.commit(&city, &path).await.expect(201);
    }
    let announced = until(&city, &path, |view| view["opened"].as_array().unwrap().len() == 1).await;
    assert_eq!(announced["opened"][0]["party"], "11320706MB0000001B", "the organiser's, by itself");
    witnesses[0].open(&city, &path).await.expect(201);
    pass(&city, &announced["randomness"]["open_until"]);
    let closed = until(&city, &path, |view| view["state"] == "closed").await;
    assert_eq!(
        (&closed["value"], &closed["withheld"][0]["party"]),
        (&json!(null), &"notary".into())
    );
    // However long it takes, what is determined is not given up.
    pass(&city, &json!("2026-03-12T00:00:00Z"));
    given.store(true, Ordering::SeqCst);
    let drawn = until(&city, &path, |view| view["state"] == "drawn").await;
    assert_eq!(
        steps(&drawn)[4..],
        ["announced", "opened", "opened", "closed", "value_recorded", "drawn"]
    );
    assert!(drawn["fallback"].is_null(), "nobody knew the value when seeds were withheld");
    let says = checked(&city, &path).await;
    assert_eq!(says.seeds.iter().filter(|seed| seed.opened).count(), 2);
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_embedded() {
    held_by_a_beacon(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_kafka() {
    held_by_a_beacon(Backend::Mesh).await;
}
