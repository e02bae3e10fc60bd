//! Keeps `known_case` up to date.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::CaseEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::gateway::Subjects;
use crate::store::case;

/// Follows cases: whose they are, and from when until when.
pub struct Cases(pub Subjects);

#[async_trait]
impl Consumer for Cases {
    fn name(&self) -> &'static str {
        "exchange.cases"
    }

    fn topics(&self) -> Vec<String> {
        vec![CaseEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["known_case"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let at = event.time.timestamp_micros();
        match event.read::<CaseEvent>().map_err(Fault::internal)? {
            CaseEvent::Submitted(submission) => {
                let row = case::Model {
                    id: event.subject.clone(),
                    number: submission.number,
                    subject: self.0.print(&submission.applicant.document.number),
                    opened_at: at,
                    closed_at: None,
                };
                case::open(transaction, row).await
            }
            CaseEvent::Decided(_)
            | CaseEvent::AcceptanceRefused { .. }
            | CaseEvent::Withdrawn { .. } => case::close(transaction, &event.subject, at).await,
            _ => Ok(()),
        }
    }
}
