//! A disk that takes no more, and then has room again.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};
use tongban_db::{Db, is_full, to_fault};
use tongban_kernel::fault::STORAGE_FULL;
use tongban_testkit::{Backend, remove};

async fn insert(transaction: &DatabaseTransaction, bytes: u32) -> Result<(), DbErr> {
    let sql = format!("INSERT INTO thing (content) VALUES (zeroblob({bytes}))");
    transaction.execute_unprepared(&sql).await.map(drop)
}

/// Rows that others see.
async fn count(db: &Db) -> i64 {
    let sql = "SELECT COUNT(*) AS count FROM thing";
    let statement = Statement::from_string(db.read().get_database_backend(), sql);
    db.read().query_one_raw(statement).await.unwrap().unwrap().try_get("", "count").unwrap()
}

/// SQLite rolls back by itself when the disk is full; what is committed afterwards is committed all the same.
#[tokio::test]
async fn what_is_committed_after_a_full_disk_is_there() {
    let settings = Backend::Embedded.settings();
    let db = Db::open(&settings.storage(), "full").await.unwrap();
    let table = "CREATE TABLE thing (id INTEGER PRIMARY KEY, content BLOB)";
    db.write().execute_unprepared(table).await.unwrap();
    db.write().execute_unprepared("PRAGMA max_page_count = 20").await.unwrap();

    let transaction = db.begin().await.unwrap();
    insert(&transaction, 10).await.unwrap();
    let error = insert(&transaction, 1_000_000).await.unwrap_err();
    assert!(is_full(&error), "{error}");
    assert_eq!(to_fault(error).code(), STORAGE_FULL);
    drop(transaction);
    assert_eq!(count(&db).await, 0, "nothing half done");

    let abandoned = db.begin().await.unwrap();
    insert(&abandoned, 10).await.unwrap();
    abandoned.rollback().await.unwrap();
    for wanted in 1..=2 {
        let transaction = db.begin().await.unwrap();
        insert(&transaction, 10).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(count(&db).await, wanted, "committed, and so seen by others");
    }
    db.close().await.unwrap();
    remove(&settings).await;
}
