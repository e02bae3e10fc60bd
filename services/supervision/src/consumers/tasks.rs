//! 更换检查人员: visits that were dispatched already get the inspector who was drawn instead.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::supervision::InspectionTaskEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use crate::app::{Desk, dispatch};

/// Follows the tasks of this service.
pub struct Tasks(Desk);

impl Tasks {
    /// At this desk.
    pub fn new(desk: &Desk) -> Self {
        Self(desk.clone())
    }
}

#[async_trait]
impl Consumer for Tasks {
    fn name(&self) -> &'static str {
        "supervision.tasks"
    }

    fn topics(&self) -> Vec<String> {
        vec![InspectionTaskEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let caller = Caller::service("supervision", event.traceparent.clone());
        match event.read::<InspectionTaskEvent>().map_err(Fault::internal)? {
            // What was dispatched while a replacement came is put right when all is dispatched.
            InspectionTaskEvent::InspectorReplaced(_) | InspectionTaskEvent::Dispatched { .. } => {
                dispatch::put_right(&self.0, transaction, &event.subject, &caller).await
            }
            _ => Ok(()),
        }
    }
}
