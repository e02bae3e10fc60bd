//! Counting what a ledger holds, to be compared with what the log and its readers say.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::Serialize;
use tongban_contracts::Versioned;
use tongban_kernel::Fault;

/// How many events of one kind of aggregate there are, counted in three places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Aggregates of the kind.
    pub aggregates: i64,
    /// Events that are stored.
    pub stored: i64,
    /// Events that the aggregates' heads speak of: the sum of their versions.
    pub versions: i64,
    /// Stored events that the log has not acknowledged yet.
    pub waiting: i64,
}

#[derive(FromQueryResult)]
struct Heads {
    aggregate: String,
    aggregates: i64,
    versions: i64,
}

#[derive(FromQueryResult)]
struct Counted {
    aggregate: String,
    events: i64,
}

#[derive(FromQueryResult)]
struct Named {
    aggregate: String,
    name: String,
    events: i64,
}

/// The tally of each kind of aggregate; taken in a [snapshot](tongban_db::Db::snapshot) it fits together.
///
/// # Errors
/// When the database is away.
pub async fn tally(connection: &impl ConnectionTrait) -> Result<BTreeMap<String, Tally>, Fault> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let heads: Vec<Heads> = ask(
        connection,
        "SELECT aggregate, COUNT(*) AS aggregates, CAST(SUM(version) AS BIGINT) AS versions \
         FROM ledger_aggregate GROUP BY aggregate",
    )
    .await?;
    for Heads { aggregate, aggregates, versions } in heads {
        let tally = tallies.entry(aggregate).or_default();
        (tally.aggregates, tally.versions) = (aggregates, versions);
    }
    let stored: Vec<Counted> = ask(
        connection,
        "SELECT aggregate, COUNT(*) AS events FROM ledger_event GROUP BY aggregate",
    )
    .await?;
    for Counted { aggregate, events } in stored {
        tallies.entry(aggregate).or_default().stored = events;
    }
    let waiting: Vec<Counted> = ask(
        connection,
        "SELECT e.aggregate, COUNT(*) AS events FROM ledger_outbox AS o \
         JOIN ledger_event AS e ON e.event_id = o.event_id GROUP BY e.aggregate",
    )
    .await?;
    for Counted { aggregate, events } in waiting {
        tallies.entry(aggregate).or_default().waiting = events;
    }
    Ok(tallies)
}

/// How many events of each kind of aggregate and each name are stored, in whatever version.
///
/// # Errors
/// When the database is away.
pub async fn tally_names(
    connection: &impl ConnectionTrait,
) -> Result<BTreeMap<(String, String), i64>, Fault> {
    let rows: Vec<Named> = ask(
        connection,
        "SELECT aggregate, name, COUNT(*) AS events FROM ledger_event GROUP BY aggregate, name",
    )
    .await?;
    let mut counts = BTreeMap::new();
    for Named { aggregate, name, events } in rows {
        let name = Versioned::parse(&name).map_or(name.as_str(), |stored| stored.name).to_owned();
        *counts.entry((aggregate, name)).or_default() += events;
    }
    Ok(counts)
}

/// How many answers are kept for requests that may come again.
///
/// # Errors
/// When the database is away.
pub async fn tally_answers(connection: &impl ConnectionTrait) -> Result<i64, Fault> {
    let rows: Vec<Counted> =
        ask(connection, "SELECT '' AS aggregate, COUNT(*) AS events FROM ledger_request").await?;
    Ok(rows.first().map_or(0, |row| row.events))
}

async fn ask<R: FromQueryResult>(
    connection: &impl ConnectionTrait,
    question: &str,
) -> Result<Vec<R>, Fault> {
    let statement = Statement::from_string(connection.get_database_backend(), question);
    R::find_by_statement(statement).all(connection).await.map_err(tongban_db::to_fault)
}
