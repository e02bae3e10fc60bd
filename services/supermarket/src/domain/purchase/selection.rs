//! 选取: from the end of registration to the confirmed award.

use std::cmp::Reverse;

use tongban_calendar::Calendar;
use tongban_contracts::purchases::{DroppedAgency, PurchaseAward, PurchaseEvent, SelectionMethod};
use tongban_kernel::{Context, Fault, Faults, civil_date};

use super::stage::Stage;
use super::state::Purchase;
use super::{Decided, bidding, illegal, only_service};
use crate::domain::rules::PurchaseRules;

/// Who is drawn from: all who stand, or with 信用择优 the best by credit, of equal ones the earlier.
pub fn candidates(purchase: &Purchase) -> Vec<(String, u32)> {
    let mut all: Vec<_> = purchase.standing().collect();
    if purchase.requirement.method == SelectionMethod::CreditChoice {
        all.sort_by_key(|one| Reverse(one.registration.weight));
        let large = purchase.requirement.large_list.unwrap_or_default() as usize;
        all.truncate(large);
    }
    let weighted = purchase.requirement.method == SelectionMethod::CreditChoice;
    let weight = |weight: u32| if weighted { weight.max(1) } else { 1 };
    all.iter()
        .map(|one| (one.registration.agency.clone(), weight(one.registration.weight)))
        .collect()
}

