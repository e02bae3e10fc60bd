//! Every state recomputed from its events: what is stored beside a history must be what it led to.
//!
//! Either to compare, or to be written anew beside what is stored ([`crate::rebuild`]).

use std::collections::HashMap;

use async_trait::async_trait;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IdenStatic as _, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Value;
use tongban_contracts::DomainEvent;
use tongban_kernel::{Fault, Faults};

use crate::aggregate::{Aggregate, Stored};
use crate::audit::Flaw;
use crate::entity::{aggregate, event};
use crate::rebuild::{Events, refill};
use crate::state::{led_to, of_text};

/// Aggregates looked at at once.
const PAGE: u64 = 200;

/// Recomputes the states of one kind of aggregate.
#[async_trait]
pub trait Replay: Send + Sync {
    /// Every head whose state is not what its events lead to.
    ///
    /// # Errors
    /// When the database is away.
    async fn replay(&self, snapshot: &DatabaseTransaction) -> Result<Vec<Flaw>, Fault>;

    /// The kind of aggregate.
    fn kind(&self) -> &'static str;

    /// The table of its query columns.
    fn table(&self) -> &'static str;

    /// Writes the states and query columns that `events` lead to; notes in `faults` each history that leads
    /// to none.
    ///
    /// # Errors
    /// When the database is away, or does not take what a history leads to.
    async fn refill(&self, events: Events<'_>, faults: &mut Faults) -> Result<(), Fault>;
}

/// Recomputes the states of aggregates of type `A`.
pub fn replay<A: Stored>() -> Box<dyn Replay> {
    Box::new(Of::<A>(std::marker::PhantomData))
}

struct Of<A>(std::marker::PhantomData<fn() -> A>);

#[async_trait]
impl<A: Stored> Replay for Of<A> {
    fn kind(&self) -> &'static str {
        <A::Event as DomainEvent>::AGGREGATE
    }

    fn table(&self) -> &'static str {
        A::Row::default().as_str()
    }

    async fn refill(&self, events: Events<'_>, faults: &mut Faults) -> Result<(), Fault> {
        refill::<A>(events, faults).await
    }

    async fn replay(&self, snapshot: &DatabaseTransaction) -> Result<Vec<Flaw>, Fault> {
        let kind = <A::Event as DomainEvent>::AGGREGATE;
        let mut flaws = Vec::new();
        let mut after = String::new();
        loop {
            let heads = aggregate::Entity::find()
                .filter(aggregate::Column::Aggregate.eq(kind))
                .filter(aggregate::Column::AggregateId.gt(&after))
                .order_by_asc(aggregate::Column::AggregateId)
                .limit(PAGE)
                .all(snapshot)
                .await
                .map_err(tongban_db::to_fault)?;
            let Some(last) = heads.last() else { return Ok(flaws) };
            after.clone_from(&last.aggregate_id);
            let mut events = HashMap::<String, Vec<event::Model>>::new();
            let rows = event::Entity::find()
                .filter(event::Column::Aggregate.eq(kind))
                .filter(
                    event::Column::AggregateId.is_in(heads.iter().map(|head| &head.aggregate_id)),
                )
                .order_by_asc(event::Column::Version)
                .all(snapshot)
                .await
                .map_err(tongban_db::to_fault)?;
            for row in rows {
                events.entry(row.aggregate_id.clone()).or_default().push(row);
            }
            for head in heads {
                let rows = events.remove(&head.aggregate_id).unwrap_or_default();
                if !agree::<A>(&head.state, &rows) {
                    flaws.push(Flaw {
                        problem: "state_differs",
                        table: "ledger_aggregate",
                        aggregate: Some(head.aggregate),
                        aggregate_id: Some(head.aggregate_id),
                        version: Some(head.version),
                        ..Flaw::default()
                    });
                }
            }
        }
    }
}

/// Whether a stored state is what the events lead to.
fn agree<A: Aggregate>(text: &str, rows: &[event::Model]) -> bool {
    let written = |state: A| serde_json::to_value(state).ok();
    let led_to = |rows| led_to::<A>(rows).ok().and_then(written);
    if led_to(rows).is_none() {
        return false;
    }
    // As this build writes it: fields that were added since stand there with their defaults.
    let compare = |(state, of): (A, i64)| {
        let rows = usize::try_from(of).ok().and_then(|of| rows.get(..of));
        written(state).is_some_and(|state: Value| rows.and_then(led_to) == Some(state))
    };
    let version = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    // Nobody reads a state of another shape: whoever loads it recomputes it.
    of_text::<A>(text, version).is_none_or(|kept| kept.is_ok_and(compare))
}
