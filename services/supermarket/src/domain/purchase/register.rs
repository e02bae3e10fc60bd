//! 报名: who may register, and until when.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use tongban_contracts::purchases::{
    Needed, PurchaseEvent, PurchaseRegistration, QuoteType, SelectionMethod,
};
use tongban_kernel::{Context, Fault, FaultKind, Faults, civil_date};

use super::stage::Stage;
use super::state::Purchase;
use super::{Decided, illegal};

/// Whether an agency may take part at all (机构状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 正常
    Active,
    /// 暂停
    Suspended,
    /// 清退
    Excluded,
    /// 已退出
    Exited,
}

/// A qualification and the last day it is valid; none for unlimited.
pub type Term = (String, Option<NaiveDate>);

/// An agency as far as purchases ask for it (中介机构).
#[derive(Debug, Clone)]
pub struct Registrant {
    /// Identifier.
    pub agency: String,
    /// Its account.
    pub account: String,
    /// Its credit code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it may take part.
    pub standing: Standing,
    /// Services it is linked to, by the directory's identifiers.
    pub services: BTreeSet<String>,
    /// Qualifications and the last day each is valid; none for unlimited.
    pub qualifications: Vec<Term>,
    /// Staff: identifier, and qualifications with their last days.
    pub staff: Vec<(String, Vec<Term>)>,
    /// Weight by credit in a draw.
    pub weight: u32,
}

