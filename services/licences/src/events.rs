//! What the library does when something happens at the intake: an approved case gets its licence.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::{CaseEvent, Outcome};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::Stopped;
use tongban_runtime::Host;

use crate::app::issue::{Approval, issue};

/// Issues the licence of every approved case that results in one.
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
        "licences.cases"
    }

    fn topics(&self) -> Vec<String> {
        vec![CaseEvent::topic()]
    }

    /// The serial numbers of an issuer are counted in one row.
    fn shares_rows(&self) -> bool {
        true
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
        let mut approvals = Vec::new();
        for (place, event) in events.iter().enumerate() {
            let read = event.read().map_err(|error| (place, Fault::internal(error)))?;
            let CaseEvent::Decided(decision) = read else { continue };
            let Some(licence_type) = decision.matter.licence.clone() else { continue };
            if decision.outcome == Outcome::Approved {
                approvals.push(Approval {
                    place,
                    case_id: event.subject.clone(),
                    decision: *decision,
                    licence_type,
                    date: civil_date(event.time),
                    traceparent: event.traceparent.clone(),
                });
            }
        }
        issue(&self.0, approvals, transaction).await
    }
}
