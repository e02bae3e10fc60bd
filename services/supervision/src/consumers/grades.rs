//! 信用等级: an object has the class that its credit changed to, and the next draw goes by it.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::credit::CreditEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use crate::app::{Desk, objects};

/// Follows the classes of credit of this service.
pub struct Grades(Desk);

impl Grades {
    /// At this desk.
    pub fn new(desk: &Desk) -> Self {
        Self(desk.clone())
    }
}

#[async_trait]
impl Consumer for Grades {
    fn name(&self) -> &'static str {
        "supervision.grades"
    }

    fn topics(&self) -> Vec<String> {
        vec![CreditEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let caller = Caller::service("supervision", event.traceparent.clone());
        match event.read::<CreditEvent>().map_err(Fault::internal)? {
            CreditEvent::ClassChanged(change) => {
                objects::regrade(&self.0, transaction, &change, &caller).await
            }
            _ => Ok(()),
        }
    }
}
