//! What a requirement has to be; every fault is named at once.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tongban_contracts::purchases::{
    FundSource, PublishedPurchase, PurchaseOwner, PurchaseRecusal, PurchaseRequirement, QuoteType,
    SelectionMethod,
};
use tongban_kernel::checks::{project_code, uscc};
use tongban_kernel::{Fault, Faults, PrincipalKind};

use super::draft::{Draft, Facts, yuan};

/// The purchase that a draft makes at `now`.
///
/// # Errors
/// `invalid_purchase` with every fault; `calendar_not_loaded`.
pub fn check(draft: Draft, facts: &Facts, now: DateTime<Utc>) -> Result<PublishedPurchase, Fault> {
    let mut faults = Faults::new();
    let mut warnings = Vec::new();
    project(&draft, facts, &mut faults, &mut warnings);
    service(&draft, facts, &mut faults);
    let attempt = repeated(&draft, facts, &mut faults);
    money(&draft, facts, attempt, &mut faults);
    method(&draft, &mut faults);
    needs(&draft, &mut faults);
    recusal(&draft, &mut faults);
    witnesses(&draft, &facts.owner, &mut faults);
    let earliest = facts.rules.rules.notice_term.value.end(now, &facts.calendar)?;
    if draft.registration_until < earliest {
        let message =
            format!("公告期不足：报名截止时间最早为 {}", earliest.format("%Y-%m-%dT%H:%M:%SZ"));
        faults.add("/registration_until", "notice_too_short", message);
    }
    faults.into_result("invalid_purchase", "采购需求有误")?;
    let recusal = draft.recusal.then(|| PurchaseRecusal {
        reason: draft.recusal_reason.clone().unwrap_or_default(),
        agencies: draft.recusal_agencies.clone(),
    });
    Ok(PublishedPurchase {
        owner: facts.owner.clone(),
        requirement: PurchaseRequirement {
            number: facts.number.clone(),
            project_name: draft.project_name,
            project_code: draft.project_code,
            service: draft.service,
            service_name: facts.service.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
            matter_id: draft.matter_id,
            case_id: draft.case_id,
            region: draft.region,
            fund_source: draft.fund_source,
            budget_fen: draft.budget_fen,
            method: draft.method,
            quote: draft.quote,
            discount_from: draft.discount_from,
            discount_to: draft.discount_to,
            large_list: draft.large_list,
            small_list: draft.small_list,
            direct: draft.direct,
            qualifications: draft.qualifications,
            staff: draft.staff,
            content: draft.content,
            service_days: draft.service_days,
            recusal,
            witnesses: draft.witnesses,
            complaint_phone: draft.complaint_phone,
            registration_until: tongban_kernel::clock::to_micros(draft.registration_until),
        },
        attempt,
        repeats: draft.repeats,
        warnings,
        rules: facts.rules.version.clone(),
    })
}

/// The code is checked by its digit, and where the construction platform told of the project, against that.
fn project(draft: &Draft, facts: &Facts, faults: &mut Faults, warnings: &mut Vec<String>) {
    let Some(code) = &draft.project_code else {
        if draft.fund_source == FundSource::Public {
            let message = "使用财政资金的采购须填写投资项目代码（政府投资条例第十条）";
            faults.add("/project_code", "project_code_required", message);
        }
        return;
    };
    let parsed = match project_code::check(code) {
        Ok(parsed) => parsed,
        Err(invalid) => {
            return faults.add("/project_code", invalid.reason(), invalid.message_zh());
        }
    };
    if parsed.form == project_code::Form::Old {
        warnings.push("old_project_code".to_owned());
    }
    if let Some(warning) = parsed.region_warning(|_| facts.region_known) {
        warnings.push(warning.code().to_owned());
    }
    let Some(project) = &facts.project else {
        return warnings.push("project_not_known".to_owned());
    };
    if !project.active {
        faults.add("/project_code", "project_closed", "该投资项目已终止，不能再采购");
    }
    if project.name.trim() != draft.project_name.trim() {
        let message = format!("项目名称与投资项目代码不符，登记名称为“{}”", project.name);
        faults.add("/project_name", "project_name_differs", message);
    }
    if facts.owner.kind == PrincipalKind::Organisation && project.developer != facts.owner.name {
        faults.add("/project_code", "project_of_another", "该投资项目的建设单位不是采购人");
    }
}

