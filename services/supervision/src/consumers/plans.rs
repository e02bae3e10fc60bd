//! 下达: a published plan opens its tasks, a withdrawn one cancels what was not dispatched.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::supervision::PlanEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use crate::app::{Desk, tasks};

/// Follows the plans of this service.
pub struct Plans(Desk);

impl Plans {
    /// At this desk.
    pub fn new(desk: &Desk) -> Self {
        Self(desk.clone())
    }
}

#[async_trait]
impl Consumer for Plans {
    fn name(&self) -> &'static str {
        "supervision.plans"
    }

    fn topics(&self) -> Vec<String> {
        vec![PlanEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let caller = Caller::service("supervision", event.traceparent.clone());
        let plan = &event.subject;
        match event.read::<PlanEvent>().map_err(Fault::internal)? {
            PlanEvent::Published => tasks::open(&self.0, transaction, plan, &caller).await,
            PlanEvent::Withdrawn { reason } => {
                tasks::close(&self.0, transaction, plan, &reason, &caller).await
            }
            _ => Ok(()),
        }
    }
}
