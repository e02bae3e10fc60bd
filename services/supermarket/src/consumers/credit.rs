//! Keeps `known_credit` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::credit::CreditEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::store::credit as store;

/// Follows classes of credit.
pub struct Credit;

#[async_trait]
impl Consumer for Credit {
    fn name(&self) -> &'static str {
        "supermarket.credit"
    }

    fn topics(&self) -> Vec<String> {
        vec![CreditEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_credit"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let read = event.read::<CreditEvent>().map_err(Fault::internal)?;
        let CreditEvent::ClassChanged(change) = read else { return Ok(()) };
        if change.subject.natural_person {
            return Ok(());
        }
        let since = event.time.timestamp_micros();
        store::note(transaction, &change.subject.code, change.class.letter(), since).await
    }
}
