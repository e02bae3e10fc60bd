//! 体外采购: what an accepted case shows of reports that were not bought here.

use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use tongban_contracts::Envelope;
use tongban_contracts::intake::CaseMatter;
use tongban_contracts::market::OutsidePurchase;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use super::{Purchasing, known};
use crate::domain::outside::{Command, Outside};
use crate::store::purchasing::case_report::Model;
use crate::store::purchasing::purchase;

/// A material as handed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Handed {
    /// Its code in the matter.
    pub code: String,
    /// Its name.
    pub name: String,
    /// SM3 of the file.
    pub sm3: String,
}

/// Finds the reports among the materials that are results of services which the applicant never bought here.
///
/// # Errors
/// The database's absence.
pub async fn find(
    shop: &Purchasing,
    transaction: &DatabaseTransaction,
    event: &Envelope,
    case: &Model,
    matter: &CaseMatter,
    materials: &[Handed],
) -> Result<(), Fault> {
    let services = known::services_of_matter(transaction, matter.matter_id).await?;
    let term = shop.rules.rules.outside_answer_term.value;
    let answer_due = term.last_day(event.time, &shop.host.calendar)?;
    for service in services {
        let Some(material) = materials.iter().find(|one| one.code == service.material) else {
            continue;
        };
        let bought = purchase::bought_here(transaction, &case.account, &service.id).await;
        if bought.map_err(tongban_db::to_fault)? {
            continue;
        }
        let found = OutsidePurchase {
            case_id: case.id.clone(),
            case_number: case.number.clone(),
            matter_id: matter.matter_id,
            matter_name: matter.name.clone(),
            body: matter.body.clone(),
            body_name: matter.body_name.clone(),
            region: matter.region.clone(),
            applicant: case.applicant.clone(),
            service: service.id,
            service_name: service.name,
            material_code: material.code.clone(),
            material_name: material.name.clone(),
            answer_due,
        };
        let id = format!("{}-{}", case.id, material.code);
        let caller = Caller::service("supermarket", event.traceparent.clone());
        let command = Command::Find(Box::new(found));
        shop.host.ledger.execute_within::<Outside>(transaction, &id, command, &caller).await?;
    }
    Ok(())
}
