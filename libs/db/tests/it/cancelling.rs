//! A caller that goes away leaves nothing open.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tongban_db::{Db, Storage};
use tongban_testkit::Backend;

/// The transaction the connection's next statement runs in: another one each time, unless one was left open.
async fn transaction(connection: &DatabaseConnection) -> i64 {
    let sql = "SELECT txid_current() AS id";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get("", "id").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_caller_went_away_is_not_left_open() {
    let Storage::Postgres { url, schema_prefix, .. } = Backend::Mesh.settings().storage() else {
        panic!("not PostgreSQL")
    };
    let storage = Storage::Postgres { url, schema_prefix, max_connections: 1 };
    let db = Db::open(&storage, "cancelling").await.unwrap();
    for turn in 0..300 {
        let other = db.clone();
        let task = tokio::spawn(async move {
            let transaction =
                if turn % 2 == 0 { other.begin().await } else { other.snapshot().await };
            drop(transaction);
        });
        tokio::time::sleep(Duration::from_micros(turn * 5)).await;
        task.abort();
        let _ = task.await;
        let used = if turn % 2 == 0 { db.write() } else { db.read() };
        assert_ne!(transaction(used).await, transaction(used).await, "left open in turn {turn}");
    }
}