/// How many are drawn from `count` candidates.
pub fn number_to_draw(purchase: &Purchase, count: usize) -> u32 {
    let wanted = match purchase.requirement.method {
        SelectionMethod::CreditChoice => purchase.requirement.small_list.unwrap_or(1),
        _ => 1,
    };
    wanted.min(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether the selection waits for a draw to be proposed.
pub fn needs_draw(purchase: &Purchase) -> bool {
    let drawn = matches!(
        purchase.requirement.method,
        SelectionMethod::RandomDraw | SelectionMethod::CreditChoice
    );
    drawn && purchase.stage == Stage::ToSelect
}

/// 启动抽取
pub fn propose(
    purchase: &Purchase,
    draw: String,
    candidates: Vec<String>,
    context: &Context,
) -> Decided {
    only_service(context)?;
    // A draw that came to nothing before it was announced, for want of a witness, is followed by another.
    let another = purchase.stage == Stage::Drawing && purchase.draw.as_deref() != Some(&draw);
    if !needs_draw(purchase) && !another {
        return Ok(Vec::new());
    }
    Ok(vec![PurchaseEvent::DrawProposed { draw, candidates }])
}

/// 抽取结果: the first who stands is awarded, or the small list is there. A result that names somebody who dropped out
/// is refused: the caller has the draw continue first.
pub fn drawn(
    purchase: &Purchase,
    draw: &str,
    result: &[String],
    rules: &PurchaseRules,
    calendar: &Calendar,
    context: &Context,
) -> Decided {
    only_service(context)?;
    if purchase.stage != Stage::Drawing || purchase.draw.as_deref() != Some(draw) {
        return Ok(Vec::new());
    }
    if result.is_empty() || result.iter().any(|agency| purchase.is_out(agency)) {
        return Err(Fault::conflict("drawn_dropped_out", "抽中的机构已退出选取，须先补抽"));
    }
    if purchase.requirement.method == SelectionMethod::CreditChoice {
        let (draw, agencies) = (draw.to_owned(), result.to_vec());
        return Ok(vec![PurchaseEvent::ShortListed { draw, agencies }]);
    }
    let first = result.first().map(String::as_str).unwrap_or_default();
    let price = purchase.requirement.budget_fen;
    let ground = "随机抽取，见抽取公告及结果".to_owned();
    award(purchase, first, price, ground, rules, calendar, context)
}

/// 流标: the draw has nobody left who stands.
pub fn give_up(purchase: &Purchase, context: &Context) -> Decided {
    only_service(context)?;
    if purchase.stage != Stage::Drawing {
        return Ok(Vec::new());
    }
    let reason = "抽中的机构均已退出，且无可补抽者，流标".to_owned();
    Ok(vec![PurchaseEvent::Failed { code: "nobody_left".to_owned(), reason }])
}

/// 选定: the owner picks from the small list.
pub fn choose(
    purchase: &Purchase,
    agency: &str,
    reason: &str,
    rules: &PurchaseRules,
    calendar: &Calendar,
    context: &Context,
) -> Decided {
    if !purchase.is_owner(&context.actor) {
        return Err(not_the_owner());
    }
    if purchase.stage != Stage::Choosing {
        return Err(illegal(purchase, "choose", "选定机构"));
    }
    let mut faults = Faults::new();
    if !purchase.short_list.iter().any(|listed| listed == agency) {
        faults.add("/agency", "not_listed", "该机构不在小名单中");
    }
    if reason.trim().is_empty() {
        faults.add("/reason", "required", "请写明选定理由");
    }
    faults.into_result("invalid_choice", "选定有误")?;
    let price = purchase.requirement.budget_fen;
    let ground = format!("信用择优，采购人从小名单选定：{}", reason.trim());
    award(purchase, agency, price, ground, rules, calendar, context)
}

/// 退出选取: an agency that is no longer fit drops out by rule, with a record; if it had been awarded, the selection
/// goes on without it. Who dropped out already, or never registered, is passed over.
pub fn drop_out(
    purchase: &Purchase,
    dropped: Vec<DroppedAgency>,
    rules: &PurchaseRules,
    context: &Context,
) -> Decided {
    only_service(context)?;
    let new = |out: &DroppedAgency| {
        purchase.registration(&out.agency).is_some() && !purchase.is_out(&out.agency)
    };
    let dropped: Vec<_> = dropped.into_iter().filter(new).collect();
    if dropped.is_empty() || !purchase.stage.is_selecting() {
        return Ok(Vec::new());
    }
    let left =
        |agency: &str| !purchase.is_out(agency) && dropped.iter().all(|out| out.agency != agency);
    // Registration may still bring others; afterwards nobody can be selected when nobody is left.
    let count = match purchase.stage {
        Stage::Registering => usize::MAX,
        Stage::Choosing => purchase.short_list.iter().filter(|agency| left(agency)).count(),
        _ if bidding::has_bids(purchase) => {
            let valid = purchase.bids.iter().filter(|bid| bid.invalid.is_none());
            valid.filter(|bid| left(&bid.agency)).count()
        }
        _ => purchase.standing().filter(|one| left(&one.registration.agency)).count(),
    };
    let fails = match purchase.stage {
        Stage::ToSelect => bidding::too_few(purchase, count, rules),
        _ if count == 0 => {
            let reason = "参与选取的机构均已退出，流标".to_owned();
            Some(PurchaseEvent::Failed { code: "nobody_left".to_owned(), reason })
        }
        _ => None,
    };
    let mut events = vec![PurchaseEvent::Dropped { dropped }];
    events.extend(fails);
    Ok(events)
}

/// 到期办理: what is due by the clock; nothing when nothing is.
pub fn tick(
    purchase: &Purchase,
    rules: &PurchaseRules,
    calendar: &Calendar,
    context: &Context,
) -> Decided {
    only_service(context)?;
    let today = civil_date(context.now);
    let past = |due: Option<chrono::NaiveDate>| due.is_some_and(|due| today > due);
    match purchase.stage {
        Stage::ToSelect => select(purchase, rules, calendar, context),
        Stage::Choosing => {
            let end = rules.rules.choice_term.value.end(purchase.since, calendar)?;
            if context.now < end {
                return Ok(Vec::new());
            }
            let reason = "采购人未在期限内从小名单选定机构，流标".to_owned();
            Ok(vec![PurchaseEvent::Failed { code: "no_choice_in_time".to_owned(), reason }])
        }
        Stage::OnNotice => {
            let until = purchase.award.as_ref().map(|award| award.notice_until);
            if until.is_none_or(|until| context.now < until) {
                return Ok(Vec::new());
            }
            let contract_due = rules.rules.contract_term.value.last_day(context.now, calendar)?;
            Ok(vec![PurchaseEvent::AwardConfirmed { contract_due }])
        }
        Stage::AwaitingContract | Stage::ConfirmingContract
            if !purchase.contract_overdue && past(purchase.contract_due) =>
        {
            Ok(vec![PurchaseEvent::ContractOverdue])
        }
        Stage::Completed if purchase.rating.is_none() && past(purchase.rating_due) => {
            Ok(vec![PurchaseEvent::RatingDefaulted])
        }
        _ => Ok(Vec::new()),
    }
}

/// The selection by price, or of the agency named.
fn select(
    purchase: &Purchase,
    rules: &PurchaseRules,
    calendar: &Calendar,
    context: &Context,
) -> Decided {
    match purchase.requirement.method {
        SelectionMethod::RandomDraw | SelectionMethod::CreditChoice => Ok(Vec::new()),
        SelectionMethod::LowestPrice | SelectionMethod::NearestMean => {
            let Some((bid, ground)) = bidding::winner(purchase) else {
                return Ok(bidding::too_few(purchase, 0, rules).into_iter().collect());
            };
            award(purchase, &bid.agency, bid.price_fen, ground, rules, calendar, context)
        }
        SelectionMethod::DirectChoice => {
            let (Some(direct), Some(one)) =
                (&purchase.requirement.direct, purchase.standing().next())
            else {
                return Ok(bidding::too_few(purchase, 0, rules).into_iter().collect());
            };
            let ground = format!("直接选取：{}", direct.reason);
            let agency = &one.registration.agency;
            award(purchase, agency, direct.price_fen, ground, rules, calendar, context)
        }
    }
}

fn award(
    purchase: &Purchase,
    agency: &str,
    price_fen: i64,
    ground: String,
    rules: &PurchaseRules,
    calendar: &Calendar,
    context: &Context,
) -> Decided {
    let registration = purchase
        .registration(agency)
        .ok_or_else(|| Fault::internal(format!("{agency} was selected and never registered")))?;
    let notice_until = rules.rules.award_notice_term.value.end(context.now, calendar)?;
    Ok(vec![PurchaseEvent::Awarded(Box::new(PurchaseAward {
        agency: agency.to_owned(),
        code: registration.code.clone(),
        name: registration.name.clone(),
        price_fen,
        ground,
        draw: purchase.draw.clone(),
        notice_until,
    }))])
}

/// The refusal of a step that is the owner's.
pub fn not_the_owner() -> Fault {
    Fault::forbidden("not_the_owner", "只有采购人可以办理此操作")
}

/// Whether the clock could bring something, for the query columns: when to look next.
pub fn next_due(purchase: &Purchase) -> Option<chrono::DateTime<chrono::Utc>> {
    use crate::domain::rules::end_of_day;
    match purchase.stage {
        Stage::Registering => Some(purchase.requirement.registration_until),
        Stage::ToSelect | Stage::Drawing | Stage::Choosing => Some(purchase.since),
        Stage::OnNotice => purchase.award.as_ref().map(|award| award.notice_until),
        Stage::AwaitingContract | Stage::ConfirmingContract if !purchase.contract_overdue => {
            purchase.contract_due.map(end_of_day)
        }
        Stage::Completed if purchase.rating.is_none() => purchase.rating_due.map(end_of_day),
        _ => None,
    }
}
