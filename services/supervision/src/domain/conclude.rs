//! How a visit's part ends: the result told on the spot, the follow-up, the hand-over.

use tongban_calendar::LimitUnit;
use tongban_contracts::inspections::{
    CorrectionOrder, Evidence, InspectionEvent, OrderedPart, SettledResult, Signature, Verdict,
};
use tongban_kernel::{Context, Fault, Faults, civil_date};

use super::codes::{ResultCode, ResultKind};
use super::inspection::{Conclusion, Demand, Inspection, Part, PartStage};
use super::terms::Rules;
use super::visit::{Decided, part_of, shown, stage, unknown_code};

/// The result, checked against what was found, and the clock of what is to be corrected.
pub fn conclude(
    visit: &Inspection,
    ordered: &OrderedPart,
    part: &Part,
    conclusion: Conclusion,
    rules: &Rules,
    context: &Context,
) -> Decided {
    let Conclusion { mut result, demand } = conclusion;
    let code = rules.codes.find(&result.code).ok_or_else(|| unknown_code("/code"))?;
    if code.kind == ResultKind::Corrected {
        return Err(needs_follow_up());
    }
    let today = civil_date(context.now);
    let mut faults = Faults::new();
    fits_findings(code, ordered, part, &mut faults);
    fits_signature(code, &result.signature, &mut faults);
    if let Some(demand) = &demand {
        fits_demand(code, demand, rules, &mut faults);
    }
    faults.into_result("invalid_result", "检查结果有误")?;
    result.correction = match demand {
        None => None,
        Some(Demand { requirements, limit }) => {
            let due = rules.due(today, limit)?;
            let longest = rules.due(today, rules.terms.correction_longest.limit());
            if longest.is_ok_and(|longest| due > longest) {
                let title =
                    format!("责令改正期限最长为 {}", rules.terms.correction_longest.limit());
                return Err(Fault::conflict("correction_too_long", title));
            }
            Some(CorrectionOrder { requirements, due })
        }
    };
    let handling = match (&result.correction, code.kind) {
        (Some(order), _) => format!("责令改正，限 {} 前改正", order.due),
        (None, ResultKind::Violation | ResultKind::Refused) => "依法处理".to_owned(),
        (None, _) => "无".to_owned(),
    };
    let names = |present: &[String]| {
        let came = ordered.inspectors.iter().filter(|one| present.contains(&one.id));
        came.map(|one| format!("{}（{}）", one.name, one.certificate)).collect()
    };
    let settled = SettledResult {
        body: ordered.body.clone(),
        body_name: ordered.body_name.clone(),
        number: visit.order.number.clone(),
        task_id: visit.order.task_id.clone(),
        task_name: visit.order.task_name.clone(),
        object: visit.order.object.clone(),
        matters: ordered.matters.iter().map(|one| one.name.clone()).collect(),
        inspectors: part.begun.as_ref().map(|begun| names(&begun.present)).unwrap_or_default(),
        inspected_on: today,
        code: result.code.clone(),
        summary: result.summary.clone(),
        handling,
        settled: result.correction.is_none(),
    };
    Ok(vec![InspectionEvent::Concluded { told: Box::new(result), settled: Box::new(settled) }])
}

/// Key items are answered, and the result says what the findings say.
fn fits_findings(code: &ResultCode, ordered: &OrderedPart, part: &Part, faults: &mut Faults) {
    let violating = part.findings.values().any(|one| one.verdict == Verdict::Violating);
    match code.kind {
        ResultKind::Violation if !violating => {
            let text = "检查记录中没有不符合的检查项，不能得出该结果";
            faults.add("/code", "no_violation_found", text);
        }
        ResultKind::Clean if violating => {
            faults.add("/code", "violation_found", "检查记录中有不符合的检查项，不能得出该结果");
        }
        _ => {}
    }
    if matches!(code.kind, ResultKind::Absent | ResultKind::Refused) {
        return;
    }
    let items = ordered.matters.iter().flat_map(|one| &one.items);
    for item in items.filter(|item| item.key && !part.findings.contains_key(&item.code)) {
        let text = format!("重点项「{}」（{}）尚未记录", item.text, item.code);
        faults.add("/findings", "key_item_open", text);
    }
}

