//! 回执: the signed word that a step of a purchase was recorded, for whoever took it.

use tongban_contracts::purchases::PurchaseEvent;
use tongban_kernel::{Fault, Principal};

use super::Purchasing;
use crate::api::purchasing::receipts::PurchaseReceipt;
use crate::domain::purchase::Purchase;

/// A receipt for each step of the purchase that the reader took, the oldest first; each says the same whenever it is
/// asked for.
///
/// # Errors
/// Not found; `no_step_taken`; `history_key_unavailable`; the database's absence.
pub async fn own(
    shop: &Purchasing,
    id: &str,
    reader: &Principal,
) -> Result<Vec<PurchaseReceipt>, Fault> {
    let number = shop.purchase(id).await?.state.requirement.number;
    let mut receipts = Vec::new();
    for recorded in shop.host.ledger.history::<Purchase>(id).await? {
        if recorded.meta.actor.account != reader.account {
            continue;
        }
        let Some((step, step_name)) = step(&recorded.event) else { continue };
        let (event, at) = (recorded.meta.event_id, recorded.meta.at);
        let hash = recorded.hash_bytes()?;
        let receipt = shop.host.history.receipt(&number, &event.to_string(), hash, at).await?;
        receipts.push(PurchaseReceipt {
            step: step.to_owned(),
            step_name: step_name.to_owned(),
            event,
            at,
            receipt,
        });
    }
    if receipts.is_empty() {
        return Err(Fault::forbidden("no_step_taken", "只有办理过该采购步骤的人可以领取回执"));
    }
    Ok(receipts)
}

/// What a step of somebody outside is called; nothing for those of the clock and of officers.
const fn step(event: &PurchaseEvent) -> Option<(&'static str, &'static str)> {
    use PurchaseEvent as E;
    match event {
        E::Published(_) => Some(("published", "发布采购公告")),
        E::Registered(_) => Some(("registered", "报名（含密封报价）")),
        E::RegistrationWithdrawn { .. } => Some(("registration_withdrawn", "撤回报名")),
        E::Awarded(_) => Some(("awarded", "选定机构")),
        E::ContractUploaded(_) => Some(("contract_uploaded", "上传合同")),
        E::ContractReturned { .. } => Some(("contract_returned", "退回合同")),
        E::ContractConfirmed => Some(("contract_confirmed", "确认合同")),
        E::ResultDelivered { .. } => Some(("result_delivered", "上传服务结果")),
        E::ResultReturned { .. } => Some(("result_returned", "退回服务结果")),
        E::ResultAccepted { .. } => Some(("result_accepted", "确认服务结果")),
        E::Rated { .. } => Some(("rated", "服务评价")),
        E::Stopped { .. } => Some(("stopped", "中止服务")),
        E::Cancelled { .. } => Some(("cancelled", "作废采购")),
        E::RegistrationClosed { .. }
        | E::Dropped { .. }
        | E::DrawProposed { .. }
        | E::ShortListed { .. }
        | E::AwardConfirmed { .. }
        | E::ContractOverdue
        | E::RatingDefaulted
        | E::BreachDecided { .. }
        | E::Failed { .. } => None,
    }
}
