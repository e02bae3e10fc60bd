//! 体外采购: reports in accepted cases that were not bought here.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::intake::{CaseEvent, CaseMatter, HandedMaterial};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::app::purchasing::outside::{Handed, find};
use crate::app::purchasing::{Purchasing, known};
use crate::store::purchasing::case_report::{self, Model};

/// Follows the cases of matters that need intermediary services. A report is looked at when its case is accepted:
/// then the materials are complete.
pub struct Cases(pub Purchasing);

#[async_trait]
impl Consumer for Cases {
    fn name(&self) -> &'static str {
        "supermarket.cases"
    }

    fn topics(&self) -> Vec<String> {
        vec![CaseEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let case_id = &event.subject;
        match event.read::<CaseEvent>().map_err(Fault::internal)? {
            CaseEvent::Submitted(submission) => {
                let matter = submission.matter.matter_id;
                if known::services_of_matter(transaction, matter).await?.is_empty() {
                    return Ok(());
                }
                let row = Model {
                    id: case_id.clone(),
                    account: submission.applicant.account.clone(),
                    matter: json(&submission.matter)?,
                    applicant: submission.applicant.name.clone(),
                    number: submission.number.clone(),
                    materials: handed(&submission.materials)?,
                };
                case_report::note(transaction, row).await.map_err(tongban_db::to_fault)
            }
            CaseEvent::Resubmitted { materials, .. } => {
                let materials = handed(&materials)?;
                let replaced = case_report::replace(transaction, case_id, materials).await;
                replaced.map_err(tongban_db::to_fault)
            }
            CaseEvent::Accepted { .. } => {
                let found = case_report::find(transaction, case_id).await;
                let Some(row) = found.map_err(tongban_db::to_fault)? else { return Ok(()) };
                let matter: CaseMatter =
                    serde_json::from_str(&row.matter).map_err(Fault::internal)?;
                let materials: Vec<Handed> =
                    serde_json::from_str(&row.materials).map_err(Fault::internal)?;
                find(&self.0, transaction, event, &row, &matter, &materials).await?;
                case_report::forget(transaction, case_id).await.map_err(tongban_db::to_fault)
            }
            CaseEvent::AcceptanceRefused { .. } | CaseEvent::Withdrawn { .. } => {
                case_report::forget(transaction, case_id).await.map_err(tongban_db::to_fault)
            }
            CaseEvent::CorrectionRequested { .. }
            | CaseEvent::Decided(_)
            | CaseEvent::LicenceRecorded { .. } => Ok(()),
        }
    }
}

fn handed(materials: &[HandedMaterial]) -> Result<String, Fault> {
    let handed: Vec<Handed> = materials
        .iter()
        .map(|one| Handed { code: one.code.clone(), name: one.name.clone(), sm3: one.sm3.clone() })
        .collect();
    json(&handed)
}

fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(Fault::internal)
}
