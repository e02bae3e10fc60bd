//! The whole ledger looked at: every chain, every head, every leaf against its event.
//!
//! Gives every row at which something does not hold. Meant to run in one snapshot, beside the service.

use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, Statement};
use tongban_kernel::Fault;

use crate::chain::{GENESIS, hash_of};
use crate::entity::event;
use crate::history::link;

/// Rows of events read at once.
const PAGE: u64 = 2_000;

/// A row at which something does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flaw {
    /// Stable code of what is wrong.
    pub problem: &'static str,
    /// The table.
    pub table: &'static str,
    /// Kind of aggregate.
    pub aggregate: Option<String>,
    /// Which one.
    pub aggregate_id: Option<String>,
    /// Place in its history.
    pub version: Option<i64>,
    /// Identifier of the event.
    pub event_id: Option<String>,
    /// Place of the leaf.
    pub leaf: Option<i64>,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default)]
pub struct Chains {
    /// Events.
    pub events: u64,
    /// Aggregates.
    pub aggregates: u64,
    /// Rows at which something does not hold.
    pub flaws: Vec<Flaw>,
}

/// Recomputes every chain and compares every head and every leaf.
///
/// # Errors
/// When the database is away.
pub async fn chains(snapshot: &DatabaseTransaction) -> Result<Chains, Fault> {
    let mut chains = Chains::default();
    let mut walk = Walk::default();
    let mut after: Option<(String, String, i64)> = None;
    loop {
        let mut cursor = event::Entity::find().cursor_by((
            event::Column::Aggregate,
            event::Column::AggregateId,
            event::Column::Version,
        ));
        if let Some(last) = after.take() {
            cursor.after(last);
        }
        let rows = cursor.first(PAGE).all(snapshot).await.map_err(tongban_db::to_fault)?;
        for row in &rows {
            walk.take(row, &mut chains);
        }
        match rows.into_iter().last() {
            Some(row) => after = Some((row.aggregate, row.aggregate_id, row.version)),
            None => break,
        }
    }
    for (problem, table, sql) in COMPARISONS {
        chains.flaws.extend(compare(snapshot, problem, table, sql).await?);
    }
    Ok(chains)
}

/// Where the walk along the chains stands.
#[derive(Default)]
struct Walk {
    aggregate: String,
    aggregate_id: String,
    version: i64,
    at: i64,
    hash: Vec<u8>,
}

impl Walk {
    fn take(&mut self, row: &event::Model, chains: &mut Chains) {
        if chains.events == 0
            || self.aggregate != row.aggregate
            || self.aggregate_id != row.aggregate_id
        {
            self.aggregate.clone_from(&row.aggregate);
            self.aggregate_id.clone_from(&row.aggregate_id);
            (self.version, self.at, self.hash) = (0, i64::MIN, GENESIS.to_vec());
            chains.aggregates += 1;
        }
        chains.events += 1;
        let mut flaw = |problem, version, event_id: Option<&String>| {
            chains.flaws.push(Flaw {
                problem,
                table: "ledger_event",
                aggregate: Some(row.aggregate.clone()),
                aggregate_id: Some(row.aggregate_id.clone()),
                version: Some(version),
                event_id: event_id.cloned(),
                leaf: None,
            });
        };
        let follows = row.version == self.version + 1;
        // Far beyond belief, a version is itself what was changed, not so many rows taken out.
        for missing in (self.version + 1..row.version).take(1_000) {
            flaw("removed", missing, None);
        }
        let id = Some(&row.event_id);
        if row.hash != hash_of(&link(row)) {
            flaw("changed", row.version, id);
        } else if follows && row.previous != self.hash {
            flaw("does_not_follow", row.version, id);
        }
        if row.at < self.at {
            flaw("dated_before_predecessor", row.version, id);
        }
        (self.version, self.at) = (row.version, row.at);
        self.hash.clone_from(&row.hash);
    }
}