fn service(draft: &Draft, facts: &Facts, faults: &mut Faults) {
    let Some(service) = &facts.service else {
        let message = "中介服务事项清单中没有该事项，或尚未公布";
        return faults.add("/service", "unknown_service", message);
    };
    if let Some(matter) = draft.matter_id
        && !service.matters.contains(&matter.to_string())
    {
        faults.add("/matter_id", "service_not_of_matter", "该审批事项不要求此项中介服务");
    }
    if let Some(cap) = service.cap_fen
        && draft.budget_fen > cap
    {
        let message = format!("预算超过公布的收费上限 {} 元", yuan(cap));
        faults.add("/budget_fen", "above_fee_cap", message);
    }
}

/// Which attempt it is.
fn repeated(draft: &Draft, facts: &Facts, faults: &mut Faults) -> u32 {
    if draft.repeats.is_none() {
        return 1;
    }
    let Some(before) = &facts.before else {
        faults.add("/repeats", "unknown_purchase", "没有该次采购");
        return 1;
    };
    if before.owner != facts.owner.key() || before.service != draft.service {
        faults.add("/repeats", "another_purchase", "只能重新采购本采购人同一服务事项的需求");
    }
    if !before.failed {
        faults.add("/repeats", "did_not_fail", "只有流标的采购可以重新采购");
    }
    let attempt = before.attempt + 1;
    let most = facts.rules.rules.most_attempts.value;
    if attempt > most {
        faults.add("/repeats", "too_many_attempts", format!("同一需求最多采购 {most} 次"));
    }
    attempt
}

fn money(draft: &Draft, facts: &Facts, attempt: u32, faults: &mut Faults) {
    let rules = &facts.rules.rules;
    if draft.budget_fen <= 0 {
        return faults.add("/budget_fen", "minimum", "预算应大于 0");
    }
    let tender = rules.tender_limit_fen.value;
    if draft.fund_source == FundSource::Public && draft.budget_fen >= tender {
        let message = format!("预算达到招标（政府采购）限额 {} 元，应另行交易", yuan(tender));
        faults.add("/budget_fen", "over_tender_limit", message);
    }
    if draft.method == SelectionMethod::DirectChoice {
        let direct = rules.direct_limit_fen.value;
        let failed_often = attempt > rules.direct_after_failures.value;
        if draft.budget_fen > direct && !failed_often {
            let message = format!("预算超过直接选取限额 {} 元", yuan(direct));
            faults.add("/budget_fen", "over_direct_limit", message);
        }
    }
}

