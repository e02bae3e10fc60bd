//! `call_fact`: calls as signals look at them, and what callers did before.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, IntoActiveModel as _, QueryOrder, Statement};
use tongban_db::Db;
use tongban_kernel::{Fault, RegionCode};

use crate::domain::signals::Past;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_fact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who called.
    pub who: String,
    /// Body that called.
    pub body: String,
    /// Region of the resource.
    pub region: String,
    pub grant_id: String,
    /// Keyed hash of whom it was about.
    pub subject: Option<String>,
    pub case_number: Option<String>,
    /// Whether the purpose needs a case.
    pub needs_case: bool,
    /// Whether it was answered; refused otherwise.
    pub answered: bool,
    /// 1 when it was made outside of the body's hours, 0 otherwise.
    pub outside: i64,
    /// Day in China.
    pub day: NaiveDate,
    /// Microseconds since 1970.
    pub called_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes one; what is noted stays.
pub async fn note(transaction: &DatabaseTransaction, row: Model) -> Result<(), Fault> {
    Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Calls from a moment on, oldest first.
pub async fn since(db: &Db, from: DateTime<Utc>) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::CalledAt.gte(from.timestamp_micros()))
        .order_by_asc(Column::CalledAt)
        .order_by_asc(Column::Id)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// How many there are from a moment on, and the time of the last one.
pub async fn number_since(db: &Db, from: DateTime<Utc>) -> Result<(i64, i64), Fault> {
    let sql = "SELECT COUNT(*) AS number, COALESCE(MAX(called_at), 0) AS last FROM call_fact \
               WHERE called_at >= $1";
    let statement = statement(db, sql, vec![from.timestamp_micros().into()]);
    let row = db.read().query_one_raw(statement).await.map_err(tongban_db::to_fault)?;
    let Some(row) = row else { return Ok((0, 0)) };
    let read = || Ok((row.try_get("", "number")?, row.try_get("", "last")?));
    read().map_err(|error: DbErr| tongban_db::to_fault(error))
}

/// What callers did from `begin` on and before `from`, and when grants were last used before it.
pub async fn past(db: &Db, begin: DateTime<Utc>, from: DateTime<Utc>) -> Result<Past, Fault> {
    let (begin, from) = (begin.timestamp_micros(), from.timestamp_micros());
    let mut past = Past::default();
    let sql = "SELECT who, CAST(COUNT(*) AS BIGINT) AS calls, CAST(SUM(outside) AS BIGINT) AS away, \
               COUNT(DISTINCT CASE WHEN answered THEN subject END) AS people FROM call_fact \
               WHERE called_at >= $1 AND called_at < $2 GROUP BY who, day";
    let rows = db.read().query_all_raw(statement(db, sql, vec![begin.into(), from.into()])).await;
    for row in rows.map_err(tongban_db::to_fault)? {
        let read = || {
            Ok((
                row.try_get("", "who")?,
                row.try_get("", "calls")?,
                row.try_get("", "away")?,
                row.try_get("", "people")?,
            ))
        };
        let (who, calls, outside, people): (String, i64, i64, i64) =
            read().map_err(|error: DbErr| tongban_db::to_fault(error))?;
        let habit = past.callers.entry(who).or_default();
        habit.days = habit.days.saturating_add(1);
        habit.calls = habit.calls.saturating_add(calls.unsigned_abs());
        habit.outside = habit.outside.saturating_add(outside.unsigned_abs());
        habit.busiest = habit.busiest.max(u32::try_from(people).unwrap_or(u32::MAX));
    }
    let sql = "SELECT grant_id, MAX(called_at) AS last FROM call_fact WHERE called_at < $1 \
               GROUP BY grant_id";
    let rows = db.read().query_all_raw(statement(db, sql, vec![from.into()])).await;
    for row in rows.map_err(tongban_db::to_fault)? {
        let read = || Ok((row.try_get("", "grant_id")?, row.try_get("", "last")?));
        let (grant, last): (String, i64) =
            read().map_err(|error: DbErr| tongban_db::to_fault(error))?;
        past.grants.extend(DateTime::from_timestamp_micros(last).map(|last| (grant, last)));
    }
    Ok(past)
}

/// Calls of a body in some days, with and without those that signals name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub body: String,
    pub calls: i64,
    pub answered: i64,
    /// People whose data were read.
    pub people: i64,
    /// Of `calls`, those that no signal names.
    pub plain_calls: i64,
    /// Of `answered`, those that no signal names.
    pub plain_answered: i64,
    /// People whose data were read by calls that no signal names.
    pub plain_people: i64,
}

/// What bodies called in a region from a moment on, by body; at most `most`.
pub async fn figures(
    db: &Db,
    region: &RegionCode,
    from: DateTime<Utc>,
    most: u64,
) -> Result<Vec<Figures>, Fault> {
    let (low, high) = region.range();
    let sql = "SELECT body, COUNT(*) AS calls, COUNT(answered_id) AS answered, COUNT(DISTINCT person) AS people, \
               COUNT(plain_id) AS plain_calls, COUNT(plain_answered_id) AS plain_answered, \
               COUNT(DISTINCT plain_person) AS plain_people FROM ( \
                 SELECT body, \
                   CASE WHEN answered THEN id END AS answered_id, \
                   CASE WHEN answered THEN subject END AS person, \
                   CASE WHEN NOT named THEN id END AS plain_id, \
                   CASE WHEN answered AND NOT named THEN id END AS plain_answered_id, \
                   CASE WHEN answered AND NOT named THEN subject END AS plain_person FROM ( \
                     SELECT fact.*, EXISTS (SELECT 1 FROM reading_suspect \
                       WHERE reading_suspect.call = fact.id) AS named FROM call_fact AS fact \
                     WHERE fact.called_at >= $1 AND fact.region >= $2 AND fact.region < $3 \
                   ) AS each_call \
               ) AS sorted GROUP BY body ORDER BY body LIMIT $4";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values = vec![from.timestamp_micros().into(), low.into(), high.into(), most.into()];
    let rows = db.read().query_all_raw(statement(db, sql, values)).await;
    let read = |row: sea_orm::QueryResult| {
        Ok(Figures {
            body: row.try_get("", "body")?,
            calls: row.try_get("", "calls")?,
            answered: row.try_get("", "answered")?,
            people: row.try_get("", "people")?,
            plain_calls: row.try_get("", "plain_calls")?,
            plain_answered: row.try_get("", "plain_answered")?,
            plain_people: row.try_get("", "plain_people")?,
        })
    };
    let rows = rows.map_err(tongban_db::to_fault)?;
    rows.into_iter().map(read).collect::<Result<_, DbErr>>().map_err(tongban_db::to_fault)
}

fn statement(db: &Db, sql: &str, values: Vec<sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(db.read().get_database_backend(), sql, values)
}
