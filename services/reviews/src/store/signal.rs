//! `review_signal` and `review_suspect`: signals of manipulation and the reviews they name.

use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait as _, IntoActiveModel as _, QueryOrder,
    QuerySelect, Statement,
};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};

use super::review::bad_cursor;
use crate::domain::figures::Counts;

/// Rows of one statement: SQLite takes 32,766 values.
const TOGETHER: usize = 1_000;

/// One signal.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_signal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    /// What the reviews have in common.
    pub common: String,
    pub method: String,
    /// Version of the published method.
    pub rule: String,
    /// Microseconds since 1970.
    pub from_at: i64,
    /// Microseconds since 1970.
    pub until_at: i64,
    /// Microseconds since 1970.
    pub found_at: i64,
    /// The smallest region that holds all bodies reviewed.
    pub region: String,
    /// With blanks between.
    pub bodies: String,
    pub reviews: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A review that a signal names.
pub mod suspect {
    use sea_orm::entity::prelude::*;

    /// One of them.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "review_suspect")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub signal: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub review: String,
        /// Month in which it was given.
        pub month: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Takes the one place from which signals are written; whoever else comes waits.
pub async fn take_turn(transaction: &DatabaseTransaction, now: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO review_signal_run (id, at) VALUES (1, $1) \
               ON CONFLICT (id) DO UPDATE SET at = excluded.at";
    run(transaction, sql, vec![now.into()]).await
}

async fn run(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: Vec<sea_orm::Value>,
) -> Result<(), Fault> {
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    connection.execute_raw(statement).await.map(drop).map_err(tongban_db::to_fault)
}

/// Writes signals in place of all that reach into the time from `from` on.
pub async fn replace(
    transaction: &DatabaseTransaction,
    from: i64,
    signals: Vec<(Model, Vec<suspect::Model>)>,
) -> Result<(), Fault> {
    let sql = "DELETE FROM review_suspect WHERE signal IN \
               (SELECT id FROM review_signal WHERE until_at >= $1)";
    run(transaction, sql, vec![from.into()]).await?;
    let sql = "DELETE FROM review_signal WHERE until_at >= $1";
    run(transaction, sql, vec![from.into()]).await?;
    let (signals, suspects): (Vec<_>, Vec<_>) = signals.into_iter().unzip();
    let suspects: Vec<suspect::Model> = suspects.into_iter().flatten().collect();
    for some in signals.chunks(TOGETHER) {
        let rows = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        let there = OnConflict::column(Column::Id).do_nothing().to_owned();
        let done = Entity::insert_many(rows).on_conflict(there);
        done.exec_without_returning(transaction).await.map_err(tongban_db::to_fault)?;
    }
    for some in suspects.chunks(TOGETHER) {
        let rows = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        let key = [suspect::Column::Signal, suspect::Column::Review];
        let there = OnConflict::columns(key).do_nothing().to_owned();
        let done = suspect::Entity::insert_many(rows).on_conflict(there);
        done.exec_without_returning(transaction).await.map_err(tongban_db::to_fault)?;
    }
    Ok(())
}

/// Reviews given from `month` on that some signal names.
pub async fn suspects_since(
    connection: &impl ConnectionTrait,
    month: &str,
) -> Result<BTreeSet<String>, Fault> {
    let rows = suspect::Entity::find()
        .filter(suspect::Column::Month.gte(month))
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.review).collect())
}

/// The reviews that a signal names.
pub async fn evidence(db: &Db, signal: &str) -> Result<Vec<String>, Fault> {
    let rows = suspect::Entity::find()
        .filter(suspect::Column::Signal.eq(signal))
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.review).collect())
}

/// A signal.
pub async fn find(db: &Db, id: &str) -> Result<Option<Model>, Fault> {
    Entity::find_by_id(id).one(db.read()).await.map_err(tongban_db::to_fault)
}

/// Signals in a region, the last ones first.
pub async fn list(
    db: &Db,
    region: &RegionCode,
    kind: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::Region.starts_with(region.prefix()));
    if let Some(kind) = kind {
        query = query.filter(Column::Kind.eq(kind));
    }
    if let Some(after) = &page.after {
        let parts = after.split_once('~').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id)));
        let (at, id) = parts.ok_or_else(bad_cursor)?;
        let place = Expr::tuple([Column::UntilAt.into_expr(), Column::Id.into_expr()]);
        query = query.filter(place.lt(Expr::tuple([Expr::value(at), Expr::value(id)])));
    }
    let rows = query
        .order_by_desc(Column::UntilAt)
        .order_by_desc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.until_at, row.id)))
}

/// What every matter at every body had in each of these months: item, body, month and reviews by stars.
pub async fn history(
    db: &Db,
    from: &str,
    until: &str,
) -> Result<Vec<(String, String, String, [i64; 5])>, Fault> {
    let sql = "SELECT item, body, month, one, two, three, four, five FROM review_rollup \
               WHERE dimension = 'matter' AND month >= $1 AND month <= $2";
    let backend = db.read().get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [from.into(), until.into()]);
    let rows = db.read().query_all_raw(statement).await.map_err(tongban_db::to_fault)?;
    let read = |row: sea_orm::QueryResult| {
        let mut stars = [0; 5];
        for (number, name) in stars.iter_mut().zip(Counts::NAMES.iter().skip(2)) {
            *number = row.try_get("", name)?;
        }
        Ok((row.try_get("", "item")?, row.try_get("", "body")?, row.try_get("", "month")?, stars))
    };
    rows.into_iter().map(read).collect::<Result<_, DbErr>>().map_err(tongban_db::to_fault)
}
