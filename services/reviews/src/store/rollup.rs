//! `review_rollup` and `review_suspect_count`: what reviews add up to, kept up to date with every event, so that no
//! figure has to be counted when somebody asks.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};
use tongban_db::json_rows;
use tongban_kernel::Fault;

use crate::domain::figures::{Cell, Counts};

/// Columns before the numbers.
const PLACE: [&str; 7] = ["dimension", "item", "body", "region", "month", "name", "body_name"];

/// Adds to figures. Rows are taken in one fixed order, so that no two transactions wait for each other.
pub async fn add(
    connection: &impl ConnectionTrait,
    changes: &BTreeMap<Cell, Counts>,
) -> Result<(), Fault> {
    add_to(connection, "review_rollup", &Counts::NAMES, changes, |counts| counts.0.to_vec()).await
}

/// Adds to what signals name.
pub async fn add_suspects(
    connection: &impl ConnectionTrait,
    changes: &BTreeMap<Cell, Counts>,
) -> Result<(), Fault> {
    let stars = ["one", "two", "three", "four", "five"];
    add_to(connection, "review_suspect_count", &stars, changes, |counts| counts.by_stars().to_vec())
        .await
}

/// Forgets what signals named in these months.
pub async fn forget_suspects(
    connection: &impl ConnectionTrait,
    from_month: &str,
) -> Result<(), Fault> {
    let sql = "DELETE FROM review_suspect_count WHERE month >= $1";
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [from_month.into()]);
    connection.execute_raw(statement).await.map(drop).map_err(tongban_db::to_fault)
}

async fn add_to(
    connection: &impl ConnectionTrait,
    table: &str,
    numbers: &[&str],
    changes: &BTreeMap<Cell, Counts>,
    of: impl Fn(&Counts) -> Vec<i64>,
) -> Result<(), Fault> {
    // One row for each place: the same one under two names, as when a matter was renamed, is one.
    let mut places: BTreeMap<[&str; 5], (&str, &str, Counts)> = BTreeMap::new();
    for (cell, counts) in changes {
        let Cell { dimension, key, name, body, region, month } = cell;
        let place = [dimension.code(), key, &body.0, region, month];
        let (known, known_body, sum) = places.entry(place).or_default();
        *known = name.as_str().max(known);
        *known_body = body.1.as_str().max(known_body);
        *sum += *counts;
    }
    if places.is_empty() {
        return Ok(());
    }
    let rows = json_rows(places.iter().map(|(place, (name, body_name, counts))| {
        let texts = place.iter().chain([name, body_name]).copied().map(serde_json::Value::from);
        texts.chain(of(counts).into_iter().map(serde_json::Value::from)).collect::<Vec<_>>()
    }))?;
    let columns = PLACE.iter().chain(numbers).copied().collect::<Vec<_>>().join(", ");
    let places = (0..PLACE.len()).map(|place| format!("value ->> {place}"));
    let values = (PLACE.len()..PLACE.len() + numbers.len())
        .map(|place| format!("CAST(value ->> {place} AS BIGINT)"));
    let fields = places.chain(values).collect::<Vec<_>>().join(", ");
    // Names change with the versions of a matter; whichever event comes first, the same one stays.
    let names = ["name", "body_name"].map(|name| {
        format!("{name} = CASE WHEN excluded.{name} > {table}.{name} THEN excluded.{name} ELSE {table}.{name} END")
    });
    let sums = numbers.iter().map(|name| format!("{name} = {table}.{name} + excluded.{name}"));
    let updates = names.into_iter().chain(sums).collect::<Vec<_>>().join(", ");
    let from = tongban_db::dialect(connection).rows_of_json();
    let sql = format!(
        "INSERT INTO {table} ({columns}) SELECT {fields} FROM {from} WHERE TRUE \
         ON CONFLICT (dimension, item, body, region, month) DO UPDATE SET {updates}"
    );
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [rows.into()]);
    connection.execute_raw(statement).await.map(drop).map_err(tongban_db::to_fault)
}
