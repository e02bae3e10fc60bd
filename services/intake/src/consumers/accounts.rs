//! Keeps `known_holder` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::identity::AccountEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::store::holder as store;

/// Follows the accounts of people and organisations.
pub struct Accounts;

#[async_trait]
impl Consumer for Accounts {
    fn name(&self) -> &'static str {
        "intake.accounts"
    }

    fn topics(&self) -> Vec<String> {
        vec![AccountEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_holder"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        match event.read::<AccountEvent>().map_err(Fault::internal)? {
            AccountEvent::Registered(account) => match &account.document {
                Some(document) => {
                    store::note(transaction, &event.subject, &account, document).await
                }
                None => Ok(()),
            },
            AccountEvent::RolesChanged { .. } => Ok(()),
            AccountEvent::Disabled { .. } => {
                store::disable(transaction, &event.subject).await.map_err(tongban_db::to_fault)
            }
        }
    }
}