/// Nobody can sign who is not there, and nobody who is there goes without being asked.
fn fits_signature(code: &ResultCode, signature: &Signature, faults: &mut Faults) {
    let nobody = matches!(signature, Signature::NobodyMet { .. });
    if nobody != (code.kind == ResultKind::Absent) {
        let text = if nobody {
            "该结果应由当事人签字，或者记明拒签情况并有见证人或者录音录像"
        } else {
            "该结果应记明未见当事人的情况并附证据"
        };
        faults.add("/signature", "signature_mismatch", text);
    }
}

fn fits_demand(code: &ResultCode, demand: &Demand, rules: &Rules, faults: &mut Faults) {
    if code.kind != ResultKind::Violation {
        faults.add("/correction", "nothing_to_correct", "未发现违法行为的，不能责令改正");
    }
    let longest = &rules.terms.correction_longest;
    let days = |limit: tongban_calendar::Limit| match limit.unit {
        LimitUnit::Month => limit.amount.saturating_mul(30),
        LimitUnit::BusinessDay | LimitUnit::CalendarDay => limit.amount,
    };
    if days(demand.limit) > days(longest.limit()) {
        let text = format!("责令改正期限最长为 {}（{}）", longest.limit(), longest.source);
        faults.add("/correction/limit", "correction_too_long", text);
    }
}

/// The refusal to call something corrected that nobody has looked at again.
pub fn needs_follow_up() -> Fault {
    Fault::conflict("needs_follow_up", "“发现问题经责令已改正”只能由复查得出")
}

/// A follow-up visit: corrected, or not.
pub fn follow_up(
    visit: &Inspection,
    part: &Part,
    present: Vec<String>,
    corrected: bool,
    note: String,
    evidence: Vec<Evidence>,
    rules: &Rules,
) -> Decided {
    let mut faults = Faults::new();
    shown(&evidence, &mut faults);
    faults.into_result("invalid_follow_up", "复查记录有误")?;
    let settled = part.settled.as_ref();
    let settled = settled.ok_or_else(|| Fault::internal("a correction runs without a result"))?;
    let mut settled = settled.clone();
    if corrected {
        let code = rules.codes.corrected();
        let code = code.ok_or_else(|| Fault::internal("no code for corrected results"))?;
        settled.code.clone_from(&code.code);
        settled.summary = format!("{}，{}", settled.summary, code.name);
        settled.handling = "责令改正，已改正".into();
        settled.settled = true;
    } else {
        settled.handling = "责令改正，复查未改正".into();
    }
    settled.object = visit.order.object.clone();
    let settled = Box::new(settled);
    Ok(vec![InspectionEvent::FollowedUp { corrected, note, evidence, present, settled }])
}

/// Hands a violation over that was not, or is not to be, corrected.
pub fn hand_over(
    visit: &Inspection,
    body: &str,
    to_body: String,
    to_name: String,
    reason: String,
    rules: &Rules,
) -> Decided {
    let part = part_of(visit, body)?;
    stage(part, &[PartStage::Correcting, PartStage::Settled], "移送")?;
    let settled = part.settled.as_ref();
    let settled = settled.ok_or_else(|| Fault::internal("a settled part without a result"))?;
    let kind = rules.codes.find(&settled.code).map(|code| code.kind);
    if !matches!(kind, Some(ResultKind::Violation | ResultKind::Refused)) {
        let title = "该检查结果没有需要移送的违法行为";
        return Err(Fault::conflict("nothing_to_hand_over", title));
    }
    let failed = part.lapsed || part.follow_ups.last().is_some_and(|one| !one.corrected);
    if part.stage == PartStage::Correcting && !failed {
        let title = "责令改正期限未满且未经复查，不能移送";
        return Err(Fault::conflict("correction_running", title));
    }
    let place = visit.parts.iter().position(|one| one.body == body).unwrap_or_default() + 1;
    let number = format!("{}-移{place:02}", visit.order.number);
    let handling = format!("移送{to_name}立案处理");
    let settled = SettledResult { handling, settled: true, ..settled.clone() };
    let settled = Box::new(settled);
    Ok(vec![InspectionEvent::HandedOver { number, to_body, to_name, reason, settled }])
}
