//! What each command to a visit leads to, or why it is refused (行政处罚法 art. 42, 43;
//! 食品生产经营监督检查管理办法 art. 23, 24, 34, 35).

use std::collections::BTreeSet;

use tongban_contracts::inspections::{
    Evidence, InspectionEvent, InspectionFinding, OrderedInspector, OrderedPart, SettledResult,
    VisitOrder,
};
use tongban_kernel::{Context, Fault, FaultKind, Faults, Role, civil_date};

use super::codes::ResultKind;
use super::conclude;
use super::inspection::{Attending, Command, Inspection, Part, PartStage};
use super::terms::Rules;

/// The account under which the service acts by the clock and on its own events.
const SERVICE: &str = "service:supervision";

pub(super) type Decided = Result<Vec<InspectionEvent>, Fault>;

/// See [`tongban_ledger::Aggregate::decide`].
pub fn decide(current: Option<&Inspection>, command: Command, context: &Context) -> Decided {
    let Some(visit) = current else {
        return match command {
            Command::Order(order) => {
                ours(context)?;
                Ok(vec![InspectionEvent::Ordered(order)])
            }
            _ => Err(Fault::not_found("该检查任务")),
        };
    };
    match command {
        Command::Order(order) => join(visit, *order, context),
        Command::Replace { body, inspectors, reason } => {
            replace(visit, body, inspectors, reason, context)
        }
        Command::Begin { body, present, shown, rules } => {
            let (part, ordered) = own_part(visit, &body, context)?;
            stage(part, &[PartStage::Ordered], "到场检查")?;
            let today = civil_date(context.now);
            if today < visit.order.from || today > visit.order.until {
                let (from, until) = (visit.order.from, visit.order.until);
                let title = format!("任务书载明的检查期间为 {from} 至 {until}");
                return Err(Fault::conflict("outside_visit_period", title));
            }
            let present = attending(ordered, &present, &rules, context)?;
            Ok(vec![InspectionEvent::Begun { body, present, shown }])
        }
        Command::Record { body, findings } => {
            let (part, ordered) = own_part(visit, &body, context)?;
            begun(part, "记录检查情况")?;
            came(part, ordered, context)?;
            check_findings(ordered, &findings)?;
            Ok(vec![InspectionEvent::Found { body, findings }])
        }
        Command::Conclude { body, conclusion, rules } => {
            let (part, ordered) = own_part(visit, &body, context)?;
            begun(part, "告知检查结果")?;
            came(part, ordered, context)?;
            conclude::conclude(visit, ordered, part, *conclusion, &rules, context)
        }
        Command::Lapse { body } => {
            ours(context)?;
            let part = part_of(visit, &body)?;
            match part.correction_due() {
                Some(due) if !part.lapsed && civil_date(context.now) > due => {
                    Ok(vec![InspectionEvent::CorrectionLapsed { body, due }])
                }
                _ => Ok(Vec::new()),
            }
        }
        Command::FollowUp { body, present, corrected, note, evidence, rules } => {
            let (part, ordered) = own_part(visit, &body, context)?;
            stage(part, &[PartStage::Correcting], "复查")?;
            let present = attending(ordered, &present, &rules, context)?;
            conclude::follow_up(visit, part, present, corrected, note, evidence, &rules)
        }
        Command::HandOver { body, to_body, to_name, reason, rules } => {
            own_part(visit, &body, context)?;
            conclude::hand_over(visit, &body, to_body, to_name, reason, &rules)
        }
        Command::Receive { body, receipt } => receive(visit, body, receipt, context),
        Command::Amend { body, code, summary, reason, rules } => {
            amend(visit, &body, code, summary, reason, &rules, context)
        }
    }
}

/// Orders come from tasks, and clocks from the service itself.
fn ours(context: &Context) -> Result<(), Fault> {
    if context.actor.account == SERVICE {
        return Ok(());
    }
    Err(Fault::forbidden("only_by_task", "任务书由抽查任务生成"))
}