fn method(draft: &Draft, faults: &mut Faults) {
    use SelectionMethod::{CreditChoice, DirectChoice, LowestPrice, NearestMean};
    match (&draft.direct, draft.method) {
        (None, DirectChoice) => {
            faults.add("/direct", "required", "直接选取须写明机构、价格和理由");
        }
        (Some(direct), DirectChoice) => {
            if direct.price_fen < 1 || direct.price_fen > draft.budget_fen {
                faults.add("/direct/price_fen", "above_budget", "价格应在预算之内");
            }
        }
        (Some(_), _) => faults.add("/direct", "not_of_method", "只有直接选取可以指定机构"),
        (None, _) => {}
    }
    match (draft.large_list, draft.small_list, draft.method) {
        (Some(large), Some(small), CreditChoice) if small >= 1 && small <= large => {}
        (_, _, CreditChoice) => {
            faults.add(
                "/small_list",
                "bad_lists",
                "信用择优须写明大、小名单数量，且小名单不多于大名单",
            );
        }
        (None, None, _) => {}
        _ => faults.add("/large_list", "not_of_method", "只有信用择优设大、小名单"),
    }
    let has_bids = matches!(draft.method, LowestPrice | NearestMean);
    match (draft.quote, draft.discount_from, draft.discount_to) {
        (QuoteType::Amount, None, None) => {}
        (QuoteType::Discount, Some(from), Some(to)) if has_bids && from <= to && to < 10_000 => {}
        (QuoteType::Discount, _, _) if has_bids => {
            faults.add(
                "/discount_from",
                "bad_discounts",
                "报下浮率的须写明下浮率范围，上限低于 100%",
            );
        }
        (QuoteType::Discount, _, _) => {
            faults.add("/quote", "not_of_method", "只有竞价和均价选取可以报下浮率");
        }
        (QuoteType::Amount, _, _) => {
            faults.add("/discount_from", "not_of_quote", "报金额的不设下浮率范围");
        }
    }
}

fn needs(draft: &Draft, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (place, code) in draft.qualifications.codes.iter().enumerate() {
        if code.trim().is_empty() || !seen.insert(code) {
            let pointer = format!("/qualifications/codes/{place}");
            faults.add(pointer, "duplicate", "资质代码为空或重复");
        }
    }
    let mut seen = BTreeSet::new();
    for (place, staff) in draft.staff.iter().enumerate() {
        if staff.number == 0
            || staff.qualification.trim().is_empty()
            || !seen.insert(&staff.qualification)
        {
            faults.add(format!("/staff/{place}"), "duplicate", "人员要求为空或重复");
        }
    }
}

/// 回避: flag, reason and list stand together or not at all.
fn recusal(draft: &Draft, faults: &mut Faults) {
    let reason = draft.recusal_reason.as_deref().unwrap_or_default().trim();
    if draft.recusal {
        if reason.is_empty() {
            faults.add("/recusal_reason", "required", "设置回避的须写明原因");
        }
        if draft.recusal_agencies.is_empty() {
            faults.add("/recusal_agencies", "required", "设置回避的须列出机构");
        }
    } else if !reason.is_empty() || !draft.recusal_agencies.is_empty() {
        faults.add("/recusal", "recusal_not_set", "列出回避原因或机构的，须设置回避");
    }
    for (place, code) in draft.recusal_agencies.iter().enumerate() {
        if let Err(invalid) = uscc::check(code) {
            let pointer = format!("/recusal_agencies/{place}");
            faults.add(pointer, invalid.reason(), invalid.message_zh());
        }
    }
}

fn witnesses(draft: &Draft, owner: &PurchaseOwner, faults: &mut Faults) {
    let drawn = matches!(draft.method, SelectionMethod::RandomDraw | SelectionMethod::CreditChoice);
    if drawn && draft.witnesses.is_empty() {
        faults.add("/witnesses", "required", "随机抽取须有 1 至 3 名见证人");
    }
    if draft.witnesses.len() > 3 {
        faults.add("/witnesses", "maxItems", "见证人最多 3 名");
    }
    let mut seen = BTreeSet::new();
    for (place, witness) in draft.witnesses.iter().enumerate() {
        let pointer = format!("/witnesses/{place}");
        // The account is also the witness's name in the draw.
        let named = |one: char| one.is_ascii_alphanumeric() || "._:/-".contains(one);
        if witness.is_empty() || witness.len() > 64 || !witness.chars().all(named) {
            faults.add(pointer, "bad_account", "应为见证人的账号标识");
            continue;
        }
        if *witness == owner.account {
            faults.add(pointer, "witness_is_owner", "采购人不能见证自己的抽取");
        } else if !seen.insert(witness) {
            faults.add(pointer, "duplicate", "见证人重复");
        }
    }
}
