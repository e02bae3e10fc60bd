//! Offers within what the directory publishes (服务报价).

use tongban_contracts::supermarket::{FeeKind, IntermediaryService, Offer};
use tongban_kernel::{Fault, Faults};

/// An offer keeps the unit, the cap of a guided price and the published time limit.
pub fn check(service: &IntermediaryService, offer: &Offer) -> Result<(), Fault> {
    let mut faults = Faults::new();
    if offer.unit != service.fee.unit {
        let text = format!("计费单位应与清单一致：{}", service.fee.unit);
        faults.add("/unit", "unit", text);
    } else if let Some(cap) = service.fee.cap_fen
        && service.fee.kind == FeeKind::GovernmentGuided
        && offer.fee_fen > cap
    {
        faults.add("/fee_fen", "above_cap", format!("收费不得高于政府指导价上限 {cap} 分"));
    }
    if offer.business_days > service.business_days {
        let text = format!("服务时限不得长于公布的 {} 个工作日", service.business_days);
        faults.add("/business_days", "above_limit", text);
    }
    faults.into_result("invalid_offer", "服务报价有误")
}
