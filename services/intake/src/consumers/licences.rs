//! 出证: notes on the case the licence that was issued for it.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::licences::LicenceEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Ledger};

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
        let LicenceEvent::Issued(licence) =
            event.read::<LicenceEvent>().map_err(Fault::internal)?
        else {
            return Ok(());
        };
        let command = Command::RecordLicence { identifier: licence.identifier };
        let caller = Caller::service("intake", event.traceparent.clone());
        self.ledger
            .execute_within::<CaseFile>(transaction, &licence.case_id, command, &caller)
            .await?;
        Ok(())
    }
}
