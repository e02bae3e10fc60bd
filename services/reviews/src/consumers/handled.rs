//! Keeps figures up to date with the handling of bad reviews.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::handlings::HandlingEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Stopped;

use crate::domain::figures::handled::Handled;
use crate::domain::figures::{Cell, Counts, change};
use crate::store::{handled, rollup};

/// Follows handlings.
pub struct Handlings;

#[async_trait]
impl Consumer for Handlings {
    fn name(&self) -> &'static str {
        "reviews.handled"
    }

    fn topics(&self) -> Vec<String> {
        vec![HandlingEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        self.consume_all(&[event], transaction).await.map_err(|(_, fault)| fault)
    }

    async fn consume_all(
        &self,
        events: &[&Envelope],
        transaction: &DatabaseTransaction,
    ) -> Result<(), Stopped> {
        let ids: BTreeSet<String> = events.iter().map(|event| event.subject.clone()).collect();
        let first = |fault| (0, fault);
        let before = handled::by_id(transaction, ids).await.map_err(first)?;
        let mut after = before.clone();
        for (place, event) in events.iter().enumerate() {
            let read = event.read().map_err(|error| (place, Fault::internal(error)))?;
            let current = after.remove(&event.subject);
            if let Some(now) = Handled::after(current, read, event.time) {
                after.insert(event.subject.clone(), now);
            }
        }
        let mut changes: BTreeMap<Cell, Counts> = BTreeMap::new();
        after.retain(|id, now| before.get(id) != Some(now));
        for (id, now) in &after {
            let earlier = before.get(id).map(Handled::cells).unwrap_or_default();
            for (cell, counts) in change(earlier, now.cells()) {
                *changes.entry(cell).or_default() += counts;
            }
        }
        handled::put(transaction, &after).await.map_err(first)?;
        rollup::add(transaction, &changes).await.map_err(first)
    }
}
