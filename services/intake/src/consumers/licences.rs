//! 出证: notes on the case the licence that was issued for it.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::licences::LicenceEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger, Order, Stopped};

use crate::domain::case::CaseFile;
use crate::domain::command::Command;

/// Follows the licence library.
pub struct Licences {
    ledger: Ledger,
}

impl Licences {
    /// Writes to this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl Consumer for Licences {
    fn name(&self) -> &'static str {
        "intake.licences"
    }

    fn topics(&self) -> Vec<String> {
        vec![LicenceEvent::topic()]
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
            let read = event.read::<LicenceEvent>();
            let read = read.map_err(|error| (place, Fault::internal(error)))?;
            if let LicenceEvent::Issued(licence) = read {
                places.push(place);
                orders.push(Order::<CaseFile> {
                    id: licence.case_id,
                    command: Command::RecordLicence { identifier: licence.identifier },
                    caller: Caller::service("intake", event.traceparent.clone()),
                });
            }
        }
        let done = self.ledger.execute_all_within(transaction, orders).await;
        done.map_err(|(at, fault)| (places.get(at).copied().unwrap_or(0), fault))
    }
}
