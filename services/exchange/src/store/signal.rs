//! `reading_signal` and `reading_suspect`: signals of unusual reading and the calls they name.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, IntoActiveModel as _, QueryOrder, QuerySelect, Statement};
use tongban_db::{Db, among, containing, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};

/// Rows of one statement: SQLite takes 32,766 values.
const TOGETHER: usize = 1_000;
/// Calls of one signal that are shown.
const SHOWN: u64 = 500;

/// One signal.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reading_signal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    /// What the calls have in common.
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
    /// The smallest region that holds the resources read.
    pub region: String,
    /// Bodies that called, with blanks between.
    pub bodies: String,
    pub calls: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A call that a signal names.
pub mod suspect {
    use sea_orm::entity::prelude::*;

    /// One of them.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reading_suspect")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub signal: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub call: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Takes the one place from which signals are written; whoever else comes waits.
pub async fn take_turn(transaction: &DatabaseTransaction, now: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO reading_signal_run (id, at) VALUES (1, $1) \
               ON CONFLICT (id) DO UPDATE SET at = excluded.at";
    run(transaction, sql, now).await
}

async fn run(transaction: &DatabaseTransaction, sql: &str, value: i64) -> Result<(), Fault> {
    let backend = transaction.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [value.into()]);
    transaction.execute_raw(statement).await.map(drop).map_err(tongban_db::to_fault)
}

/// Signals that reach into the time from `from` on.
pub async fn reaching(transaction: &DatabaseTransaction, from: i64) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::UntilAt.gte(from))
        .order_by_asc(Column::FromAt)
        .order_by_asc(Column::Id)
        .all(transaction)
        .await
        .map_err(tongban_db::to_fault)
}

/// All calls that these signals name, by signal.
pub async fn named_by(
    transaction: &DatabaseTransaction,
    signals: &[String],
) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for some in signals.chunks(TOGETHER) {
        let rows = suspect::Entity::find()
            .filter(among(suspect::Column::Signal, some))
            .all(transaction)
            .await
            .map_err(tongban_db::to_fault)?;
        for row in rows {
            found.entry(row.signal).or_default().insert(row.call);
        }
    }
    Ok(found)
}

/// Writes signals in place of those that began from `from` on, and of those of the same identifiers.
pub async fn replace(
    transaction: &DatabaseTransaction,
    from: i64,
    signals: Vec<(Model, Vec<suspect::Model>)>,
) -> Result<(), Fault> {
    let sql = "DELETE FROM reading_suspect WHERE signal IN \
               (SELECT id FROM reading_signal WHERE from_at >= $1)";
    run(transaction, sql, from).await?;
    run(transaction, "DELETE FROM reading_signal WHERE from_at >= $1", from).await?;
    let (signals, suspects): (Vec<_>, Vec<_>) = signals.into_iter().unzip();
    let suspects: Vec<suspect::Model> = suspects.into_iter().flatten().collect();
    for some in signals.chunks(TOGETHER) {
        let rows = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        let told = [
            Column::Method,
            Column::Rule,
            Column::UntilAt,
            Column::Region,
            Column::Bodies,
            Column::Calls,
        ];
        let there = OnConflict::column(Column::Id).update_columns(told).to_owned();
        let done = Entity::insert_many(rows).on_conflict(there);
        done.exec_without_returning(transaction).await.map_err(tongban_db::to_fault)?;
    }
    for some in suspects.chunks(TOGETHER) {
        let rows = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        let key = [suspect::Column::Signal, suspect::Column::Call];
        let there = OnConflict::columns(key).do_nothing().to_owned();
        let done = suspect::Entity::insert_many(rows).on_conflict(there);
        done.exec_without_returning(transaction).await.map_err(tongban_db::to_fault)?;
    }
    Ok(())
}

/// The first calls that a signal names: their identifiers rise with time.
pub async fn evidence(db: &Db, signal: &str) -> Result<Vec<String>, Fault> {
    let rows = suspect::Entity::find()
        .filter(suspect::Column::Signal.eq(signal))
        .order_by_asc(suspect::Column::Call)
        .limit(SHOWN)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.call).collect())
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
    body: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(paging::within(Column::Region, region));
    if let Some(kind) = kind {
        query = query.filter(Column::Kind.eq(kind));
    }
    if let Some(body) = body {
        query = query.filter(containing(db.read(), Column::Bodies, body));
    }
    let rows = paging::falling::<_, i64>(query, Column::UntilAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.until_at, row.id)))
}
