//! 合同: uploaded by one side, confirmed by the other. A contract without a signing date is none.

use chrono::{Days, NaiveDate};
use tongban_contracts::purchases::{PurchaseContract, PurchaseDocument, PurchaseEvent};
use tongban_kernel::{Context, Fault, Faults, civil_date};

use super::stage::Stage;
use super::state::Purchase;
use super::{Decided, illegal};

/// A contract as handed in.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Number (合同编号).
    pub number: String,
    /// Price, in fen.
    pub price_fen: i64,
    /// When it was signed (签订日期).
    pub signed_on: Option<NaiveDate>,
    /// First day of the service.
    pub service_from: NaiveDate,
    /// Last day of the service.
    pub service_until: NaiveDate,
    /// The signed document.
    pub document: PurchaseDocument,
}

/// 上传合同: by either side, on the terms of the award.
pub fn upload(purchase: &Purchase, offer: Offer, context: &Context) -> Decided {
    let side = purchase.side_of(&context.actor).ok_or_else(not_a_side)?;
    if purchase.stage != Stage::AwaitingContract {
        return Err(illegal(purchase, "upload_contract", "上传合同"));
    }
    let Offer { number, price_fen, signed_on, service_from, service_until, document } = offer;
    let mut faults = Faults::new();
    let award = purchase.award.as_ref();
    if let Some(award) = award.filter(|award| award.price_fen != price_fen) {
        let text = format!("合同价应为中选价 {} 元", super::draft::yuan(award.price_fen));
        faults.add("/price_fen", "differs_from_award", text);
    }
    let today = civil_date(context.now);
    match signed_on {
        None => faults.add("/signed_on", "signing_date_missing", "合同没有签订日期"),
        Some(day) if day > today => {
            faults.add("/signed_on", "signed_in_future", "签订日期不能晚于今天");
        }
        Some(day) if award.is_some_and(|award| day < civil_date(award.notice_until)) => {
            faults.add("/signed_on", "signed_before_award", "签订日期不能早于中选公示结束");
        }
        Some(day) => {
            if service_from < day {
                faults.add("/service_from", "before_signing", "服务不能早于合同签订");
            }
        }
    }
    let longest = service_from
        .checked_add_days(Days::new(u64::from(purchase.requirement.service_days)))
        .unwrap_or(NaiveDate::MAX);
    if service_until < service_from {
        faults.add("/service_until", "reversed", "服务期限的结束早于开始");
    } else if service_until > longest {
        let text = format!("服务时限为 {} 日", purchase.requirement.service_days);
        faults.add("/service_until", "longer_than_published", text);
    }
    faults.into_result("invalid_contract", "合同有误")?;
    let Some(signed_on) = signed_on else {
        return Err(Fault::internal("a contract without a date passed"));
    };
    Ok(vec![PurchaseEvent::ContractUploaded(Box::new(PurchaseContract {
        number,
        price_fen,
        signed_on,
        service_from,
        service_until,
        document,
        uploaded_by: side,
    }))])
}

/// 确认或退回合同: by the other side.
pub fn answer(
    purchase: &Purchase,
    confirmed: bool,
    reason: Option<String>,
    context: &Context,
) -> Decided {
    let side = purchase.side_of(&context.actor).ok_or_else(not_a_side)?;
    let Some(contract) =
        purchase.contract.as_ref().filter(|_| purchase.stage == Stage::ConfirmingContract)
    else {
        return Err(illegal(purchase, "answer_contract", "确认合同"));
    };
    if contract.uploaded_by == side {
        return Err(Fault::forbidden("own_contract", "合同应由对方确认"));
    }
    if confirmed {
        return Ok(vec![PurchaseEvent::ContractConfirmed]);
    }
    let reason = reason.unwrap_or_default();
    super::reason_given(&reason)?;
    Ok(vec![PurchaseEvent::ContractReturned { reason }])
}

/// The refusal of a step that is the two sides'.
pub fn not_a_side() -> Fault {
    Fault::forbidden("not_a_side", "只有采购人和中选机构可以办理此操作")
}
