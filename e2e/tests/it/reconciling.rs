//! `tongban verify city` on the real binary: equal counts pass, each kind of difference is found.

use std::fmt::Write as _;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tongban_db::Db;
use tongban_e2e::Story;

use crate::running::Running;

/// What the command says, and whether it was content.
async fn verify(running: &Running, told: &Value, settle: &str) -> (bool, Value) {
    let file = running.settings().data_dir.join("acknowledged.json");
    std::fs::write(&file, told.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let what = ["verify", "city", "--settle", settle, "--acknowledged", file];
    let (content, said) = running.ask(&what).await;
    let line = said.lines().rev().find(|line| line.starts_with('{'));
    let line = line.unwrap_or_else(|| panic!("no line of JSON in {said}"));
    (content, serde_json::from_str(line).unwrap())
}

fn differences(said: &Value) -> String {
    let found = said["differences"].as_array().into_iter().flatten();
    found.fold(String::new(), |mut all, one| {
        let _ = writeln!(all, "{}", one.as_str().unwrap_or_default());
        all
    })
}

/// Takes something away behind the service's back.
async fn sql(running: &Running, service: &str, text: &str) {
    let db = Db::open(&running.settings().storage(), service).await.unwrap();
    assert_eq!(db.write().execute_unprepared(text).await.unwrap().rows_affected(), 1, "{text}");
    db.close().await.unwrap();
}

async fn reconciles(running: Running) {
    let city = running.city();
    let mut silent = |_: &str| {};
    tongban_e2e::elder(&mut Story::new(&city, &mut silent)).await.unwrap();
    let told = json!({
        "tongban.intake.case": {"submitted": 1, "accepted": 1, "decided": 1, "licence_recorded": 1},
        "tongban.licences.licence": {"issued": 1},
        "tongban.reviews.review": {"opened": 1, "given": 1},
    });
    let (content, said) = verify(&running, &told, "60").await;
    assert!(content, "{said:#}");
    assert_eq!(differences(&said), "");
    let readers = said["readers"].as_array().unwrap();
    let reader = readers.iter().find(|one| one["consumer"] == "reviews.cases").unwrap();
    assert_eq!((&reader["consumed"], &reader["stored"]), (&json!(4), &json!(4)));

    let more = json!({"tongban.intake.case": {"submitted": 2, "flown_away": 1}});
    let (content, said) = verify(&running, &more, "0").await;
    let found = differences(&said);
    assert!(!content && found.contains("submitted: 2 acknowledged, 1 stored"), "{found}");
    assert!(found.contains("flown_away: 1 acknowledged, 0 stored"), "{found}");

    sql(&running, "reviews", "DELETE FROM event_inbox WHERE consumer = 'reviews.cases'").await;
    sql(&running, "licences", "DELETE FROM ledger_event WHERE name = 'issued'").await;
    let (content, said) = verify(&running, &told, "0").await;
    let found = differences(&said);
    assert!(!content, "{said:#}");
    assert!(
        found.contains("reviews.cases of tongban.intake.case: 4 stored, 0 consumed"),
        "{found}"
    );
    assert!(found.contains("tongban.licences.licence: 0 events stored, 1 by the heads"), "{found}");
    assert!(found.contains("issued: 1 acknowledged, 0 stored"), "{found}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconciles_one_process() {
    reconciles(Running::whole().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconciles_mesh() {
    reconciles(Running::mesh().await).await;
}
