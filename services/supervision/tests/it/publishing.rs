//! Publication, its clock, and what goes to other platforms.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{TimeZone, Utc};
use serde_json::{Value, json};
use tongban_contracts::publications::PublicationEvent;
use tongban_kernel::Role;
use tongban_supervision::Supervision;
use tongban_testkit::people::{HAIZHOU, officer};
use tongban_testkit::{Backend, TestCity, eventually, on_every_backend};

use crate::onsite::*;

const VISIT: &str = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a02";

/// The only thing that a body has to publish.
async fn due(city: &TestCity, body: &str, query: &str) -> Value {
    let approver = city.caller(&approver(body));
    eventually("something to publish", async || {
        let path = format!("/supervision/v1/due-publications{query}");
        let list = approver.get(&path).await.expect(200).body;
        list["items"].as_array().unwrap().first().cloned()
    })
    .await
}

fn publication(id: &Value, step: &str) -> String {
    format!("/supervision/v1/publications/{}{step}", id.as_str().unwrap())
}

on_every_backend! {
    services: vec![Arc::new(Supervision)],

    async fn a_result_is_published_corrected_and_withdrawn_openly(city: &TestCity) {
        ordered(city, VISIT).await;
        inspected(city, VISIT, MARKET, "food.1", "3").await;
        let waiting = due(city, MARKET, "").await;
        assert_eq!((&waiting["due"], &waiting["overdue"]), (&json!("2026-04-09"), &json!(false)));
        let id = &waiting["id"];
        city.anyone().get(&publication(id, "")).await.expect(404);
        let stranger = city.caller(&approver(FIRE));
        let path = publication(id, "/publication");
        assert_eq!(stranger.post(&path, &json!({})).await.expect(403).code(), "not_your_body");
        let approver = city.caller(&approver(MARKET));
        let shown = approver.post(&path, &json!({})).await.expect(200).body;
        assert_eq!((&shown["shown_until"], &shown["text"]["code"]), (&json!("2031-03-11"), &json!("3")));
        corrected(city, VISIT, MARKET).await;
        let shown = eventually("what is shown to follow", async || {
            let shown = city.anyone().get(&publication(id, "")).await.expect(200).body;
            (shown["text"]["code"] == "E").then_some(shown)
        })
        .await;
        assert_eq!(shown["former"][0]["text"]["code"], "3");
        let withdrawal = json!({"reason": "复议撤销"});
        approver.post(&publication(id, "/withdrawal"), &withdrawal).await.expect(200);
        let shown = city.anyone().get(&publication(id, "")).await.expect(200).body;
        assert_eq!((&shown["stage"], &shown["withdrawn_because"]), (&json!("withdrawn"), &json!("复议撤销")));
        let list = city.anyone().get("/supervision/v1/publications").await.expect(200).body;
        assert_eq!(list["items"][0]["stage"], "withdrawn");
    }

    async fn what_is_overdue_lights_up(city: &TestCity) {
        ordered(city, VISIT).await;
        inspected(city, VISIT, MARKET, "food.1", "1").await;
        due(city, MARKET, "").await;
        city.set_time(Utc.with_ymd_and_hms(2026, 4, 10, 2, 0, 0).unwrap());
        let late = due(city, MARKET, "?overdue=true").await;
        assert_eq!(late["overdue"], true);
        let told = city.published::<PublicationEvent>(|seen| seen.len() >= 2).await;
        assert!(matches!(told[1].read().unwrap(), PublicationEvent::Overdue { .. }));
        let supervisor = officer("s", "11320706MB0000001B", HAIZHOU, &[Role::Supervisor]);
        let list = city.caller(&supervisor).get("/supervision/v1/due-publications?overdue=true").await;
        assert_eq!(list.expect(200).body["items"].as_array().unwrap().len(), 1);
    }

    async fn a_natural_person_is_masked_and_a_penalty_shown_for_its_time(city: &TestCity) {
        let handler = city.caller(&handler(MARKET));
        let mut penalty = json!({
            "number": "示例罚〔2026〕1 号", "title": "张建国无证经营案", "small": true,
            "subject_code": "320706194803120014", "subject_name": "张建国", "natural_person": true,
            "summary": "张建国（320706194803120014）无证经营", "handling": "罚款 200 元",
            "decided_on": "2026-03-10", "body_name": "示例单位",
        });
        let registered = handler.post("/supervision/v1/penalties", &penalty).await.expect(201).body;
        let again = handler.post("/supervision/v1/penalties", &penalty).await.expect(409);
        assert_eq!(again.code(), "already_registered");
        penalty["subject_code"] = "320706194803120015".into();
        let wrong = handler.post("/supervision/v1/penalties", &penalty).await.expect(422);
        assert_eq!(wrong.pointers(), ["/subject_code"]);
        let id = &registered["id"];
        let approver = city.caller(&approver(MARKET));
        approver.post(&publication(id, "/publication"), &json!({})).await.expect(200);
        let shown = city.anyone().get(&publication(id, "")).await.expect(200).body;
        assert_eq!(shown["shown_until"], "2026-06-11");
        let list = city.anyone().get("/supervision/v1/publications").await.expect(200).body;
        for text in [shown.to_string(), list.to_string()] {
            assert!(!text.contains("张建国") && !text.contains("320706194803120014"), "{text}");
            assert!(text.contains("张**"));
        }
        let correction = json!({"summary": "无证经营", "handling": "罚款 100 元", "reason": "录入有误"});
        approver.post(&publication(id, "/correction"), &correction).await.expect(200);
        city.set_time(Utc.with_ymd_and_hms(2026, 6, 12, 2, 0, 0).unwrap());
        city.anyone().get(&publication(id, "")).await.expect(404);
        let list = city.anyone().get("/supervision/v1/publications").await.expect(200).body;
        assert_eq!(list["items"], json!([]), "no longer shown");
    }

    async fn what_became_of_a_penalty_reaches_publication_and_credit_in_its_time(city: &TestCity) {
        let penalty = |number: &str| json!({
            "number": number, "title": "示例案", "small": false, "subject_code": RESTAURANT,
            "subject_name": "云港示例餐饮有限公司（示例）", "natural_person": false, "summary": "罚款 5000 元",
            "handling": "罚款 5000 元", "decided_on": "2026-03-10", "body_name": "示例单位",
        });
        let mut ids = Vec::new();
        for number in ["示例罚〔2026〕2 号", "示例罚〔2026〕3 号"] {
            let by = city.caller(&handler(MARKET));
            let registered = by.post("/supervision/v1/penalties", &penalty(number)).await.expect(201);
            let id = registered.body["id"].clone();
            city.caller(&approver(MARKET)).post(&publication(&id, "/publication"), &json!({})).await.expect(200);
            ids.push(id);
        }
        let supervisor = officer("s", "11320706MB0000001B", HAIZHOU, &[Role::Supervisor]);
        let credit = async |wanted: fn(&Value) -> bool| {
            let path = format!("/supervision/v1/credit/{RESTAURANT}");
            eventually("the credit to follow", async || {
                let answer = city.caller(&supervisor).get(&path).await;
                (answer.status == 200 && wanted(&answer.body)).then_some(answer.body)
            })
            .await
        };
        credit(|credit| credit["counted"].as_array().unwrap().len() == 2).await;

        let changed = json!({"fate": "changed", "basis": "示例复决 1 号", "on": "2026-03-11"});
        let revoked = json!({"fate": "revoked", "basis": "示例复决 2 号", "on": "2026-03-11"});
        for (id, change) in [(&ids[0], &changed), (&ids[1], &revoked)] {
            let path = publication(id, "/overruling");
            let stranger = city.caller(&handler(FIRE)).post(&path, change).await.expect(403);
            assert_eq!(stranger.code(), "not_your_body");
            city.caller(&approver(MARKET)).post(&path, change).await.expect(403);
            let reported = city.caller(&handler(MARKET)).post(&path, change).await.expect(200).body;
            assert_eq!((&reported["stage"], &reported["overruled"]["due"]), (&json!("overruled"), &json!("2026-03-16")));
            let again = city.caller(&handler(MARKET)).post(&path, change).await.expect(409);
            assert_eq!(again.code(), "already_reported");
        }
        let correction = json!({"summary": "罚款 2000 元", "handling": "罚款 2000 元", "reason": "复议变更"});
        let path = publication(&ids[0], "/correction");
        city.caller(&approver(MARKET)).post(&path, &correction).await.expect(200);
        let restated = credit(|credit| credit["entries"].to_string().contains("2000")).await;
        assert_eq!(restated["counted"].as_array().unwrap().len(), 2, "points and term stay");

        city.set_time(Utc.with_ymd_and_hms(2026, 3, 17, 2, 0, 0).unwrap());
        let late = due(city, MARKET, "?overdue=true").await;
        assert_eq!((&late["id"], &late["stage"], &late["due"]), (&ids[1], &json!("overruled"), &json!("2026-03-16")));
        let list = city.caller(&supervisor).get("/supervision/v1/due-publications?overdue=true").await;
        assert_eq!(list.expect(200).body["items"].as_array().unwrap().len(), 1, "a supervisor sees it");
        let told = city.published::<PublicationEvent>(|seen| {
            seen.iter().any(|one| matches!(one.read().unwrap(), PublicationEvent::WithdrawalOverdue { .. }))
        });
        told.await;
        let path = publication(&ids[1], "/correction");
        let refused = city.caller(&approver(MARKET)).post(&path, &correction).await.expect(409);
        assert_eq!(refused.code(), "must_be_withdrawn");
        let withdrawal = json!({"reason": "复议撤销"});
        let path = publication(&ids[1], "/withdrawal");
        city.caller(&approver(MARKET)).post(&path, &withdrawal).await.expect(200);
        let better = credit(|credit| credit["counted"].as_array().unwrap().len() == 1).await;
        let ended: Vec<_> = better["entries"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
        assert!(ended.contains(&&json!("cancelled")), "{ended:?}");
        let waiting = city.caller(&supervisor).get("/supervision/v1/due-publications").await;
        assert_eq!(waiting.expect(200).body["items"], json!([]));
    }
}

/// A platform that takes records, away at first.
#[derive(Clone, Default)]
struct Platform(Arc<Mutex<(bool, HashMap<String, Value>)>>);

async fn take(State(platform): State<Platform>, headers: HeaderMap, body: String) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, time) = (header("tongban-record"), header("tongban-time"));
    let expected = signature(&id, &time, &body);
    assert_eq!(header("tongban-signature"), format!("hmac-sm3={expected}"));
    let mut state = platform.0.lock().unwrap();
    if !state.0 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    state.1.insert(id, serde_json::from_str(&body).unwrap());
    StatusCode::ACCEPTED
}

