//! What the relay reads: events the log does not have yet.
//!
//! A row enters in the transaction of its event and leaves once the log has acknowledged the event. A
//! transaction that commits late is thus never skipped: its rows are simply found in a later round.
//! Order per aggregate holds because an event's successor can only be written after it was committed.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, Statement};
use serde_json::value::RawValue;
use tongban_contracts::{Envelope, Place, Sealed};
use tongban_db::Dialect;
use tongban_kernel::Fault;

use crate::chain::{Link, hash_of};
use crate::entity::outbox;

/// Most bytes of event data taken from the outbox at once, whatever the number of events: what is read has
/// to fit into memory several times over.
const MOST_BYTES: i64 = 8 * 1024 * 1024;
/// Most bytes of data of one event that is published: what a log takes as one message, less its envelope.
const LARGEST: i64 = 8 * 1024 * 1024 - 64 * 1024;

/// An event on its way to the log.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its place in the outbox.
    pub position: i64,
    /// What is to be published.
    pub envelope: Envelope,
}

/// What of the outbox is to be published, and what cannot be.
#[derive(Debug, Default)]
pub struct Unsent {
    /// To be published, oldest first.
    pub events: Vec<Outgoing>,
    /// Places of events that are too large for any log, and of those that follow on them.
    pub held: Vec<i64>,
}

/// A row of the outbox with its event, which is absent only when somebody deleted it.
#[derive(FromQueryResult)]
struct Waiting {
    place: i64,
    wanted: String,
    event_id: Option<String>,
    aggregate: Option<String>,
    aggregate_id: Option<String>,
    version: Option<i64>,
    name: Option<String>,
    bytes: Option<i64>,
    data: Option<String>,
    actor: Option<String>,
    at: Option<i64>,
    traceparent: Option<String>,
    previous: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
}

/// Up to `limit` events of `service` that the log does not have yet, oldest first; fewer when they are large,
/// but at least one. An event too large for any log holds up its aggregate alone.
///
/// # Errors
/// When the database is away or a stored event is unreadable.
pub async fn unsent(
    connection: &impl ConnectionTrait,
    service: &str,
    limit: u64,
) -> Result<Unsent, Fault> {
    let statement = Statement::from_sql_and_values(
        connection.get_database_backend(),
        format!(
            "SELECT place, wanted, event_id, aggregate, aggregate_id, version, name, bytes, data, \
             actor, at, traceparent, previous, hash FROM (SELECT o.position AS place, \
             o.event_id AS wanted, e.event_id, e.aggregate, e.aggregate_id, e.version, e.name, \
             e.actor, e.at, e.traceparent, e.previous, e.hash, \
             CAST(octet_length(e.data) AS BIGINT) AS bytes, \
             CASE WHEN octet_length(e.data) <= $3 THEN e.data END AS data, \
             SUM(CASE WHEN octet_length(e.data) <= $3 THEN octet_length(e.data) ELSE 0 END) \
             OVER (ORDER BY o.position) AS so_far \
             FROM (SELECT position, event_id FROM ledger_outbox ORDER BY position LIMIT $1) AS o \
             LEFT JOIN {} AS waiting \
             WHERE so_far - COALESCE(octet_length(data), 0) < $2 ORDER BY place",
            event_of_each(tongban_db::dialect(connection))
        ),
        [i64::try_from(limit).unwrap_or(i64::MAX).into(), MOST_BYTES.into(), LARGEST.into()],
    );
    let rows = connection.query_all_raw(statement).await.map_err(tongban_db::to_fault)?;
    let mut unsent = Unsent::default();
    let mut too_large = HashSet::new();
    for row in &rows {
        let waiting = Waiting::from_query_result(row, "").map_err(tongban_db::to_fault)?;
        let (position, aggregate) = (waiting.place, waiting.aggregate_and_id());
        if waiting.bytes.is_some_and(|bytes| bytes > LARGEST) || too_large.contains(&aggregate) {
            too_large.insert(aggregate);
            unsent.held.push(position);
            continue;
        }
        let missing = Fault::internal(format!("outbox names no event {}", waiting.wanted));
        let envelope = waiting.envelope(service).ok_or(missing)??;
        unsent.events.push(Outgoing { position, envelope });
    }
    Ok(unsent)
}

/// The event each row of the outbox names, found by its identifier.
///
/// Left to choose, PostgreSQL reads the whole history for a handful of rows as long as it knows nothing about
/// their number; a LIMIT within keeps it from that.
fn event_of_each(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "ledger_event AS e ON e.event_id = o.event_id)",
        Dialect::Postgres => {
            "LATERAL (SELECT * FROM ledger_event WHERE event_id = o.event_id LIMIT 1) AS e ON TRUE)"
        }
    }
}

