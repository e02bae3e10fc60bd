//! The state beside a history: what its events led to, kept so that many need not be read again.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use tongban_contracts::DomainEvent;
use tongban_kernel::{Fault, FaultKind};

use crate::aggregate::{Aggregate, Loaded};
use crate::entity::aggregate::{self, Model};
use crate::entity::event;
use crate::history::{event_of, meta, rows};

/// A state as it is stored, with the version of the history that led to it.
///
/// It stands in a [`Shaped`] of shape 0: builds that expect the state of the head's own version take that for a state
/// of another shape, and read the events.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<'a> {
    of: i64,
    shape: u32,
    #[serde(borrow)]
    state: &'a RawValue,
}

/// A state of some shape. Builds of before wrote the head's own so, and one of the first shape as it is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shaped<'a> {
    shape: u32,
    #[serde(borrow)]
    state: &'a RawValue,
}

/// No aggregate's state is of this shape.
const OF_A_VERSION: u32 = 0;

/// The text to store for the state after `version` events.
pub(crate) fn text_of<A: Aggregate>(state: &A, version: i64) -> Result<String, serde_json::Error> {
    let state = to_raw_value(state)?;
    let kept = to_raw_value(&Kept { of: version, shape: A::SHAPE, state: &state })?;
    serde_json::to_string(&Shaped { shape: OF_A_VERSION, state: &kept })
}

/// Whether the state after `version` events is one of those that are kept.
pub(crate) const fn is_kept<A: Aggregate>(version: i64) -> bool {
    version % A::KEPT_EVERY == 0
}

/// What stands beside a history.
enum Beside<'a> {
    /// Nothing.
    Nothing,
    /// The state of a version.
    Of(Kept<'a>),
    /// The state of the head's own version, without a word of it.
    Own { shape: u32, state: &'a str },
}

impl<'a> Beside<'a> {
    fn read(text: &'a str) -> Self {
        if text.is_empty() {
            return Self::Nothing;
        }
        // A state that begins so by itself is told apart by its other fields.
        let shaped = text.starts_with(r#"{"shape":"#);
        let shaped = shaped.then(|| serde_json::from_str::<Shaped<'a>>(text).ok()).flatten();
        match shaped {
            Some(Shaped { shape: OF_A_VERSION, state }) => {
                match serde_json::from_str(state.get()) {
                    Ok(kept) => Self::Of(kept),
                    Err(_) => Self::Own { shape: OF_A_VERSION, state: state.get() },
                }
            }
            Some(Shaped { shape, state }) => Self::Own { shape, state: state.get() },
            _ => Self::Own { shape: 1, state: text },
        }
    }

    /// Events are to be read that came after this version; nothing when none are.
    fn after(&self, version: i64) -> Option<i64> {
        match self {
            Self::Nothing => Some(0),
            Self::Of(kept) => (kept.of < version).then_some(kept.of),
            Self::Own { .. } => None,
        }
    }
}

/// The state in a stored text and the version that it is of; `None` when there is none, or one of another shape than
/// this build's.
pub(crate) fn of_text<A: Aggregate>(
    text: &str,
    version: i64,
) -> Option<Result<(A, i64), serde_json::Error>> {
    let (of, shape, state) = match &Beside::read(text) {
        Beside::Nothing => return None,
        Beside::Of(kept) => (kept.of, kept.shape, serde_json::from_str(kept.state.get())),
        Beside::Own { shape, state } if *shape == A::SHAPE => {
            (version, *shape, serde_json::from_str(state))
        }
        Beside::Own { .. } => return None,
    };
    (shape == A::SHAPE).then(|| state.map(|state| (state, of)))
}

/// A head and the events that no state beside it knows of, if they were read already.
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

    /// Which of `rows` have events that no state beside them knows of, and after which version.
    pub(crate) fn behind(rows: &[aggregate::Model]) -> BTreeMap<&str, i64> {
        let after = |row: &aggregate::Model| Beside::read(&row.state).after(row.version);
        rows.iter().filter_map(|row| Some((row.aggregate_id.as_str(), after(row)?))).collect()
    }
}

/// The aggregate of a head.
pub(crate) async fn loaded<A: Aggregate>(
    connection: &impl ConnectionTrait,
    Head { row, events }: Head,
) -> Result<Loaded<A>, Fault> {
    let (kept, state) = match of_text::<A>(&row.state, row.version) {
        Some(kept) => kept.map(|(state, of)| (of, Some(state))).map_err(Fault::internal)?,
        None => (0, None),
    };
    let state = match state {
        Some(state) if kept == row.version => state,
        state => {
            let kind = <A::Event as DomainEvent>::AGGREGATE;
            // Of a state in another shape those were read that came after it.
            let events = match events.first().is_some_and(|first| first.version == kept + 1) {
                true => events,
                false => rows(connection, kind, &row.aggregate_id, kept).await?,
            };
            recomputed(&row, kept, state, events)?
        }
    };
    let stale = match Beside::read(&row.state) {
        Beside::Nothing => false,
        Beside::Of(kept) => kept.shape != A::SHAPE,
        Beside::Own { .. } => true,
    };
    let Model { version, hash, at, .. } = row;
    Ok(Loaded { state, version, stale, hash, at })
}

/// The state up to `head`: `state`, which is that of the version `kept`, and the events since. They are few, or another
/// version of the program wrote the state in a shape of its own.
fn recomputed<A: Aggregate>(
    head: &Model,
    kept: i64,
    state: Option<A>,
    mut rows: Vec<event::Model>,
) -> Result<A, Fault> {
    let (kind, id) = (<A::Event as DomainEvent>::AGGREGATE, &head.aggregate_id);
    // The head was read before its events; what was appended since belongs to a later one.
    rows.retain(|row| row.version <= head.version);
    let whole = i64::try_from(rows.len()).is_ok_and(|count| count == head.version - kept);
    if !whole || rows.last().is_none_or(|last| last.hash != head.hash) {
        return Err(Fault::internal(format!("{kind} {id}: its state is not that of its events")));
    }
    follow(state, &rows)
}

/// What a whole history leads to.
pub(crate) fn led_to<A: Aggregate>(rows: &[event::Model]) -> Result<A, Fault> {
    follow(None, rows)
}

/// What events lead to from `state` on.
fn follow<A: Aggregate>(mut state: Option<A>, rows: &[event::Model]) -> Result<A, Fault> {
    for row in rows {
        let next = A::evolve(state, &event_of(row)?, &meta(row)?).ok_or_else(|| {
            let place = format!("{} {}: event {}", row.aggregate, row.aggregate_id, row.version);
            Fault::internal(format!("{place} cannot follow"))
        })?;
        state = Some(next);
    }
    state.ok_or_else(|| Fault::new(FaultKind::Internal, "internal", "系统内部错误"))
}
