//! Links end with the agency or the service they join.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::supermarket::{AgencyEvent, DirectoryEvent, LinkEnd};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger};

use crate::domain::link::{Command, Link};
use crate::store::link::{Column, open_of};

/// Ends the links of agencies that left or were excluded.
pub struct AgencyEnds(Ledger);

impl AgencyEnds {
    /// Over the service's own ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self(ledger)
    }
}

/// Ends the links to services that were withdrawn.
pub struct ServiceEnds(Ledger);

impl ServiceEnds {
    /// Over the service's own ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self(ledger)
    }
}

async fn end(
    ledger: &Ledger,
    transaction: &DatabaseTransaction,
    event: &Envelope,
    column: Column,
    cause: LinkEnd,
    explanation: String,
) -> Result<(), Fault> {
    let caller = Caller::service("supermarket", event.traceparent.clone());
    for id in open_of(transaction, column, &event.subject).await? {
        let command = Command::End { cause, explanation: explanation.clone() };
        ledger.execute_within::<Link>(transaction, &id, command, &caller).await?;
    }
    Ok(())
}

#[async_trait]
impl Consumer for AgencyEnds {
    fn name(&self) -> &'static str {
        "supermarket.agencies"
    }

    fn topics(&self) -> Vec<String> {
        vec![AgencyEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let (cause, explanation) = match event.read::<AgencyEvent>().map_err(Fault::internal)? {
            AgencyEvent::Left { reason } => (LinkEnd::AgencyLeft, format!("机构退出：{reason}")),
            AgencyEvent::Excluded(sanction) => {
                (LinkEnd::AgencyExcluded, format!("机构被清退：{}", sanction.text))
            }
            _ => return Ok(()),
        };
        end(&self.0, transaction, event, Column::AgencyId, cause, explanation).await
    }
}

#[async_trait]
impl Consumer for ServiceEnds {
    fn name(&self) -> &'static str {
        "supermarket.services"
    }

    fn topics(&self) -> Vec<String> {
        vec![DirectoryEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let read = event.read::<DirectoryEvent>().map_err(Fault::internal)?;
        let DirectoryEvent::Withdrawn { reason, .. } = read else { return Ok(()) };
        let explanation = format!("中介服务事项取消：{reason}");
        let cause = LinkEnd::ServiceWithdrawn;
        end(&self.0, transaction, event, Column::ServiceId, cause, explanation).await
    }
}
