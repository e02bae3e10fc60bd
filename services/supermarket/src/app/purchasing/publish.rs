//! 发布采购: an owner's requirement becomes a public notice.

use tongban_contracts::purchases::PurchaseOwner;
use tongban_kernel::checks::project_code;
use tongban_kernel::entropy::readable_code;
use tongban_kernel::{Fault, PrincipalKind, Role, civil_date};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::{Purchasing, known};
use crate::api::purchasing::view::PurchaseView;
use crate::domain::project::Project;
use crate::domain::purchase::draft::{Before, Draft, Facts};
use crate::domain::purchase::{Command, Purchase, Stage};

/// Publishes a purchase; the same request again answers with the same.
///
/// # Errors
/// `invalid_purchase` with every fault; `not_your_region`; the database's absence.
pub async fn publish(
    shop: &Purchasing,
    draft: Draft,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let owner = owner(&draft, caller)?;
    let facts = facts(shop, &draft, owner).await?;
    let ledger = &shop.host.ledger;
    let id = ledger.new_id();
    let command = Command::Publish(Box::new(draft), Box::new(facts));
    let reader = caller.principal.clone();
    ledger
        .open_once::<Purchase>(&id, command, caller, request, |committed| {
            Reply::json(201, &PurchaseView::of(&id, &committed.state, &reader))
        })
        .await
}

/// An organisation buys for itself, an officer for the body in the region.
fn owner(draft: &Draft, caller: &Caller) -> Result<PurchaseOwner, Fault> {
    let principal = &caller.principal;
    let body = if principal.kind == PrincipalKind::Officer {
        let body = principal.body.clone().unwrap_or_default();
        if !principal.holds(Role::MarketBuyer, &body, &draft.region) {
            return Err(Fault::forbidden("not_your_region", "只能为本单位在本区域采购"));
        }
        Some(body)
    } else {
        None
    };
    let (account, kind, name) = (principal.account.clone(), principal.kind, principal.name.clone());
    Ok(PurchaseOwner { account, kind, name, body })
}

async fn facts(shop: &Purchasing, draft: &Draft, owner: PurchaseOwner) -> Result<Facts, Fault> {
    let host = &shop.host;
    let project = match &draft.project_code {
        Some(code) => host.ledger.load::<Project>(code).await?.map(|known| known.state.project),
        None => None,
    };
    let region = draft.project_code.as_deref().and_then(|code| project_code::check(code).ok());
    let region_known = match region {
        Some(parsed) => known::region(shop, &parsed.region).await?,
        None => false,
    };
    let before = match &draft.repeats {
        Some(id) => host.ledger.load::<Purchase>(id).await?.map(|found| found.state),
        None => None,
    };
    let before = before.map(|purchase| Before {
        owner: purchase.owner.key().to_owned(),
        service: purchase.requirement.service.clone(),
        failed: purchase.stage == Stage::Failed,
        attempt: purchase.attempt,
    });
    let today = civil_date(host.clock.now()).format("%Y%m%d");
    let serial = readable_code(6, host.entropy.as_ref());
    Ok(Facts {
        owner,
        number: format!("CG-{}-{today}-{serial}", draft.region),
        service: known::service(shop, &draft.service).await?,
        project,
        region_known,
        before,
        rules: shop.rules.clone(),
        calendar: host.calendar.clone(),
    })
}