/// A registration sought.
#[derive(Debug, Clone)]
pub struct Sought {
    /// By whom.
    pub registrant: Registrant,
    /// Staff put forward.
    pub staff: Vec<String>,
    /// What is offered: fen, or ten thousandths of discount.
    pub quote: Option<i64>,
    /// The same, sealed.
    pub sealed: Option<String>,
    /// What the agency's own clock said, if it told.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Registers an agency; the time is the platform's.
pub fn register(purchase: &Purchase, sought: Sought, context: &Context) -> Decided {
    in_time(purchase, sought.sent_at, context.now)?;
    let Sought { registrant, staff, quote, sealed, .. } = sought;
    if registrant.account != context.actor.account {
        return Err(Fault::forbidden("not_your_agency", "只能以本机构账号报名"));
    }
    if purchase.registration(&registrant.agency).is_some() {
        return Err(Fault::conflict("already_registered", "本机构已报名"));
    }
    let mut faults = Faults::new();
    let last = civil_date(purchase.requirement.registration_until);
    if let Some((code, message)) = unfit(purchase, &registrant, &staff, last) {
        faults.add("", code, message);
    }
    staff_fit(purchase, &registrant, &staff, last, &mut faults);
    bid(purchase, quote, sealed.is_some(), &mut faults);
    faults.into_result("cannot_register", "不符合报名条件")?;
    let Registrant { agency, account, code, name, weight, .. } = registrant;
    let registration = PurchaseRegistration { agency, account, code, name, staff, weight, sealed };
    Ok(vec![PurchaseEvent::Registered(Box::new(registration))])
}

/// 撤回报名: before the end.
pub fn withdraw(purchase: &Purchase, context: &Context) -> Decided {
    in_time(purchase, None, context.now)?;
    let own =
        purchase.registrations.iter().find(|one| one.registration.account == context.actor.account);
    let agency = own.map(|one| one.registration.agency.clone());
    let agency = agency.ok_or_else(|| Fault::conflict("not_registered", "本机构没有报名"))?;
    Ok(vec![PurchaseEvent::RegistrationWithdrawn { agency }])
}

/// By the platform's clock alone; the refusal names it beside the agency's own.
fn in_time(
    purchase: &Purchase,
    sent_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let until = purchase.requirement.registration_until;
    let written = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    if now >= until {
        let own = match sent_at {
            Some(at) => format!("，贵方时钟为 {}", written(at)),
            None => String::new(),
        };
        let detail = format!(
            "报名于 {} 截止，平台收到时为 {}{own}；以平台时钟为准",
            written(until),
            written(now),
        );
        let fault = Fault::new(FaultKind::Conflict, "registration_over", "报名已截止");
        return Err(fault.with_detail(detail));
    }
    if purchase.stage == Stage::Registering {
        return Ok(());
    }
    Err(illegal(purchase, "register", "报名"))
}

/// Why an agency may not, or no longer, be selected; `staff` are those it put forward.
///
/// The same is asked when it registers and when the selection begins, so that what ended meanwhile counts.
pub fn unfit(
    purchase: &Purchase,
    registrant: &Registrant,
    staff: &[String],
    day: NaiveDate,
) -> Option<(&'static str, String)> {
    let requirement = &purchase.requirement;
    match registrant.standing {
        Standing::Active => {}
        Standing::Suspended => return Some(("agency_suspended", "机构已被暂停参与采购".into())),
        Standing::Excluded => return Some(("agency_excluded", "机构已被清退".into())),
        Standing::Exited => return Some(("agency_exited", "机构已退出中介超市".into())),
    }
    if !registrant.services.contains(&requirement.service) {
        return Some(("not_linked", "机构未挂接该中介服务事项，或挂接已失效".into()));
    }
    if let Some(recusal) = &requirement.recusal
        && recusal.agencies.contains(&registrant.code)
    {
        return Some(("recused", format!("机构在回避名单中：{}", recusal.reason)));
    }
    if requirement.witnesses.contains(&registrant.account) {
        return Some(("witness_is_candidate", "机构账号是本次抽取的见证人，不能参加选取".into()));
    }
    if let Some(direct) = &requirement.direct
        && direct.agency != registrant.agency
    {
        return Some(("not_the_named_agency", "本次为直接选取，只有指定机构可以报名".into()));
    }
    let held = |code: &String| holds(&registrant.qualifications, code, day);
    let wanted = &requirement.qualifications;
    let enough = match wanted.needed {
        _ if wanted.codes.is_empty() => true,
        Needed::Any => wanted.codes.iter().any(held),
        Needed::All => wanted.codes.iter().all(held),
    };
    if !enough {
        let how = if wanted.needed == Needed::Any { "之一" } else { "全部" };
        let text = format!("机构资质不符或已过期，要求{how}：{}", wanted.codes.join("、"));
        return Some(("not_qualified", text));
    }
    let lost = staff.iter().find(|id| registrant.staff.iter().all(|(known, _)| known != *id));
    lost.map(|id| ("unknown_staff", format!("机构没有编号为 {id} 的人员")))
}

/// Whether the staff put forward covers what is asked for, each person for one need.
fn staff_fit(
    purchase: &Purchase,
    registrant: &Registrant,
    staff: &[String],
    day: NaiveDate,
    faults: &mut Faults,
) {
    let distinct: BTreeSet<_> = staff.iter().collect();
    if distinct.len() != staff.len() {
        faults.add("/staff", "duplicate", "拟派人员重复");
    }
    for need in &purchase.requirement.staff {
        let able = registrant
            .staff
            .iter()
            .filter(|(id, held)| staff.contains(id) && holds(held, &need.qualification, day));
        let able = able.count();
        if able < need.number as usize {
            let text = format!(
                "需要 {} 名持有效“{}”的人员，拟派人员中有 {able} 名",
                need.number, need.qualification
            );
            faults.add("/staff", "too_few_staff", text);
        }
    }
}

fn holds(held: &[(String, Option<NaiveDate>)], code: &String, day: NaiveDate) -> bool {
    held.iter().any(|(one, last)| one == code && last.is_none_or(|last| last >= day))
}

/// What is offered has to be within what was published.
fn bid(purchase: &Purchase, quote: Option<i64>, sealed: bool, faults: &mut Faults) {
    let requirement = &purchase.requirement;
    let has_bids =
        matches!(requirement.method, SelectionMethod::LowestPrice | SelectionMethod::NearestMean);
    match (quote, has_bids) {
        (None, false) => {}
        (Some(_), false) => faults.add("/quote", "no_bids", "本次采购不接受报价"),
        (None, true) => faults.add("/quote", "required", "请报价"),
        (Some(_), true) if !sealed => faults.add("/quote", "not_sealed", "报价未密封"),
        (Some(quote), true) => {
            if let Some((code, text)) = invalid_quote(purchase, quote) {
                faults.add("/quote", code, text);
            }
        }
    }
}

/// Why a quote does not count.
pub fn invalid_quote(purchase: &Purchase, quote: i64) -> Option<(&'static str, String)> {
    let requirement = &purchase.requirement;
    match requirement.quote {
        QuoteType::Amount if quote < 1 => Some(("not_positive", "报价应大于 0".into())),
        QuoteType::Amount if quote > requirement.budget_fen => {
            Some(("above_budget", "报价超过最高限价".into()))
        }
        QuoteType::Amount => None,
        QuoteType::Discount => {
            let from = i64::from(requirement.discount_from.unwrap_or_default());
            let to = i64::from(requirement.discount_to.unwrap_or_default());
            let outside = !(from..=to).contains(&quote);
            outside.then(|| ("outside_discounts", format!("下浮率应在万分之 {from} 至 {to} 之间")))
        }
    }
}
