//! Keeps `known_person` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::identity::AccountEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::gateway::Subjects;
use crate::store::person;

/// Follows the accounts of people and organisations.
pub struct Accounts(pub Subjects);

#[async_trait]
impl Consumer for Accounts {
    fn name(&self) -> &'static str {
        "exchange.accounts"
    }

    fn topics(&self) -> Vec<String> {
        vec![AccountEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_person"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        match event.read::<AccountEvent>().map_err(Fault::internal)? {
            AccountEvent::Registered(account) => match account.document {
                Some(document) => {
                    let print = self.0.print(&document.number);
                    person::note(transaction, &event.subject, print).await
                }
                None => Ok(()),
            },
            // Whose data they are does not change with what somebody may do.
            AccountEvent::RolesChanged { .. } | AccountEvent::Disabled { .. } => Ok(()),
        }
    }
}