/// More parts join a visit while none of it has begun: several checks of one object are one visit.
fn join(visit: &Inspection, order: VisitOrder, context: &Context) -> Decided {
    ours(context)?;
    let mut merged = visit.order.clone();
    for part in order.parts {
        match merged.parts.iter_mut().find(|known| known.body == part.body) {
            None => merged.parts.push(part),
            Some(known) => {
                for matter in part.matters {
                    if known.matters.iter().all(|other| other.id != matter.id) {
                        known.matters.push(matter);
                    }
                }
                for inspector in part.inspectors {
                    if known.inspectors.iter().all(|other| other.id != inspector.id) {
                        known.inspectors.push(inspector);
                    }
                }
            }
        }
    }
    merged.from = merged.from.max(order.from).min(merged.until.min(order.until));
    merged.until = merged.until.min(order.until);
    let more = |part: &OrderedPart| {
        visit.ordered(&part.body).is_none_or(|known| {
            known.matters.len() < part.matters.len()
                || known.inspectors.len() < part.inspectors.len()
        })
    };
    if !merged.parts.iter().any(more) {
        return Ok(Vec::new());
    }
    if visit.parts.iter().any(|part| part.stage != PartStage::Ordered) {
        return Err(Fault::conflict("visit_begun", "检查已开始，不能再并入其他检查"));
    }
    Ok(vec![InspectionEvent::Joined(Box::new(merged))])
}

fn replace(
    visit: &Inspection,
    body: String,
    inspectors: Vec<OrderedInspector>,
    reason: String,
    context: &Context,
) -> Decided {
    ours(context)?;
    let part = part_of(visit, &body)?;
    let known = visit.ordered(&body).map(|part| &part.inspectors);
    if known == Some(&inspectors) {
        return Ok(Vec::new());
    }
    // Follow-up visits are paid by whoever is sent then.
    stage(part, &[PartStage::Ordered, PartStage::Correcting], "调整检查人员")?;
    Ok(vec![InspectionEvent::InspectorsReplaced { body, inspectors, reason }])
}

fn receive(visit: &Inspection, body: String, receipt: String, context: &Context) -> Decided {
    let part = part_of(visit, &body)?;
    let handover = part.handover.as_ref();
    let to_body = handover.map_or(body.as_str(), |one| one.to_body.as_str());
    if !context.actor.holds(Role::CaseHandler, to_body, &visit.order.object.region) {
        let title = "只有承办单位的案件承办人员可以接收移送";
        return Err(Fault::forbidden("not_your_body", title));
    }
    if handover.is_none() {
        return Err(Fault::conflict("not_handed_over", "该检查没有移送"));
    }
    stage(part, &[PartStage::HandedOver], "接收移送")?;
    Ok(vec![InspectionEvent::HandoverReceived { body, receipt }])
}

fn amend(
    visit: &Inspection,
    body: &str,
    code: String,
    summary: String,
    reason: String,
    rules: &Rules,
    context: &Context,
) -> Decided {
    let part = part_of(visit, body)?;
    let actor = &context.actor;
    if !actor.holds(Role::InspectionApprover, body, &visit.order.object.region) {
        return Err(Fault::forbidden("not_your_body", "只能由本单位的抽查审批人员更正检查结果"));
    }
    let (Some(told), Some(settled)) = (&part.told, &part.settled) else {
        return Err(Fault::conflict("no_result", "尚未告知检查结果，不需要更正"));
    };
    if told.by == actor.account {
        return Err(Fault::forbidden("same_officer", "检查结果不能由告知该结果的人员自行更正"));
    }
    if part.correction_due().is_some() {
        return Err(Fault::conflict("correction_running", "责令改正期间，应先复查"));
    }
    let known = rules.codes.find(&code).ok_or_else(|| unknown_code("/code"))?;
    if known.kind == ResultKind::Corrected && !part.follow_ups.iter().any(|one| one.corrected) {
        return Err(conclude::needs_follow_up());
    }
    if settled.code == code && settled.summary == summary {
        return Ok(Vec::new());
    }
    let handling = format!("更正：{reason}");
    let settled = SettledResult { code, summary, handling, ..settled.clone() };
    Ok(vec![InspectionEvent::Amended { reason, settled: Box::new(settled) }])
}

/// The refusal of a code that is not on the list.
pub(super) fn unknown_code(pointer: &str) -> Fault {
    let mut faults = Faults::new();
    faults.add(pointer, "unknown_result", "没有这个检查结果代码");
    let refused = faults.into_result("invalid_result", "检查结果有误");
    refused.err().unwrap_or_else(|| Fault::internal("a refusal named no fault"))
}

pub(super) fn part_of<'a>(visit: &'a Inspection, body: &str) -> Result<&'a Part, Fault> {
    visit.part(body).ok_or_else(|| Fault::not_found("该单位的检查分工"))
}

/// The part of `body`, for an inspector sent by it and for nobody of another body.
fn own_part<'a>(
    visit: &'a Inspection,
    body: &str,
    context: &Context,
) -> Result<(&'a Part, &'a OrderedPart), Fault> {
    let part = part_of(visit, body)?;
    let ordered = visit.ordered(body).ok_or_else(|| Fault::not_found("该单位的检查分工"))?;
    let actor = &context.actor;
    if !actor.holds(Role::Inspector, body, &visit.order.object.region) {
        return Err(Fault::forbidden("not_your_part", "联合检查中各单位只办理本单位的检查分工"));
    }
    if ordered.inspectors.iter().all(|one| one.account != actor.account) {
        return Err(Fault::forbidden("not_sent", "您不是任务书载明的检查人员"));
    }
    Ok((part, ordered))
}

