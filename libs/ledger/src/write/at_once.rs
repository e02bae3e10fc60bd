//! PostgreSQL: a whole batch in one statement, which is a transaction of its own.

use std::fmt::Write as _;

use sea_orm::DbErr;
use sea_orm::sea_query::{Value, sea_value_to_json_value};
use sea_orm::sqlx::{self, AssertSqlSafe};
use tongban_db::Db;

use super::Row;
use crate::append::{Append, Event, Kept};

/// Whether `batch` fits the statement: it moves all heads by the same number of events and writes to one
/// table of query columns, as nearly all batches do.
pub(super) fn can_write(batch: &[&Append]) -> bool {
    let Some(first) = batch.first() else { return false };
    batch.iter().all(|append| {
        append.added == first.added
            && append.columns.table == first.columns.table
            && !append.columns.values.iter().any(|value| matches!(value, Value::Bytes(_)))
    })
}

/// Writes all of `batch`, or nothing.
///
/// # Errors
/// Also when one of the batch came too late: the database is told to divide by zero then, since only an
/// error takes back what the statement's other parts have written.
pub(super) async fn write(db: &Db, batch: &[&Append]) -> Result<(), DbErr> {
    let Some(first) = batch.first() else { return Ok(()) };
    // Everywhere in the same order, so that two batches cannot wait for each other.
    let mut kept: Vec<&Kept> = batch.iter().filter_map(|append| append.kept.as_ref()).collect();
    kept.sort_by(|one, other| one.key.cmp(&other.key));
    let mut heads: Vec<&Append> = batch.to_vec();
    heads.sort_by(|one, other| one.aggregate.cmp(&other.aggregate));
    let events: Vec<(&Append, &Event)> = batch
        .iter()
        .flat_map(|append| append.events.iter().map(move |event| (*append, event)))
        .collect();
    let query = sqlx::query(AssertSqlSafe(statement(&first.columns)))
        .bind(of(&kept, |one| one.key.0.as_str()))
        .bind(of(&kept, |one| one.key.1.as_str()))
        .bind(of(&kept, |one| one.fingerprint.as_slice()))
        .bind(of(&kept, |one| one.status))
        .bind(of(&kept, |one| one.body.as_str()))
        .bind(of(&kept, |one| one.at))
        .bind(of(&heads, |one| one.aggregate.0))
        .bind(of(&heads, |one| one.aggregate.1.as_str()))
        .bind(of(&heads, |one| one.head.version))
        .bind(of(&heads, |one| one.head.state.as_str()))
        .bind(of(&heads, |one| one.head.hash.as_slice()))
        .bind(of(&heads, |one| one.head.at))
        .bind(first.added)
        .bind(of(&events, |(_, event)| event.event_id.as_str()))
        .bind(of(&events, |(append, _)| append.aggregate.0))
        .bind(of(&events, |(append, _)| append.aggregate.1.as_str()))
        .bind(of(&events, |(_, event)| event.version))
        .bind(of(&events, |(_, event)| event.name.as_str()))
        .bind(of(&events, |(_, event)| event.data.as_str()))
        .bind(of(&events, |(_, event)| event.actor.as_str()))
        .bind(of(&events, |(_, event)| event.at))
        .bind(of(&events, |(_, event)| event.traceparent.as_deref()))
        .bind(of(&events, |(_, event)| event.previous.as_slice()))
        .bind(of(&events, |(_, event)| event.hash.as_slice()))
        .bind(columns(&heads));
    db.on_session(async |connection| query.execute(connection).await).await?;
    Ok(())
}

fn of<'a, T, V>(rows: &'a [T], value: impl Fn(&'a T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

/// The query columns as JSON, which PostgreSQL reads by the types of their table.
fn columns(appends: &[&Append]) -> String {
    let row = |append: &&Append| {
        let Row { columns, values, .. } = &append.columns;
        let fields = columns.iter().zip(values);
        let fields =
            fields.map(|(name, value)| ((*name).to_owned(), sea_value_to_json_value(value)));
        serde_json::Value::Object(fields.collect())
    };
    serde_json::Value::Array(appends.iter().map(row).collect()).to_string()
}

/// The statement for a table of query columns; its text is the same for batches of every size.
fn statement(row: &Row) -> String {
    let list = row.columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let keys = row.keys.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let mut update = String::new();
    for name in row.columns.iter().filter(|name| !row.keys.contains(name)) {
        let comma = if update.is_empty() { "" } else { ", " };
        let _ = write!(update, "{comma}\"{name}\" = excluded.\"{name}\"");
    }
    let on_conflict = match update.as_str() {
        "" => "NOTHING".to_owned(),
        update => format!("UPDATE SET {update}"),
    };
    let table = row.table;
    format!(
        r#"WITH kept AS (
  INSERT INTO ledger_request (account, key, fingerprint, status, body, at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::int[], $5::text[], $6::bigint[])
  ON CONFLICT DO NOTHING RETURNING 1
), moved AS (
  INSERT INTO ledger_aggregate AS here (aggregate, aggregate_id, version, state, hash, at)
  SELECT * FROM unnest($7::text[], $8::text[], $9::bigint[], $10::text[], $11::bytea[], $12::bigint[])
  ON CONFLICT (aggregate, aggregate_id) DO UPDATE
    SET version = excluded.version, hash = excluded.hash, at = excluded.at,
      state = CASE excluded.state WHEN '' THEN here.state ELSE excluded.state END
    WHERE here.version = excluded.version - $13::bigint
  RETURNING 1
), happened AS (
  INSERT INTO ledger_event (event_id, aggregate, aggregate_id, version, name, data, actor, at,
    traceparent, previous, hash)
  SELECT * FROM unnest($14::text[], $15::text[], $16::text[], $17::bigint[], $18::text[], $19::text[],
    $20::text[], $21::bigint[], $22::text[], $23::bytea[], $24::bytea[])
), leaving AS (
  INSERT INTO ledger_outbox (event_id) SELECT unnest($14::text[])
), found AS (
  INSERT INTO "{table}" ({list})
  SELECT {list} FROM json_populate_recordset(NULL::"{table}", $25::json)
  ON CONFLICT ({keys}) DO {on_conflict}
)
SELECT 1 / ((SELECT count(*) FROM kept) = cardinality($1::text[])
  AND (SELECT count(*) FROM moved) = cardinality($7::text[]))::int"#
    )
}
