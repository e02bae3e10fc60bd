//! What happens here when a case is completed: its applicant may review it, whatever the outcome.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::CaseEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_runtime::Host;

use crate::app::open::open;

/// Opens a right for every completed case.
pub struct CaseConsumer(Host);

impl CaseConsumer {
    /// For the service that `host` was given to.
    pub fn new(host: &Host) -> Self {
        Self(host.clone())
    }
}

#[async_trait]
impl Consumer for CaseConsumer {
    fn name(&self) -> &'static str {
        "reviews.cases"
    }

    fn topics(&self) -> Vec<String> {
        vec![CaseEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let CaseEvent::Decided(decision) = event.read().map_err(Fault::internal)? else {
            return Ok(());
        };
        let traceparent = event.traceparent.clone();
        open(&self.0, &event.subject, *decision, traceparent, transaction).await
    }
}
