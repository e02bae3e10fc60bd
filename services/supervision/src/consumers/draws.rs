//! 抽取结果: what comes of a draw goes into the task that it was called for.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::draws::DrawEvent;
use tongban_contracts::of::{self, Of, Supervision};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use crate::app::{Desk, draws, tasks};

/// Follows the draws of this service.
pub struct Results(Desk);

impl Results {
    /// At this desk.
    pub fn new(desk: &Desk) -> Self {
        Self(desk.clone())
    }
}

#[async_trait]
impl Consumer for Results {
    fn name(&self) -> &'static str {
        "supervision.draws"
    }

    fn topics(&self) -> Vec<String> {
        vec![Of::<Supervision, DrawEvent>::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let caller = Caller::service("supervision", event.traceparent.clone());
        let (desk, purpose) = (&self.0, &event.subject);
        match of::read::<DrawEvent>(event).map_err(Fault::internal)? {
            DrawEvent::Drawn(result) => {
                draws::take(desk, transaction, purpose, *result, &caller).await
            }
            DrawEvent::Replaced { replacement, .. } => {
                tasks::take_replacement(desk, transaction, purpose, replacement, &caller).await
            }
            _ => Ok(()),
        }
    }
}