/// Whoever acts on site must have come.
fn came(part: &Part, ordered: &OrderedPart, context: &Context) -> Result<(), Fault> {
    let mine = ordered.inspectors.iter().find(|one| one.account == context.actor.account);
    let present = part.begun.as_ref().map(|begun| begun.present.as_slice()).unwrap_or_default();
    if mine.is_some_and(|mine| present.contains(&mine.id)) {
        return Ok(());
    }
    Err(Fault::forbidden("not_present", "您未到场，不能记录该次检查"))
}

/// Those who came, when they are enough, sent, qualified that day, and one of them is the caller.
fn attending(
    ordered: &OrderedPart,
    present: &[Attending],
    rules: &Rules,
    context: &Context,
) -> Result<Vec<String>, Fault> {
    let mut faults = Faults::new();
    let (mut ids, mut caller) = (Vec::new(), false);
    for (index, one) in present.iter().enumerate() {
        let place = format!("/present/{index}");
        let sent = ordered.inspectors.iter().find(|sent| sent.id == one.id);
        match (sent, &one.unfit) {
            (None, _) => faults.add(place, "not_sent", "不是任务书载明的检查人员"),
            (Some(_), Some(why)) => faults.add(place, "not_qualified", why.clone()),
            (Some(_), None) if ids.contains(&one.id) => {
                faults.add(place, "duplicate", "检查人员重复");
            }
            (Some(sent), None) => {
                caller |= sent.account == context.actor.account;
                ids.push(one.id.clone());
            }
        }
    }
    let least = &rules.terms.inspectors_on_site;
    if ids.len() < least.count {
        let text = format!("到场的合格检查人员不得少于 {} 人（{}）", least.count, least.source);
        faults.add("/present", "too_few_inspectors", text);
    } else if !caller {
        faults.add("/present", "caller_absent", "办理人应为到场检查人员之一");
    }
    faults.into_result("invalid_attendance", "到场检查人员有误")?;
    Ok(ids)
}

/// What is told of a visit must have happened after it began.
fn begun(part: &Part, what: &str) -> Result<(), Fault> {
    if part.stage == PartStage::Ordered {
        let title = format!("尚未到场检查，不能{what}");
        return Err(Fault::new(FaultKind::Conflict, "visit_not_begun", title));
    }
    stage(part, &[PartStage::Begun], what)
}

/// Only in one of these stages.
pub(super) fn stage(part: &Part, allowed: &[PartStage], what: &str) -> Result<(), Fault> {
    if allowed.contains(&part.stage) {
        return Ok(());
    }
    let code = format!("not_when_{}", part.stage.code());
    let title = format!("检查处于“{}”状态，不能{what}", part.stage.name_zh());
    Err(Fault::new(FaultKind::Conflict, code, title))
}

/// Findings are of the part's own items, each once; violations are described and shown.
fn check_findings(ordered: &OrderedPart, findings: &[InspectionFinding]) -> Result<(), Fault> {
    use tongban_contracts::inspections::Verdict;
    let mut faults = Faults::new();
    let mut seen = BTreeSet::new();
    let known: BTreeSet<&str> =
        ordered.matters.iter().flat_map(|one| &one.items).map(|item| item.code.as_str()).collect();
    for (index, finding) in findings.iter().enumerate() {
        let place = format!("/findings/{index}");
        if !known.contains(finding.item.as_str()) {
            faults.add(format!("{place}/item"), "unknown_item", "本单位检查清单没有此项");
        }
        if !seen.insert(&finding.item) {
            faults.add(format!("{place}/item"), "duplicate", "同一检查项只能记录一次");
        }
        if finding.verdict == Verdict::Violating {
            if finding.note.is_none() {
                faults.add(format!("{place}/note"), "note_missing", "不符合的检查项应写明情况");
            }
            if finding.evidence.is_empty() {
                let text = "不符合的检查项应有证据材料";
                faults.add(format!("{place}/evidence"), "evidence_missing", text);
            }
        }
    }
    faults.into_result("invalid_findings", "检查记录有误")
}

/// Whether any file is among the evidence.
pub(super) fn shown(evidence: &[Evidence], faults: &mut Faults) {
    if evidence.is_empty() {
        faults.add("/evidence", "evidence_missing", "应有证据材料");
    }
}
