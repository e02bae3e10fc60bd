//! What follows from purchases' own events.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::purchases::PurchaseEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::app::purchasing::{Purchasing, breach, listing};
use crate::store::purchasing::registration::{self, Model};

/// Keeps `purchase_registration` up to date.
pub struct Registrations;

#[async_trait]
impl Consumer for Registrations {
    fn name(&self) -> &'static str {
        "supermarket.registrations"
    }

    fn topics(&self) -> Vec<String> {
        vec![PurchaseEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["purchase_registration"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let purchase = event.subject.clone();
        let noted = match event.read::<PurchaseEvent>().map_err(Fault::internal)? {
            PurchaseEvent::Registered(one) => {
                let registered_at = event.time.timestamp_micros();
                let (agency, account) = (one.agency, one.account);
                let row = Model { purchase, agency, account, registered_at };
                registration::note(transaction, row).await
            }
            PurchaseEvent::RegistrationWithdrawn { agency } => {
                registration::forget(transaction, &purchase, &agency).await
            }
            _ => Ok(()),
        };
        noted.map_err(tongban_db::to_fault)
    }
}

/// Records breaches that were found, and lists agencies by the published rule.
pub struct Findings(pub Purchasing);

#[async_trait]
impl Consumer for Findings {
    fn name(&self) -> &'static str {
        "supermarket.findings"
    }

    fn topics(&self) -> Vec<String> {
        vec![PurchaseEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        match event.read::<PurchaseEvent>().map_err(Fault::internal)? {
            PurchaseEvent::BreachDecided { found: true, reason, breach: Some(id) } => {
                breach::record(&self.0, transaction, event, &id, &reason).await?;
                listing::review(&self.0, transaction, event).await
            }
            PurchaseEvent::Rated { .. } => listing::review(&self.0, transaction, event).await,
            _ => Ok(()),
        }
    }
}
