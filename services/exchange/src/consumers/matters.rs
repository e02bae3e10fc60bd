//! Keeps `known_matter` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::matters::MatterEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::store::matter as store;

/// Follows the catalogue.
pub struct Matters;

#[async_trait]
impl Consumer for Matters {
    fn name(&self) -> &'static str {
        "exchange.matters"
    }

    fn topics(&self) -> Vec<String> {
        vec![MatterEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_matter"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        match event.read::<MatterEvent>().map_err(Fault::internal)? {
            MatterEvent::Published { matter, .. } => {
                store::publish(transaction, &event.subject, &matter.body).await
            }
            MatterEvent::Withdrawn { .. } => store::withdraw(transaction, &event.subject).await,
        }
    }
}
