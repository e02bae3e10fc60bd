//! The database goes away and comes back.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tongban_contracts::matters::MatterEvent;
use tongban_matters::Matters;
use tongban_testkit::{Line, TestCity, city_on_a_line, eventually};

use crate::fixtures::{MATTERS, as_editor, entry, named, published};

async fn city() -> (TestCity, Line) {
    city_on_a_line(vec![Arc::new(Matters)]).await
}

async fn items(city: &TestCity) -> Value {
    eventually("the search to answer", async || {
        let answer = city.anyone().get(MATTERS).await;
        (answer.status == 200).then(|| answer.body["items"].clone())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_the_catalogue_asks_for_patience() {
    let (city, line) = city().await;
    let (path, first) = published(&city).await;
    line.cut();
    let keyed = as_editor(&city).with_key("k");
    let body = named("第二项");
    let (editor, anyone) = (as_editor(&city), city.anyone());
    let (posted, put, read, found) = tokio::join!(
        keyed.post(MATTERS, &body),
        editor.put(&path, &body),
        anyone.get(&path),
        anyone.get(MATTERS)
    );
    for answer in [posted, put, read, found] {
        let answer = answer.expect(503);
        assert_eq!(answer.code(), "unavailable");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
        assert!(answer.body.get("detail").is_none());
    }
    assert_eq!(city.anyone().get("/health/ready").await.status, 503);
    assert_eq!(city.anyone().get("/health/live").await.status, 200);
    city.anyone().post(MATTERS, &body).await.expect(401);

    line.mend();
    // Connections that lay idle for a second are asked for a sign of life before they are used.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let made = keyed.post(MATTERS, &body).await.expect(201);
    assert_eq!(keyed.post(MATTERS, &body).await.expect(201).body, made.body);
    assert_eq!(items(&city).await.as_array().unwrap().len(), 2);
    assert_eq!(city.anyone().get(&path).await.expect(200).body, first.body, "not half done");
    let told = city.published::<MatterEvent>(|seen| seen.len() >= 2).await;
    assert_eq!(told.len(), 2);
    city.stop().await;
}

/// Cut at any moment: whatever the caller saw, the same request leads to one matter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_in_the_middle_a_request_counts_once_or_not_at_all() {
    let (city, line) = city().await;
    published(&city).await;
    for round in 0..12_u64 {
        let keyed = as_editor(&city).with_key(&format!("k{round}"));
        let body = named(&format!("第{round}轮"));
        let (first, ()) = tokio::join!(keyed.post(MATTERS, &body), async {
            tokio::time::sleep(Duration::from_millis(2 * round)).await;
            line.cut();
        });
        assert!([201, 503].contains(&first.status), "{:#}", first.body);
        line.mend();
        let made = eventually("the same request to succeed", async || {
            let answer = keyed.post(MATTERS, &body).await;
            assert!([201, 503].contains(&answer.status), "{:#}", answer.body);
            (answer.status == 201).then_some(answer)
        })
        .await;
        if first.status == 201 {
            assert_eq!(first.body, made.body);
        }
    }
    assert_eq!(items(&city).await.as_array().unwrap().len(), 13);
    let told = city.published::<MatterEvent>(|seen| seen.len() >= 13).await;
    assert_eq!(told.len(), 13);
    let mut revisions: Vec<_> =
        told.iter().map(|event| event.value()["revision"].clone()).collect();
    revisions.dedup();
    assert_eq!(revisions, [json!(1)]);
    assert_eq!(
        told.iter().filter(|event| event.value()["matter"]["name"] == entry()["name"]).count(),
        1
    );
    city.stop().await;
}
