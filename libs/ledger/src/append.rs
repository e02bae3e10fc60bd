//! What a command leads to, made before any transaction is open.

use tongban_contracts::event::split;
use tongban_contracts::{DomainEvent, Meta};
use tongban_kernel::{Entropy, Fault, entropy::time_ordered_id};

use crate::aggregate::{Caller, Committed, Loaded, Stored};
use crate::chain::{GENESIS, Link, hash_of};
use crate::entity::aggregate;
use crate::request::{Reply, RequestKey};
use crate::state::{is_kept, text_of};
use crate::write::Row;

/// Everything one command writes, in the form of rows.
#[derive(Debug, Clone)]
pub(crate) struct Append {
    /// Kind and identifier of the aggregate.
    pub(crate) aggregate: (&'static str, String),
    /// How many events it adds; the aggregate must have that many fewer until now.
    pub(crate) added: i64,
    /// Where it stands then. An empty state leaves the one that stands there.
    pub(crate) head: aggregate::Model,
    pub(crate) events: Vec<Event>,
    /// The query columns.
    pub(crate) columns: Row,
    /// The answer to keep, with its account and key.
    pub(crate) kept: Option<Kept>,
}

/// An answer to keep.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) key: (String, String),
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) status: i32,
    pub(crate) body: String,
    pub(crate) at: i64,
}

/// An event to write.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) event_id: String,
    pub(crate) version: i64,
    pub(crate) name: String,
    pub(crate) data: String,
    pub(crate) actor: String,
    pub(crate) at: i64,
    pub(crate) traceparent: Option<String>,
    pub(crate) previous: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl Kept {
    /// `reply` to `request`, given at `at` microseconds since 1970.
    pub(crate) fn new(request: &RequestKey, reply: &Reply, at: i64) -> Self {
        Self {
            key: (request.account.clone(), request.key.clone()),
            fingerprint: request.fingerprint.clone(),
            status: i32::from(reply.status),
            body: reply.body.clone(),
            at,
        }
    }
}

/// What a command led to, and what is to be written for it.
pub(crate) struct Prepared<A: Stored> {
    pub(crate) committed: Committed<A>,
    pub(crate) append: Append,
}

/// Evolves the state over `events` and links them into the chain.
pub(crate) fn prepare<A: Stored>(
    id: &str,
    current: Option<Loaded<A>>,
    events: Vec<A::Event>,
    now: chrono::DateTime<chrono::Utc>,
    caller: &Caller,
    entropy: &dyn Entropy,
) -> Result<Prepared<A>, Fault> {
    let kind = <A::Event as DomainEvent>::AGGREGATE;
    let actor = serde_json::to_string(&caller.principal).map_err(Fault::internal)?;
    let (mut state, expected, stale, mut hash, last) = match current {
        Some(Loaded { state, version, stale, hash, at }) => (Some(state), version, stale, hash, at),
        None => (None, 0, false, GENESIS.to_vec(), i64::MIN),
    };
    // A clock that was set back must not let a later event look earlier than the one before it.
    let at = now.timestamp_micros().max(last);
    let moment = chrono::DateTime::from_timestamp_micros(at).unwrap_or(now);
    let mut version = expected;
    let mut text = String::new();
    let mut rows = Vec::with_capacity(events.len());
    let mut recorded = Vec::with_capacity(events.len());
    for happened in events {
        version += 1;
        let meta = Meta {
            event_id: time_ordered_id(moment, entropy),
            aggregate: kind.to_owned(),
            aggregate_id: id.to_owned(),
            version,
            at: moment,
            actor: caller.principal.clone(),
            traceparent: caller.traceparent.clone(),
        };
        let (name, data) = split(&happened).map_err(Fault::internal)?;
        let event_id = meta.event_id.to_string();
        let link = Link {
            previous: &hash,
            event_id: &event_id,
            aggregate: kind,
            aggregate_id: id,
            version,
            name: &name,
            at,
            actor: &actor,
            data: &data,
        };
        let next = hash_of(&link).to_vec();
        rows.push(Event {
            event_id,
            version,
            name,
            data,
            actor: actor.clone(),
            at,
            traceparent: caller.traceparent.clone(),
            previous: hash,
            hash: next.clone(),
        });
        hash = next;
        let evolved = A::evolve(state, &happened, &meta).ok_or_else(|| {
            Fault::internal(format!("{kind} {id}: event {version} cannot follow"))
        })?;
        if is_kept::<A>(version) {
            text = text_of(&evolved, version).map_err(Fault::internal)?;
        }
        state = Some(evolved);
        recorded.push((happened, meta));
    }
    let Some(state) = state else {
        return Err(Fault::internal(format!("{kind} {id}: no event, no state")));
    };
    if stale && text.is_empty() {
        text = text_of(&state, version).map_err(Fault::internal)?;
    }
    let head = aggregate::Model {
        aggregate: kind.to_owned(),
        aggregate_id: id.to_owned(),
        version,
        state: text,
        hash,
        at,
    };
    let append = Append {
        aggregate: (kind, id.to_owned()),
        added: version - expected,
        head,
        events: rows,
        columns: Row::of(state.row(id, version)),
        kept: None,
    };
    Ok(Prepared { committed: Committed { state, version, events: recorded }, append })
}
