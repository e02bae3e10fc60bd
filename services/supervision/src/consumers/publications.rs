//! What follows from a publication: records for other platforms, and a penalty counts for credit.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::credit::{CreditEntry, CreditSource, CreditSubject, EvidenceReference};
use tongban_contracts::publications::{PublicationDuty, PublicationEvent, PublicationKind};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use super::results::settle;
use crate::app::{Desk, exports};
use crate::domain::credit::{self, credit_id};
use crate::domain::publication::Publication;

/// Follows the service's own publications.
pub struct Publications(pub Desk);

#[async_trait]
impl Consumer for Publications {
    fn name(&self) -> &'static str {
        "supervision.publications"
    }

    fn topics(&self) -> Vec<String> {
        vec![PublicationEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let what: PublicationEvent = event.read().map_err(Fault::internal)?;
        exports::add(&self.0, event, &what, transaction).await?;
        match what {
            PublicationEvent::Published { duty, .. }
                if duty.kind != PublicationKind::Inspection =>
            {
                self.penalty(event, *duty, None, transaction).await
            }
            PublicationEvent::Withdrawn { reason } => {
                let found = self.0.host.ledger.load::<Publication>(&event.subject).await?;
                let found = found.ok_or_else(|| Fault::internal("a withdrawal of nothing"))?;
                let duty = found.state.duty;
                if duty.kind == PublicationKind::Inspection {
                    return Ok(());
                }
                self.penalty(event, duty, Some(reason), transaction).await
            }
            PublicationEvent::Corrected { duty, reason }
                if duty.kind != PublicationKind::Inspection =>
            {
                let (entry, summary) = (penalty_id(&event.subject), duty.text.summary);
                let credit = Arc::clone(&self.0.onsite.credit);
                let id = credit_id(&duty.subject_code).to_string();
                let command = credit::Command::Restate { entry, summary, reason, credit };
                settle(&self.0, &id, command, event, transaction).await
            }
            _ => Ok(()),
        }
    }
}

/// The penalty's identifier in the register of credit.
fn penalty_id(publication: &str) -> String {
    format!("penalty:{publication}")
}

impl Publications {
    /// A penalty counts from its publication on; one that was withdrawn does not.
    async fn penalty(
        &self,
        event: &Envelope,
        duty: PublicationDuty,
        withdrawn: Option<String>,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let prefix = penalty_id(&event.subject);
        let small = duty.kind == PublicationKind::SmallPenalty;
        let entry = CreditEntry {
            id: prefix.clone(),
            source: CreditSource::Inspection,
            ground: if small { "penalty.small" } else { "penalty.general" }.into(),
            // The rule gives these.
            points: 0,
            at_best: None,
            counts_until: duty.ended_on,
            rule: String::new(),
            summary: duty.text.summary,
            occurred_on: duty.ended_on,
            evidence: EvidenceReference {
                service: "supervision".into(),
                kind: "publication".into(),
                id: event.subject.clone(),
            },
            body: duty.body,
            body_name: duty.body_name,
            region: duty.region,
            recorded_by: event.caused_by().map_err(Fault::internal)?.account,
        };
        let entry = withdrawn.is_none().then(|| Box::new(entry));
        let subject = CreditSubject {
            code: duty.subject_code,
            name: duty.subject_name,
            natural_person: duty.natural_person,
            account: None,
        };
        let id = credit_id(&subject.code).to_string();
        let (reason, credit) = (withdrawn.unwrap_or_default(), Arc::clone(&self.0.onsite.credit));
        let command = credit::Command::Settle { subject, prefix, entry, reason, credit };
        settle(&self.0, &id, command, event, transaction).await
    }
}