/// What two tables must agree on; each gives the rows at which they do not.
const COMPARISONS: [(&str, &str, &str); 8] = [
    (
        "head_differs",
        "ledger_aggregate",
        "SELECT head.aggregate, head.aggregate_id, head.version, event.event_id, NULL AS leaf \
         FROM ledger_aggregate AS head JOIN ledger_event AS event \
         ON event.aggregate = head.aggregate AND event.aggregate_id = head.aggregate_id \
         AND event.version = head.version WHERE event.hash <> head.hash OR event.at <> head.at",
    ),
    (
        "removed",
        "ledger_event",
        "SELECT head.aggregate, head.aggregate_id, head.version, NULL AS event_id, NULL AS leaf \
         FROM ledger_aggregate AS head LEFT JOIN ledger_event AS event \
         ON event.aggregate = head.aggregate AND event.aggregate_id = head.aggregate_id \
         AND event.version = head.version WHERE event.position IS NULL",
    ),
    (
        "behind_the_head",
        "ledger_event",
        "SELECT event.aggregate, event.aggregate_id, event.version, event.event_id, NULL AS leaf \
         FROM ledger_event AS event JOIN ledger_aggregate AS head \
         ON event.aggregate = head.aggregate AND event.aggregate_id = head.aggregate_id \
         WHERE event.version > head.version",
    ),
    (
        "head_removed",
        "ledger_aggregate",
        "SELECT event.aggregate, event.aggregate_id, event.version, event.event_id, NULL AS leaf \
         FROM ledger_event AS event LEFT JOIN ledger_aggregate AS head \
         ON event.aggregate = head.aggregate AND event.aggregate_id = head.aggregate_id \
         WHERE head.version IS NULL AND event.version = 1",
    ),
    (
        "removed",
        "ledger_event",
        "SELECT NULL AS aggregate, NULL AS aggregate_id, NULL AS version, leaf.event_id, leaf.place AS leaf \
         FROM ledger_leaf AS leaf LEFT JOIN ledger_event AS event ON event.event_id = leaf.event_id \
         WHERE event.position IS NULL",
    ),
    (
        "not_as_sequenced",
        "ledger_event",
        "SELECT event.aggregate, event.aggregate_id, event.version, leaf.event_id, leaf.place AS leaf \
         FROM ledger_leaf AS leaf JOIN ledger_event AS event ON event.event_id = leaf.event_id \
         WHERE event.hash <> leaf.hash OR event.position <> leaf.position",
    ),
    (
        "not_in_the_tree",
        "ledger_event",
        "SELECT event.aggregate, event.aggregate_id, event.version, event.event_id, NULL AS leaf \
         FROM ledger_event AS event \
         LEFT JOIN ledger_leaf AS leaf ON leaf.event_id = event.event_id \
         LEFT JOIN ledger_unsequenced AS queue ON queue.position = event.position \
         WHERE leaf.place IS NULL AND queue.position IS NULL",
    ),
    (
        "removed_before_its_place",
        "ledger_event",
        "SELECT NULL AS aggregate, NULL AS aggregate_id, NULL AS version, \
         CAST(queue.position AS TEXT) AS event_id, NULL AS leaf \
         FROM ledger_unsequenced AS queue \
         LEFT JOIN ledger_event AS event ON event.position = queue.position \
         WHERE event.position IS NULL",
    ),
];

#[derive(FromQueryResult)]
struct Row {
    aggregate: Option<String>,
    aggregate_id: Option<String>,
    version: Option<i64>,
    event_id: Option<String>,
    leaf: Option<i64>,
}

async fn compare(
    snapshot: &DatabaseTransaction,
    problem: &'static str,
    table: &'static str,
    sql: &str,
) -> Result<Vec<Flaw>, Fault> {
    // PostgreSQL would take a bare NULL for text.
    let sql = sql
        .replace("NULL AS leaf", "CAST(NULL AS BIGINT) AS leaf")
        .replace("NULL AS version", "CAST(NULL AS BIGINT) AS version");
    let statement = Statement::from_string(snapshot.get_database_backend(), sql);
    let rows = Row::find_by_statement(statement).all(snapshot).await;
    let mut flaws: Vec<Flaw> = rows
        .map_err(tongban_db::to_fault)?
        .into_iter()
        .map(|row| {
            let Row { aggregate, aggregate_id, version, event_id, leaf } = row;
            Flaw { problem, table, aggregate, aggregate_id, version, event_id, leaf }
        })
        .collect();
    // Told in the same order whatever the database.
    flaws.sort_by(|one, other| {
        (&one.aggregate, &one.aggregate_id, one.version, one.leaf).cmp(&(
            &other.aggregate,
            &other.aggregate_id,
            other.version,
            other.leaf,
        ))
    });
    Ok(flaws)
}
