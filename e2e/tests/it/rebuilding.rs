//! `tongban rebuild` on the real binary, beside the processes at work.

use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use tongban_db::Db;
use tongban_e2e::{SERVICES, Story};

use crate::running::Running;

/// Whether the command was content, and what it said of each table: missing, extra and changed rows.
async fn rebuild(running: &Running, given: &[&str]) -> (bool, Vec<(String, [i64; 3])>) {
    let (content, said) = running.ask(&[&["rebuild"], given].concat()).await;
    let line = said.lines().rev().find(|line| line.starts_with('{'));
    let line = line.unwrap_or_else(|| panic!("no line of JSON in {said}"));
    let said: Value = serde_json::from_str(line).unwrap();
    let tables = said["tables"].as_array().unwrap().iter().map(|one| {
        let counts = ["missing", "extra", "changed"].map(|sort| one[sort].as_i64().unwrap());
        (one["table"].as_str().unwrap().to_owned(), counts)
    });
    (content, tables.collect())
}

async fn rebuilds(running: Running) {
    let city = running.city();
    let mut silent = |_: &str| {};
    tongban_e2e::elder(&mut Story::new(&city, &mut silent)).await.unwrap();
    for service in SERVICES {
        let (content, tables) = rebuild(&running, &[service, "--check"]).await;
        assert!(content && tables.len() > 1, "{service}: {tables:?}");
        assert!(tables.iter().all(|(_, counts)| *counts == [0; 3]), "{service}: {tables:?}");
    }
    let db = Db::open(&running.settings().storage(), "licences").await.unwrap();
    let damages = [
        "DELETE FROM licence",
        "UPDATE ledger_aggregate SET version = 99 WHERE aggregate = 'licence'",
    ];
    for damage in damages {
        assert_eq!(db.write().execute_unprepared(damage).await.unwrap().rows_affected(), 1);
    }
    db.close().await.unwrap();
    let found = [("ledger_aggregate", [0, 0, 1]), ("licence", [1, 0, 0]), ("pulse", [0; 3])];
    let found = found.map(|(table, counts)| (table.to_owned(), counts)).to_vec();
    for (given, content) in [(&["licences", "--check"][..], false), (&["licences"], true)] {
        assert_eq!(rebuild(&running, given).await, (content, found.clone()));
    }
    let (content, tables) = rebuild(&running, &["licences", "--check"]).await;
    assert!(content && tables.iter().all(|(_, counts)| *counts == [0; 3]), "{tables:?}");
    tongban_e2e::elder(&mut Story::new(&city, &mut silent)).await.unwrap();
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebuilds_beside_one_process() {
    rebuilds(Running::whole().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebuilds_beside_a_mesh() {
    rebuilds(Running::mesh().await).await;
}
