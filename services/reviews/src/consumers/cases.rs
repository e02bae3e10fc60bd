//! What happens here when a case is completed: its applicant may review it, whatever the outcome.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::CaseEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Stopped;

use crate::app::Desk;
use crate::app::open::open;

/// Opens a right for every completed case.
pub struct Cases(pub Desk);

#[async_trait]
impl Consumer for Cases {
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
        self.consume_all(&[event], transaction).await.map_err(|(_, fault)| fault)
    }

    async fn consume_all(
        &self,
        events: &[&Envelope],
        transaction: &DatabaseTransaction,
    ) -> Result<(), Stopped> {
        let (mut places, mut orders) = (Vec::new(), Vec::new());
        for (place, event) in events.iter().enumerate() {
            let read = event.read().map_err(|error| (place, Fault::internal(error)))?;
            if let CaseEvent::Decided(decision) = read {
                places.push(place);
                let decided_by =
                    event.caused_by().map_err(|error| (place, Fault::internal(error)))?;
                let ends = self.0.right_ends(event.time).map_err(|fault| (place, fault))?;
                let trace = event.traceparent.clone();
                orders.push(open(&event.subject, *decision, decided_by.account, ends, trace));
            }
        }
        let done = self.0.host.ledger.execute_all_within(transaction, orders).await;
        done.map_err(|(at, fault)| (places.get(at).copied().unwrap_or(0), fault))
    }
}
