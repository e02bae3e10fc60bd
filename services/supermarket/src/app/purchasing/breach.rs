//! 违约登记: what an officer found on a purchase is told to the credit register.

use sea_orm::DatabaseTransaction;
use tongban_contracts::Envelope;
use tongban_contracts::breaches::SupermarketBreach;
use tongban_contracts::purchases::StopGround;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::Caller;

use super::Purchasing;
use crate::domain::breach::{Breach, Command};
use crate::store::purchasing::party;

/// Records the breach `id` that `event` tells of. An owner whose credit code identity never told is not recorded.
///
/// # Errors
/// The database's absence.
pub async fn record(
    shop: &Purchasing,
    transaction: &DatabaseTransaction,
    event: &Envelope,
    id: &str,
    reason: &str,
) -> Result<(), Fault> {
    let purchase = shop.purchase(&event.subject).await?.state;
    let Some(stop) = &purchase.stop else { return Ok(()) };
    let find = async |id: &str| party::find(transaction, id).await.map_err(tongban_db::to_fault);
    let subject = match stop.ground {
        StopGround::AgencyBreach => purchase.award.as_ref().map(|award| {
            let account = purchase.registration(&award.agency).map(|one| one.account.clone());
            (award.code.clone(), award.name.clone(), account)
        }),
        StopGround::OwnerBreach => find(purchase.owner.key()).await?.and_then(|owner| {
            let account = purchase.owner.body.is_none().then(|| owner.id.clone());
            Some((owner.code?, owner.name, account))
        }),
        StopGround::Agreed | StopGround::Circumstances => None,
    };
    let Some((subject_code, subject_name, subject_account)) = subject else {
        tracing::warn!(purchase = event.subject, "a breach of nobody known is not recorded");
        return Ok(());
    };
    let officer = event.caused_by().map_err(Fault::internal)?;
    let body = officer.body.unwrap_or_default();
    let body_name = find(&body).await?.map_or_else(|| body.clone(), |known| known.name);
    let ground = match stop.ground {
        StopGround::OwnerBreach => "owner_breach",
        _ if purchase.contract_confirmed_at.is_none() => "contract_not_signed",
        _ => "service_stopped",
    };
    let breach = SupermarketBreach {
        subject_code,
        subject_name,
        subject_account,
        ground: ground.to_owned(),
        summary: reason.to_owned(),
        occurred_on: civil_date(stop.at),
        body,
        body_name,
        region: purchase.requirement.region.clone(),
        purchase_id: event.subject.clone(),
    };
    let caller = Caller::service("supermarket", event.traceparent.clone());
    let command = Command::Record(Box::new(breach));
    let done = shop.host.ledger.execute_within::<Breach>(transaction, id, command, &caller).await;
    done.map(|_| ())
}