const SECRET: &str = "a secret of the province's";

fn signature(id: &str, time: &str, body: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sm3::Sm3>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{id}.{time}.{body}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Nothing is lost while a platform is away; what its list lacks goes again.
async fn records_reach_the_province(backend: Backend) {
    let platform = Platform::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().route("/in", post(take)).with_state(platform.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut settings = backend.settings();
    settings.exports = vec![format!("province=http://{address}/in")];
    std::fs::create_dir_all(&settings.data_dir).unwrap();
    let secrets = settings.data_dir.join("export-secrets");
    std::fs::write(&secrets, format!("province={SECRET}\n")).unwrap();
    settings.export_secrets_file = Some(secrets);
    let city = TestCity::start_with(settings, vec![Arc::new(Supervision)]).await;

    ordered(&city, VISIT).await;
    inspected(&city, VISIT, MARKET, "food.1", "1").await;
    let id = due(&city, MARKET, "").await["id"].clone();
    let approver = city.caller(&approver(MARKET));
    approver.post(&publication(&id, "/publication"), &json!({})).await.expect(200);
    let operator = city.caller(&officer("o", MARKET, HAIZHOU, &[Role::Operator]));
    let path = "/supervision/v1/exports/province";
    let state = async || operator.get(path).await.expect(200).body["items"][0].clone();
    eventually("an attempt that failed", async || {
        (state().await["attempts"].as_i64()? > 0).then_some(())
    })
    .await;
    assert_eq!(state().await["state"], "waiting");
    platform.0.lock().unwrap().0 = true;
    // The next attempt comes after a pause, by the city's clock.
    city.set_time(Utc.with_ymd_and_hms(2026, 3, 11, 4, 0, 0).unwrap());
    let operator = city.caller(&officer("o", MARKET, HAIZHOU, &[Role::Operator]));
    let state = async || operator.get(path).await.expect(200).body["items"][0].clone();
    let delivered = eventually("the record to be taken", async || {
        let state = state().await;
        (state["state"] == "delivered").then_some(state)
    })
    .await;
    let record = delivered["record"]["id"].as_str().unwrap().to_owned();
    assert_eq!(platform.0.lock().unwrap().1[&record]["result_code"], "1");

    let list =
        json!({"from": "2026-03-11T00:00:00Z", "until": "2026-03-12T00:00:00Z", "records": []});
    let reconciliation = format!("{path}/reconciliation");
    platform.0.lock().unwrap().1.clear();
    let compared = operator.post(&reconciliation, &list).await.expect(200).body;
    assert_eq!(compared["missing"], json!([record]));
    eventually("the record to go again", async || {
        platform.0.lock().unwrap().1.contains_key(&record).then_some(())
    })
    .await;
    eventually("the record to be delivered", async || {
        (state().await["state"] == "delivered").then_some(())
    })
    .await;
    let stranger = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c";
    let mut list = list.clone();
    list["records"] = json!([
        {"id": record, "accepted": false, "reason": "缺少检查结果代码"}, {"id": stranger, "accepted": true},
    ]);
    let compared = operator.post(&reconciliation, &list).await.expect(200).body;
    assert_eq!(
        (&compared["rejected"], &compared["unknown"]),
        (&json!([record]), &json!([stranger]))
    );
    assert_eq!(state().await["answer"], "缺少检查结果代码");
    operator.post(&format!("{path}/records/{record}/attempt"), &json!({})).await.expect(204);
    list["records"] = json!([{"id": record, "accepted": true}]);
    let compared = operator.post(&reconciliation, &list).await.expect(200).body;
    assert_eq!(compared["accepted"], 1);
    assert_eq!(state().await["state"], "accepted");
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_reach_the_province_sqlite_embedded() {
    records_reach_the_province(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_reach_the_province_postgres_kafka() {
    records_reach_the_province(Backend::Mesh).await;
}
