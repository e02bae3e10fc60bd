//! Grants follow the resource they are for.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::exchange::ResourceEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger};

use crate::domain::grant::{Command, Grant};
use crate::domain::resource::Resource;
use crate::store::grant::open_of;

/// Narrows or ends grants when their resource changes or is withdrawn.
pub struct Followers(pub Ledger);

#[async_trait]
impl Consumer for Followers {
    fn name(&self) -> &'static str {
        "exchange.resources"
    }

    fn topics(&self) -> Vec<String> {
        vec![ResourceEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let read = event.read::<ResourceEvent>().map_err(Fault::internal)?;
        if matches!(read, ResourceEvent::Published { .. }) {
            return Ok(());
        }
        // As it is by now: what a later event says holds already.
        let resource = self.0.load::<Resource>(&event.subject).await?;
        let resource = resource.ok_or_else(|| Fault::internal("a change without its resource"))?;
        let resource = Arc::new(resource.state);
        let caller = Caller::service("exchange", event.traceparent.clone());
        for id in open_of(transaction, &event.subject).await? {
            let command = Command::Follow(Arc::clone(&resource));
            self.0.execute_within::<Grant>(transaction, &id, command, &caller).await?;
        }
        Ok(())
    }
}
