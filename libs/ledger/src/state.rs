//! The state beside a history: what its events lead to, kept so that many need not be read again.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tongban_contracts::DomainEvent;
use tongban_kernel::{Fault, FaultKind};

use crate::aggregate::{Aggregate, Loaded};
use crate::entity::{aggregate, event};
use crate::history::{event_of, meta, rows};

/// A state of any shape but the first, as it is stored; one of the first stands there as it is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shaped<'a> {
    shape: u32,
    #[serde(borrow)]
    state: Cow<'a, RawValue>,
}

/// The text to store for the state after `version` events: none while these are few.
pub(crate) fn text_of<A: Aggregate>(state: &A, version: i64) -> Result<String, serde_json::Error> {
    if version <= A::KEPT_AFTER {
        return Ok(String::new());
    }
    let text = serde_json::to_string(state)?;
    if A::SHAPE == 1 {
        return Ok(text);
    }
    let state = Cow::Owned(RawValue::from_string(text)?);
    serde_json::to_string(&Shaped { shape: A::SHAPE, state })
}

/// The state in a stored text; `None` when there is none, or one of another shape than this build's.
pub(crate) fn of_text<A: Aggregate>(text: &str) -> Option<Result<A, serde_json::Error>> {
    if text.is_empty() {
        return None;
    }
    // Every shape but the first begins so; a state that does by itself is told apart by its other fields.
    let shaped = text.starts_with(r#"{"shape":"#).then(|| serde_json::from_str::<Shaped<'_>>(text));
    let (shape, state) = match &shaped {
        Some(Ok(shaped)) => (shaped.shape, shaped.state.get()),
        _ => (1, text),
    };
    (shape == A::SHAPE).then(|| serde_json::from_str(state))
}

/// A head and, where no state stands there, the events to read instead, if they were read already.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) row: aggregate::Model,
    pub(crate) events: Vec<event::Model>,
}

impl Head {
    /// `rows`, each with those of `events` that are its own.
    pub(crate) fn each(rows: Vec<aggregate::Model>, events: Vec<event::Model>) -> Vec<Self> {
        let mut of_all = HashMap::<String, Vec<event::Model>>::new();
        for event in events {
            of_all.entry(event.aggregate_id.clone()).or_default().push(event);
        }
        let with_its_own = |row: aggregate::Model| {
            let events = of_all.remove(&row.aggregate_id).unwrap_or_default();
            Self { row, events }
        };
        rows.into_iter().map(with_its_own).collect()
    }

    /// Which of `rows` have their events read instead of a state.
    pub(crate) fn bare(rows: &[aggregate::Model]) -> BTreeSet<&str> {
        let bare = rows.iter().filter(|row| row.state.is_empty());
        bare.map(|row| row.aggregate_id.as_str()).collect()
    }
}

/// The aggregate of a head.
pub(crate) async fn loaded<A: Aggregate>(
    connection: &impl ConnectionTrait,
    Head { row, events }: Head,
) -> Result<Loaded<A>, Fault> {
    let state = match of_text::<A>(&row.state) {
        Some(state) => state.map_err(Fault::internal)?,
        None => {
            let kind = <A::Event as DomainEvent>::AGGREGATE;
            let events = match events.is_empty() {
                true => rows(connection, kind, &row.aggregate_id).await?,
                false => events,
            };
            recomputed(&row, events)?
        }
    };
    Ok(Loaded { state, version: row.version, hash: row.hash, at: row.at })
}

/// The state up to `head`, from its events: they are few, or another version of the program wrote it in a shape
/// of its own.
fn recomputed<A: Aggregate>(
    head: &aggregate::Model,
    mut rows: Vec<event::Model>,
) -> Result<A, Fault> {
    let (kind, id) = (<A::Event as DomainEvent>::AGGREGATE, &head.aggregate_id);
    // The head was read before its events; what was appended since belongs to a later one.
    rows.retain(|row| row.version <= head.version);
    if rows.last().is_none_or(|last| last.hash != head.hash) {
        return Err(Fault::internal(format!("{kind} {id}: its state is not that of its events")));
    }
    led_to(&rows)
}

/// What a whole history leads to.
pub(crate) fn led_to<A: Aggregate>(rows: &[event::Model]) -> Result<A, Fault> {
    let mut state = None;
    for row in rows {
        let next = A::evolve(state, &event_of(row)?, &meta(row)?).ok_or_else(|| {
            let place = format!("{} {}: event {}", row.aggregate, row.aggregate_id, row.version);
            Fault::internal(format!("{place} cannot follow"))
        })?;
        state = Some(next);
    }
    state.ok_or_else(|| Fault::new(FaultKind::Internal, "internal", "系统内部错误"))
}
