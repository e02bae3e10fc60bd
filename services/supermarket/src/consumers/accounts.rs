//! Keeps `known_organisation` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::identity::{AccountEvent, DocumentKind};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::{Fault, PrincipalKind};

use crate::domain::profile::Organisation;
use crate::store::organisation as store;

/// Follows the accounts of organisations.
pub struct Accounts;

#[async_trait]
impl Consumer for Accounts {
    fn name(&self) -> &'static str {
        "supermarket.accounts"
    }

    fn topics(&self) -> Vec<String> {
        vec![AccountEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_organisation"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        match event.read::<AccountEvent>().map_err(Fault::internal)? {
            AccountEvent::Registered(account) => {
                let organisation = account.kind == PrincipalKind::Organisation;
                let document = account.document.filter(|one| one.kind == DocumentKind::Uscc);
                let Some(document) = document.filter(|_| organisation) else { return Ok(()) };
                let known = Organisation {
                    account: event.subject.clone(),
                    code: document.number,
                    name: account.name,
                };
                store::note(transaction, known).await
            }
            AccountEvent::RolesChanged { .. } => Ok(()),
            AccountEvent::Disabled { .. } => store::disable(transaction, &event.subject).await,
        }
    }
}
