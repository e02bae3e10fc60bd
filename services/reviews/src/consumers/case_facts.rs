//! Keeps `case_fact` up to date: what the tags of reviews are checked against.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::CaseEvent;
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Stopped;

use crate::store::case_fact::{self as store, Model};

/// Follows the cases.
pub struct CaseFactKeeper;

#[async_trait]
impl Consumer for CaseFactKeeper {
    fn name(&self) -> &'static str {
        "reviews.facts"
    }

    fn topics(&self) -> Vec<String> {
        vec![CaseEvent::topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["case_fact"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        self.consume_all(&[event], transaction).await.map_err(|(_, fault)| fault)
    }

    async fn consume_all(
        &self,
        events: &[&Envelope],
        transaction: &DatabaseTransaction,
    ) -> Result<(), Stopped> {
        let mut ids: Vec<String> = events.iter().map(|event| event.subject.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut rows = store::some(transaction, &ids).await.map_err(|fault| (0, fault))?;
        for (place, event) in events.iter().enumerate() {
            let what = event.read().map_err(|error| (place, Fault::internal(error)))?;
            let row = rows
                .entry(event.subject.clone())
                .or_insert_with(|| Model { id: event.subject.clone(), ..Model::default() });
            note(row, event, what);
        }
        let mut rows: Vec<Model> = rows.into_values().collect();
        rows.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        store::keep(transaction, rows).await.map_err(|fault| (0, fault))
    }
}

fn note(row: &mut Model, event: &Envelope, what: CaseEvent) {
    match what {
        CaseEvent::Submitted(submission) => {
            row.number = submission.number;
            let codes: Vec<&str> =
                submission.materials.iter().map(|material| material.code.as_str()).collect();
            row.materials = codes.join(" ");
        }
        CaseEvent::CorrectionRequested { items } => {
            row.corrections += 1;
            for item in items {
                let Some(code) = item.pointer.strip_prefix("/materials/") else { continue };
                let has = |codes: &str| codes.split_whitespace().any(|one| one == code);
                if !has(&row.materials) && !has(&row.asked_later) {
                    row.asked_later = format!("{} {code}", row.asked_later).trim().to_owned();
                }
            }
        }
        CaseEvent::Accepted { due, legal_due } => {
            (row.due, row.legal_due) = (Some(due), legal_due);
        }
        CaseEvent::Decided(decision) => {
            row.number = decision.number;
            row.due = Some(decision.due);
            row.decided_at = Some(event.time.timestamp_micros());
        }
        CaseEvent::Resubmitted { .. }
        | CaseEvent::AcceptanceRefused { .. }
        | CaseEvent::Withdrawn { .. }
        | CaseEvent::LicenceRecorded { .. } => {}
    }
}
