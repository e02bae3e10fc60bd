//! Keeps `known_party` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::identity::{AccountEvent, BodyEvent, RegionEvent};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::{Fault, PrincipalKind};

use crate::store::purchasing::party::{self, Model};

/// Follows organisations, bodies and regions. Natural persons are nobody's concern here.
pub struct Parties;

#[async_trait]
impl Consumer for Parties {
    fn name(&self) -> &'static str {
        "supermarket.parties"
    }

    fn topics(&self) -> Vec<String> {
        vec![AccountEvent::topic(), BodyEvent::topic(), RegionEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_party"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let row = match event.parts() {
            Some((_, "account", _)) => match event.read().map_err(Fault::internal)? {
                AccountEvent::Registered(account)
                    if account.kind == PrincipalKind::Organisation =>
                {
                    let code = account.document.map(|document| document.number);
                    Model { id: event.subject.clone(), name: account.name, code }
                }
                _ => return Ok(()),
            },
            Some((_, "body", _)) => {
                let BodyEvent::Registered(body) = event.read().map_err(Fault::internal)?;
                Model { id: body.uscc.clone(), name: body.name, code: Some(body.uscc) }
            }
            _ => {
                let RegionEvent::Registered(region) = event.read().map_err(Fault::internal)?;
                Model { id: region.code.to_string(), name: region.name, code: None }
            }
        };
        party::note(transaction, row).await.map_err(tongban_db::to_fault)
    }
}