impl Waiting {
    fn aggregate_and_id(&self) -> (Option<String>, Option<String>) {
        (self.aggregate.clone(), self.aggregate_id.clone())
    }

    fn envelope(self, service: &str) -> Option<Result<Envelope, Fault>> {
        let (previous, hash) = (self.previous?, self.hash?);
        let (event_id, aggregate, aggregate_id) =
            (self.event_id?, self.aggregate?, self.aggregate_id?);
        let (version, name, at) = (self.version?, self.name?, self.at?);
        let (actor, data) = (self.actor?, self.data?);
        let made = || {
            let place = Place {
                event_id: event_id.parse().map_err(Fault::internal)?,
                aggregate,
                aggregate_id,
                version,
                at: moment(at)?,
            };
            let sealed = Sealed {
                actor: RawValue::from_string(actor).map_err(Fault::internal)?,
                data: RawValue::from_string(data).map_err(Fault::internal)?,
                previous: hex::encode(previous),
                hash: hex::encode(hash),
            };
            Ok(Envelope::wrap(service, &name, place, sealed, self.traceparent))
        };
        Some(made())
    }
}

/// The envelope of an event that no ledger of ours holds, its hash computed: for tests and imports.
///
/// # Errors
/// When a part of the link is not what a ledger would store.
pub fn envelope_of(service: &str, link: &Link<'_>) -> Result<Envelope, Fault> {
    let text = |text: &str| RawValue::from_string(text.to_owned()).map_err(Fault::internal);
    let place = Place {
        event_id: link.event_id.parse().map_err(Fault::internal)?,
        aggregate: link.aggregate.to_owned(),
        aggregate_id: link.aggregate_id.to_owned(),
        version: link.version,
        at: moment(link.at)?,
    };
    let sealed = Sealed {
        actor: text(link.actor)?,
        data: text(link.data)?,
        previous: hex::encode(link.previous),
        hash: hex::encode(hash_of(link)),
    };
    Ok(Envelope::wrap(service, link.name, place, sealed, None))
}

/// The hash an envelope's parts have, in hexadecimal; `None` when a part could not have come from a ledger.
pub fn hash_of_envelope(envelope: &Envelope) -> Option<String> {
    let (_, aggregate, name) = envelope.parts()?;
    let previous = hex::decode(&envelope.previoushash).ok().filter(|hash| hash.len() == 32)?;
    let at = envelope.time.timestamp_micros();
    // Finer than the ledger's clock, a time could be changed without the hash showing it.
    (moment(at).ok()? == envelope.time).then_some(())?;
    let event_id = envelope.id.to_string();
    let link = Link {
        previous: &previous,
        event_id: &event_id,
        aggregate,
        aggregate_id: &envelope.subject,
        version: envelope.version().ok()?,
        name,
        at,
        actor: envelope.actor.get(),
        data: envelope.data.get(),
    };
    Some(hex::encode(hash_of(&link)))
}

fn moment(micros: i64) -> Result<DateTime<Utc>, Fault> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| Fault::internal("time out of range"))
}

/// Takes events out that the log has acknowledged.
///
/// # Errors
/// When the database is away.
pub async fn forget(connection: &impl ConnectionTrait, positions: &[i64]) -> Result<(), Fault> {
    let rows = tongban_db::dialect(connection).rows_of_json();
    let statement = Statement::from_sql_and_values(
        connection.get_database_backend(),
        format!(
            "DELETE FROM ledger_outbox WHERE position IN (SELECT CAST(value ->> 0 AS BIGINT) FROM {rows})"
        ),
        [tongban_db::json_rows(positions.iter().map(|position| [position]))?.into()],
    );
    connection.execute_raw(statement).await.map_err(tongban_db::to_fault)?;
    Ok(())
}

/// How many events the log does not have yet.
///
/// # Errors
/// When the database is away.
pub async fn pending(connection: &impl ConnectionTrait) -> Result<u64, Fault> {
    outbox::Entity::find().count(connection).await.map_err(tongban_db::to_fault)
}

/// When the oldest of the events was recorded that the log does not have yet; `None` when it has them all.
///
/// # Errors
/// When the database is away.
pub async fn oldest_pending(
    connection: &impl ConnectionTrait,
) -> Result<Option<DateTime<Utc>>, Fault> {
    let statement = Statement::from_string(
        connection.get_database_backend(),
        "SELECT e.at FROM ledger_outbox AS o JOIN ledger_event AS e ON e.event_id = o.event_id \
         ORDER BY o.position LIMIT 1",
    );
    let row = connection.query_one_raw(statement).await.map_err(tongban_db::to_fault)?;
    row.map(|row| moment(row.try_get("", "at").map_err(tongban_db::to_fault)?)).transpose()
}
