//! What an answer grants becomes a grant.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::exchange::DataRequestEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger};
use uuid::Uuid;

use crate::domain::grant::{Command, Grant};
use crate::domain::request::{Request, grant_id};

/// Gives grants.
pub struct Grants(pub Ledger);

#[async_trait]
impl Consumer for Grants {
    fn name(&self) -> &'static str {
        "exchange.grants"
    }

    fn topics(&self) -> Vec<String> {
        vec![DataRequestEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let items = match event.read::<DataRequestEvent>().map_err(Fault::internal)? {
            DataRequestEvent::GrantedAtOnce { items } => items,
            DataRequestEvent::Answered { granted, .. }
            | DataRequestEvent::Ruled { granted, .. } => granted,
            _ => return Ok(()),
        };
        if items.is_empty() {
            return Ok(());
        }
        let request = self.0.load::<Request>(&event.subject).await?;
        let request = request.ok_or_else(|| Fault::internal("an answer without its request"))?;
        let id: Uuid = event.subject.parse().map_err(Fault::internal)?;
        let terms = request.state.terms(id, items, event.time);
        let caller = Caller::service("exchange", event.traceparent.clone());
        let (grant, command) = (grant_id(id).to_string(), Command::Give(Box::new(terms)));
        self.0.execute_within::<Grant>(transaction, &grant, command, &caller).await?;
        Ok(())
    }
}
