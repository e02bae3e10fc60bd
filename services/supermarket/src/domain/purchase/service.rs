//! 服务: delivery, acceptance, rating, and what ends a purchase before its time.

use tongban_calendar::Calendar;
use tongban_contracts::purchases::{
    PurchaseDocument, PurchaseEvent, PurchaseMarks, PurchaseSide, StopGround,
};
use tongban_kernel::{Context, Fault, Faults, Principal, Role, civil_date};

use super::contract::not_a_side;
use super::selection::not_the_owner;
use super::stage::Stage;
use super::state::Purchase;
use super::{Decided, illegal, reason_given};
use crate::domain::rules::PurchaseRules;

/// 上传服务结果: by the agency.
pub fn deliver(
    purchase: &Purchase,
    documents: Vec<PurchaseDocument>,
    note: String,
    context: &Context,
) -> Decided {
    if !purchase.is_winner(&context.actor) {
        return Err(not_the_agency());
    }
    if purchase.stage != Stage::InService {
        return Err(illegal(purchase, "deliver", "上传服务结果"));
    }
    let mut faults = Faults::new();
    if documents.is_empty() {
        faults.add("/documents", "required", "服务结果至少有一个文件");
    }
    faults.into_result("invalid_result", "服务结果有误")?;
    Ok(vec![PurchaseEvent::ResultDelivered { documents, note }])
}

/// 确认或退回服务结果: by the owner. From the acceptance on the rating is due.
pub fn answer(
    purchase: &Purchase,
    accepted: bool,
    reason: Option<String>,
    rules: &PurchaseRules,
    calendar: &Calendar,
    context: &Context,
) -> Decided {
    owner(purchase, &context.actor)?;
    if purchase.stage != Stage::Delivered {
        return Err(illegal(purchase, "answer_result", "确认服务结果"));
    }
    if accepted {
        let rating_due = rules.rules.rating_term.value.last_day(context.now, calendar)?;
        return Ok(vec![PurchaseEvent::ResultAccepted { rating_due }]);
    }
    let reason = reason.unwrap_or_default();
    reason_given(&reason)?;
    Ok(vec![PurchaseEvent::ResultReturned { reason }])
}

/// 服务评价: by the owner, once, until the last day.
pub fn rate(
    purchase: &Purchase,
    marks: PurchaseMarks,
    text: Option<String>,
    context: &Context,
) -> Decided {
    owner(purchase, &context.actor)?;
    if purchase.stage != Stage::Completed {
        return Err(illegal(purchase, "rate", "评价"));
    }
    if purchase.rating.is_some() {
        return Err(Fault::conflict("already_rated", "该服务已评价，或已按默认评价处理"));
    }
    if purchase.rating_due.is_some_and(|due| civil_date(context.now) > due) {
        return Err(Fault::conflict("rating_over", "评价期限已过，按默认评价处理"));
    }
    let mut faults = Faults::new();
    let PurchaseMarks { quality, timeliness, attitude, fees, conduct, overall } = marks;
    for (name, mark) in [
        ("quality", quality),
        ("timeliness", timeliness),
        ("attitude", attitude),
        ("fees", fees),
        ("conduct", conduct),
        ("overall", overall),
    ] {
        if !(1..=5).contains(&mark) {
            faults.add(format!("/{name}"), "out_of_range", "评分应为 1 至 5");
        }
    }
    faults.into_result("invalid_rating", "评价有误")?;
    Ok(vec![PurchaseEvent::Rated { marks, text }])
}

/// 服务中止: by either side once the award is confirmed. A breach named here is only a claim until an officer found it.
pub fn stop(purchase: &Purchase, ground: StopGround, reason: String, context: &Context) -> Decided {
    let by = purchase.side_of(&context.actor).ok_or_else(not_a_side)?;
    let running = matches!(
        purchase.stage,
        Stage::AwaitingContract | Stage::ConfirmingContract | Stage::InService | Stage::Delivered
    );
    if !running {
        return Err(illegal(purchase, "stop", "中止服务"));
    }
    reason_given(&reason)?;
    let own = match ground {
        StopGround::AgencyBreach => by == PurchaseSide::Agency,
        StopGround::OwnerBreach => by == PurchaseSide::Owner,
        StopGround::Agreed | StopGround::Circumstances => false,
    };
    if own {
        return Err(Fault::conflict("own_breach", "不能以本方违约为由中止服务"));
    }
    Ok(vec![PurchaseEvent::Stopped { by, ground, reason }])
}

/// 违约认定: an officer of the market in the region, once.
pub fn decide_breach(
    purchase: &Purchase,
    found: bool,
    reason: String,
    breach: String,
    context: &Context,
) -> Decided {
    officer(purchase, &context.actor)?;
    let claimed = purchase
        .stop
        .as_ref()
        .filter(|stop| matches!(stop.ground, StopGround::AgencyBreach | StopGround::OwnerBreach));
    let Some(stop) = claimed else {
        return Err(illegal(purchase, "decide_breach", "认定违约"));
    };
    if stop.found.is_some() {
        return Err(Fault::conflict("already_decided", "该违约已作出认定"));
    }
    reason_given(&reason)?;
    let breach = found.then_some(breach);
    Ok(vec![PurchaseEvent::BreachDecided { found, reason, breach }])
}

/// 作废: by the owner while agencies register, by an officer until the award is confirmed.
pub fn cancel(purchase: &Purchase, reason: String, context: &Context) -> Decided {
    let by_owner = purchase.is_owner(&context.actor);
    let by_officer = officer(purchase, &context.actor).is_ok();
    if !by_owner && !by_officer {
        return Err(not_the_owner());
    }
    let allowed = if by_officer {
        purchase.stage.is_selecting()
    } else {
        purchase.stage == Stage::Registering
    };
    if !allowed {
        return Err(illegal(purchase, "cancel", "作废"));
    }
    reason_given(&reason)?;
    Ok(vec![PurchaseEvent::Cancelled { reason }])
}

fn owner(purchase: &Purchase, actor: &Principal) -> Result<(), Fault> {
    if purchase.is_owner(actor) { Ok(()) } else { Err(not_the_owner()) }
}

/// Only officers who manage the market in the purchase's region.
pub fn officer(purchase: &Purchase, actor: &Principal) -> Result<(), Fault> {
    if !actor.roles.contains(&Role::MarketManager) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    if !actor.reaches(&purchase.requirement.region) {
        return Err(Fault::forbidden("not_your_region", "只能办理本区域的采购"));
    }
    Ok(())
}

/// The refusal of a step that is the awarded agency's.
pub fn not_the_agency() -> Fault {
    Fault::forbidden("not_the_agency", "只有中选机构可以上传服务结果")
}
