//! A submission while the database is away: told to wait, nothing half done, once in the end.

use serde_json::json;
use tongban_contracts::intake::CaseEvent;
use tongban_testkit::{city_on_a_line, eventually};

use crate::town::{self, CASES, MATTER};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_without_the_database_is_put_off_and_counts_once() {
    let (city, line) = city_on_a_line(town::services()).await;
    town::settle(&city).await;
    let company = city.caller(&town::org());
    let materials = town::materials(&company, &["M01", "M02", "M03", "M04"]).await;
    let body = json!({"matter_id": MATTER, "form": town::form(), "materials": materials});
    let keyed = company.with_key("filing");

    line.cut();
    let answer = keyed.post(CASES, &body).await.expect(503);
    assert_eq!(answer.code(), "unavailable");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert!(answer.headers.contains_key("retry-after"));

    line.mend();
    let made = eventually("the same submission to succeed", async || {
        let answer = keyed.post(CASES, &body).await;
        (answer.status == 201).then_some(answer)
    })
    .await;
    assert_eq!(keyed.post(CASES, &body).await.expect(201).body, made.body);
    let own = company.get(CASES).await.expect(200);
    assert_eq!(own.body["items"].as_array().map(Vec::len), Some(1), "nothing half done");
    let told = city.published::<CaseEvent>(|seen| !seen.is_empty()).await;
    assert_eq!(told.len(), 1);
    city.stop().await;
}
