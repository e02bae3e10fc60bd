//! Who reads in the middle of writing waits for nobody who does the same.

use sea_orm::sqlx::{self, PgConnection};
use tongban_db::Db;
use tongban_testkit::Backend;

/// With one pool for all, as many writers as it has connections would each wait for another's.
#[tokio::test]
async fn as_many_as_can_write_can_read_meanwhile() {
    let mut settings = Backend::Mesh.settings();
    settings.database_connections = 6;
    let db = Db::open(&settings.storage(), "nesting").await.unwrap();
    let one = db.begin().await.unwrap();
    let other = db.begin().await.unwrap();
    db.ping().await.unwrap();
    let number = async |session: &mut PgConnection| {
        sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(session).await
    };
    for _ in 0..4 {
        assert_eq!(db.on_session(number).await.unwrap(), 1);
    }
    let snapshot = db.snapshot().await.unwrap();
    for transaction in [one, other, snapshot] {
        transaction.rollback().await.unwrap();
    }
}
