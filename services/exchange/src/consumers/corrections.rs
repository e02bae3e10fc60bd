//! Whoever may read a resource is told when its data were wrong.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::exchange::CorrectionEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger};
use uuid::Uuid;

use crate::domain::correction::Correction;
use crate::domain::grant::{Command, Grant, Notice};
use crate::store::grant::open_of;

/// Tells every holder of a grant of the resource.
pub struct Readers(pub Ledger);

#[async_trait]
impl Consumer for Readers {
    fn name(&self) -> &'static str {
        "exchange.corrections"
    }

    fn topics(&self) -> Vec<String> {
        vec![CorrectionEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let read = event.read::<CorrectionEvent>().map_err(Fault::internal)?;
        let CorrectionEvent::Answered { upheld: true, reason, corrected_on, .. } = read else {
            return Ok(());
        };
        let one = self.0.load::<Correction>(&event.subject).await?;
        let report =
            one.ok_or_else(|| Fault::internal("an answer without its report"))?.state.report;
        let correction_id: Uuid = event.subject.parse().map_err(Fault::internal)?;
        let (items, record, at) = (report.items, report.record, event.time);
        let notice = Notice { correction_id, items, record, reason, corrected_on, at };
        let caller = Caller::service("exchange", event.traceparent.clone());
        for id in open_of(transaction, &report.resource_id.to_string()).await? {
            let command = Command::Tell(Box::new(notice.clone()));
            self.0.execute_within::<Grant>(transaction, &id, command, &caller).await?;
        }
        Ok(())
    }
}
