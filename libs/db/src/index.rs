//! Indexes on tables that are in use.

use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::SchemaManager;

use crate::Dialect;
use crate::migrate::TURN;

/// Adds an index that lets nobody wait who reads or writes the table meanwhile. For migrations whose
/// `use_transaction` is `Some(false)`; what an attempt that was cut off left behind is made anew.
///
/// # Errors
/// When the database is away, or there is no such table or column.
pub async fn add_index(
    manager: &SchemaManager<'_>,
    name: &str,
    table: &str,
    columns: &[&str],
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let columns: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    let on = format!("\"{name}\" ON \"{table}\" ({})", columns.join(", "));
    if crate::dialect(connection) == Dialect::Sqlite {
        let make = format!("CREATE INDEX IF NOT EXISTS {on}");
        return connection.execute_unprepared(&make).await.map(drop);
    }
    // It keeps nobody waiting, so it may itself wait as long as it takes for transactions under way to end.
    connection.execute_unprepared("SET lock_timeout = 0").await?;
    let half = Statement::from_sql_and_values(
        connection.get_database_backend(),
        "SELECT 1 AS found FROM pg_index JOIN pg_class ON pg_class.oid = pg_index.indexrelid \
         WHERE relname = $1 AND relnamespace = current_schema()::regnamespace AND NOT indisvalid",
        [name.into()],
    );
    if connection.query_one_raw(half).await?.is_some() {
        connection.execute_unprepared(&format!("DROP INDEX CONCURRENTLY \"{name}\"")).await?;
    }
    let make = format!("CREATE INDEX CONCURRENTLY IF NOT EXISTS {on}");
    connection.execute_unprepared(&make).await?;
    connection.execute_unprepared(&format!("SET lock_timeout = '{TURN}'")).await.map(drop)
}
