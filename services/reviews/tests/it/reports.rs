//! Reports to the higher platform.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{TimeZone as _, Utc};
use serde_json::{Value, json};
use tongban_kernel::Role;
use tongban_reviews::Reviews;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{Backend, TestCity, eventually};

use crate::fixtures::{decision, opened, review_of, zhang};

const SECRET: &str = "a secret of the province's";
const CASE: &str = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77";

/// A platform that takes records, away at first.
#[derive(Clone, Default)]
struct Platform(Arc<Mutex<(bool, HashMap<String, Value>)>>);

async fn take(State(platform): State<Platform>, headers: HeaderMap, body: String) -> StatusCode {
    let envelope: Value = serde_json::from_str(&body).unwrap();
    // The record as it stands in the envelope, to the byte.
    let at = body.find(r#""params":"#).unwrap() + r#""params":"#.len();
    let record = &body[at..body.len() - 1];
    let signed = (envelope["appMark"].as_str().unwrap(), envelope["time"].to_string());
    assert_eq!(envelope["sign"], signature(signed.0, &signed.1, record));
    let mut state = platform.0.lock().unwrap();
    if !state.0 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let id = headers["tongban-record"].to_str().unwrap().to_owned();
    state.1.insert(id, envelope["params"].clone());
    StatusCode::OK
}

fn signature(mark: &str, time: &str, record: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sm3::Sm3>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{mark}.{time}.{record}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Records wait while the platform is away, reach it, and go again when its list lacks them.
async fn reports_reach_the_province(backend: Backend) {
    let platform = Platform::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().route("/in", post(take)).with_state(platform.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut settings = backend.settings();
    // What is for supervision is none of its business.
    settings.exports =
        vec![format!("reviews.province=http://{address}/in"), "province=http://127.0.0.1:9".into()];
    std::fs::create_dir_all(&settings.data_dir).unwrap();
    let secrets = settings.data_dir.join("export-secrets");
    std::fs::write(&secrets, format!("reviews.province={SECRET}\nprovince={SECRET}\n")).unwrap();
    settings.export_secrets_file = Some(secrets);
    let city = TestCity::start_with(settings, vec![Arc::new(Reviews)]).await;

    opened(&city, CASE, &decision()).await;
    let opinion = json!({"stars": 2, "tags": ["209"], "text": "打13800008001没人接"});
    city.caller(&zhang()).post(&review_of(CASE), &opinion).await.expect(201);
    let operator = || city.caller(&officer("o", APPROVAL_BUREAU, HAIZHOU, &[Role::Operator]));
    let path = "/reviews/v1/exports/province";
    let waiting = eventually("an attempt that failed", async || {
        let list = operator().get(path).await.expect(200).body["items"].as_array()?.clone();
        let tried = list.iter().any(|one| one["attempts"].as_i64() > Some(0));
        (list.len() == 2 && tried).then_some(list)
    })
    .await;
    assert!(waiting.iter().all(|one| one["state"] == "waiting"));
    platform.0.lock().unwrap().0 = true;
    // The next attempt comes after a pause, by the city's clock.
    city.set_time(Utc.with_ymd_and_hms(2026, 3, 11, 4, 0, 0).unwrap());
    let taken = eventually("both records", async || {
        let taken = platform.0.lock().unwrap().1.clone();
        (taken.len() == 2).then_some(taken)
    })
    .await;
    let of = |kind: &str| {
        let found = taken.iter().find(|(_, params)| params["kind"] == kind);
        found.map(|(id, params)| (id.clone(), params["record"].clone())).unwrap()
    };
    let (_, service) = of("service");
    assert_eq!(service["areaCode"], "320706000000");
    assert_eq!((&service["userProp"], &service["userPageType"]), (&json!("1"), &json!("111")));
    assert_eq!(service["projectType"], "2", "it is not decided on the spot");
    let (evaluation_id, evaluation) = of("evaluation");
    assert_eq!(evaluation["projectNo"], service["projectNo"]);
    assert_eq!(
        (&evaluation["satisfaction"], &evaluation["evalDetail"]),
        (&json!("2"), &json!("209"))
    );
    let text = evaluation["writingEvaluation"].as_str().unwrap();
    assert!(!text.contains("13800008001"), "{text}");
    assert!(evaluation.get("userName").is_none() && evaluation.get("name").is_none());

    eventually("both to be delivered", async || {
        let list = operator().get(path).await.expect(200).body["items"].as_array()?.clone();
        list.iter().all(|one| one["state"] == "delivered").then_some(())
    })
    .await;
    // The province's list lacks the evaluation: it goes again.
    platform.0.lock().unwrap().1.remove(&evaluation_id);
    let service_id = of("service").0;
    let list = json!({"from": "2026-03-11T00:00:00Z", "until": "2026-03-12T00:00:00Z",
        "records": [{"id": service_id, "accepted": true}]});
    let reconciliation = format!("{path}/reconciliation");
    let compared = operator().post(&reconciliation, &list).await.expect(200).body;
    assert_eq!((&compared["accepted"], &compared["missing"]), (&json!(1), &json!([evaluation_id])));
    eventually("the evaluation again", async || {
        platform.0.lock().unwrap().1.contains_key(&evaluation_id).then_some(())
    })
    .await;
    city.anyone().get(path).await.expect(401);
    operator().get("/reviews/v1/exports/nobody").await.expect(404);
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_reach_the_province_sqlite_embedded() {
    reports_reach_the_province(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_reach_the_province_postgres_kafka() {
    reports_reach_the_province(Backend::Mesh).await;
}
