//! Keeps `known_body` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::identity::BodyEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::store::body::{self, Model};

/// Follows the public bodies.
pub struct Bodies;

#[async_trait]
impl Consumer for Bodies {
    fn name(&self) -> &'static str {
        "exchange.bodies"
    }

    fn topics(&self) -> Vec<String> {
        vec![BodyEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_body"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let BodyEvent::Registered(body) = event.read().map_err(Fault::internal)?;
        body::note(transaction, Model { id: body.uscc, name: body.name }).await
    }
}
