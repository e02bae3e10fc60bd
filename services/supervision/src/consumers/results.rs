//! What follows from a result: it is to be published, and it counts for credit.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::credit::{CreditEntry, CreditSource, CreditSubject, EvidenceReference};
use tongban_contracts::inspections::{InspectionEvent, SettledResult, VisitedObject};
use tongban_contracts::publications::{PublicationDuty, PublicationKind, PublishedText};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Caller;

use crate::app::Desk;
use crate::domain::credit::{self, Credit, credit_id};
use crate::domain::inspection::publication_id;
use crate::domain::publication::{Command, Publication};

/// Follows the service's own visits.
pub struct Results(pub Desk);

#[async_trait]
impl Consumer for Results {
    fn name(&self) -> &'static str {
        "supervision.results"
    }

    fn topics(&self) -> Vec<String> {
        vec![InspectionEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let (settled, reason) = match event.read().map_err(Fault::internal)? {
            InspectionEvent::Concluded { settled, .. } => (settled, "告知检查结果".to_owned()),
            InspectionEvent::FollowedUp { settled, corrected, .. } => {
                (settled, if corrected { "经责令已改正" } else { "复查未改正" }.to_owned())
            }
            InspectionEvent::HandedOver { settled, reason, .. } => (settled, reason),
            InspectionEvent::Amended { settled, reason } => (settled, reason),
            _ => return Ok(()),
        };
        self.publish(event, &settled, reason.clone(), transaction).await?;
        self.count(event, *settled, reason, transaction).await
    }
}

impl Results {
    async fn publish(
        &self,
        event: &Envelope,
        settled: &SettledResult,
        reason: String,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let SettledResult { object, .. } = settled;
        let duty = PublicationDuty {
            kind: PublicationKind::Inspection,
            number: settled.number.clone(),
            task_id: Some(settled.task_id.clone()),
            title: settled.task_name.clone(),
            matters: settled.matters.clone(),
            body: settled.body.clone(),
            body_name: settled.body_name.clone(),
            region: object.region.clone(),
            subject_code: object.code.clone(),
            subject_name: object.name.clone(),
            natural_person: object.natural_person,
            inspectors: settled.inspectors.clone(),
            ended_on: settled.inspected_on,
            due: None,
            text: PublishedText {
                code: Some(settled.code.clone()),
                summary: settled.summary.clone(),
                handling: settled.handling.clone(),
            },
        };
        let id = publication_id(&event.subject, &settled.body).to_string();
        let rules = Arc::clone(&self.0.onsite.rules);
        let command = Command::Expect { duty: Box::new(duty), reason, rules };
        let caller = Caller::service("supervision", event.traceparent.clone());
        let ledger = &self.0.host.ledger;
        ledger.execute_within::<Publication>(transaction, &id, command, &caller).await.map(drop)
    }

    /// A result counts when nothing of it is open any more; what was counted of it before no longer does.
    async fn count(
        &self,
        event: &Envelope,
        settled: SettledResult,
        reason: String,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        if !settled.settled {
            return Ok(());
        }
        let prefix = format!("inspection:{}:{}:", event.subject, settled.body);
        let code = self.0.onsite.rules.codes.find(&settled.code);
        let entry = match code.and_then(|code| code.ground.clone()) {
            None => None,
            Some(ground) => Some(Box::new(CreditEntry {
                id: format!("{prefix}{}", event.sequence),
                source: CreditSource::Inspection,
                ground,
                // The rule gives these.
                points: 0,
                at_best: None,
                counts_until: settled.inspected_on,
                rule: String::new(),
                summary: settled.summary,
                occurred_on: settled.inspected_on,
                evidence: EvidenceReference {
                    service: "supervision".into(),
                    kind: "inspection".into(),
                    id: event.subject.clone(),
                },
                body: settled.body,
                body_name: settled.body_name,
                region: settled.object.region.clone(),
                recorded_by: event.caused_by().map_err(Fault::internal)?.account,
            })),
        };
        let credit = Arc::clone(&self.0.onsite.credit);
        let subject = subject(settled.object);
        let id = credit_id(&subject.code).to_string();
        let command = credit::Command::Settle { subject, prefix, entry, reason, credit };
        settle(&self.0, &id, command, event, transaction).await
    }
}

fn subject(object: VisitedObject) -> CreditSubject {
    let VisitedObject { code, name, natural_person, account, .. } = object;
    CreditSubject { code, name, natural_person, account }
}

/// Carries out a command to somebody's credit; where nothing was ever counted, there is nothing to take back.
pub async fn settle(
    desk: &Desk,
    id: &str,
    command: credit::Command,
    event: &Envelope,
    transaction: &DatabaseTransaction,
) -> Result<(), Fault> {
    let caller = Caller::service("supervision", event.traceparent.clone());
    let ledger = &desk.host.ledger;
    match ledger.execute_within::<Credit>(transaction, id, command, &caller).await {
        Ok(_) => Ok(()),
        Err(fault) if fault.kind() == FaultKind::NotFound => Ok(()),
        Err(fault) => Err(fault),
    }
}
