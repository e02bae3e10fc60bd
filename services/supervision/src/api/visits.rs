//! `/supervision/v1/inspections/{id}/…`: the steps of a visit. Each answers with the visit as it then stands.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use tongban_contracts::inspections::{PartResult, Signature};
use tongban_kernel::Faults;
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};

use super::inspection_view::InspectionView;
use super::visit_entries::{
    SignatureEntry, VisitAmendment, VisitBeginning, VisitFindings, VisitFollowUp, VisitHandover,
    VisitReceipt, VisitResult,
};
use crate::app::Desk;
use crate::app::inspections::{self as app, Entered, Papers};
use crate::domain::inspection::{Command, Conclusion, Demand};

/// 到场: two or more who were sent and are qualified that day.
#[utoipa::path(
    post, path = "/v1/inspections/{id}/beginning", tag = "inspections", operation_id = "begin_inspection",
    summary = "到场检查 Begin one body's part of a visit",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = VisitBeginning, description = "到场检查人员 who came"),
    responses(
        (status = 200, description = "已到场 begun", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
        (status = 409, description = "不在检查期间，或已开始 outside the order's days, or begun", body = ProblemDocument,
            example = json!({"code": "outside_visit_period", "title": "任务书载明的检查期间为 2026-03-11 至 2026-04-10"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspector"], "scoped": true}))),
)]
pub async fn begin(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<VisitBeginning>,
) -> Result<Response, Problem> {
    let (VisitBeginning { body: part, present, shown }, request) = (body.value, body.request);
    let answer = app::begin(&desk, &id, &part, present, shown, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 记录检查情况: by those who came, before the result.
#[utoipa::path(
    post, path = "/v1/inspections/{id}/findings", tag = "inspections", operation_id = "record_findings",
    summary = "记录检查情况 Record findings",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = VisitFindings, description = "检查情况 what was found"),
    responses(
        (status = 200, description = "已记录 recorded", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
        (status = 409, description = "尚未到场，或已告知结果 not begun, or concluded", body = ProblemDocument,
            example = json!({"code": "visit_not_begun", "title": "尚未到场检查，不能记录检查情况"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspector"], "scoped": true}))),
)]
pub async fn record(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<VisitFindings>,
) -> Result<Response, Problem> {
    let (VisitFindings { body: part, findings }, request) = (body.value, body.request);
    let entered = findings.into_iter().map(|one| Entered {
        item: one.item,
        verdict: one.verdict,
        note: one.note,
        files: one.evidence,
    });
    let entered = entered.collect();
    let answer = app::record(&desk, &id, &part, entered, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 告知检查结果: in writing, on the spot; signed, or refused before a witness or on a recording.
#[utoipa::path(
    post, path = "/v1/inspections/{id}/result", tag = "inspections", operation_id = "conclude_inspection",
    summary = "告知检查结果 Tell the result of one body's part",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = VisitResult, description = "检查结果 the result"),
    responses(
        (status = 200, description = "已告知 told", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
        (status = 409, description = "尚未到场，或已告知结果 not begun, or concluded", body = ProblemDocument,
            example = json!({"code": "visit_not_begun", "title": "尚未到场检查，不能告知检查结果"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspector"], "scoped": true}))),
)]
pub async fn conclude(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<VisitResult>,
) -> Result<Response, Problem> {
    let (VisitResult { body: part, code, summary, notice, signature, correction }, request) =
        (body.value, body.request);
    let paper = match &signature {
        SignatureEntry::Signed { paper, .. } => Some(*paper),
        SignatureEntry::RefusedRecorded { recording, .. } => Some(*recording),
        SignatureEntry::NobodyMet { proof, .. } => Some(*proof),
        SignatureEntry::RefusedWitnessed { .. } => None,
    };
    let papers = Papers::of(&desk, &id, std::iter::once(notice).chain(paper)).await?;
    let mut faults = Faults::new();
    let notice = papers.one(notice, "/notice", &mut faults);
    let signature = signed(signature, &papers, &mut faults);
    faults.into_result("invalid_result", "检查结果有误")?;
    let result = PartResult { code, summary, notice, signature, correction: None };
    let demand = correction.map(|one| Demand { requirements: one.requirements, limit: one.limit });
    let conclusion = Box::new(Conclusion { result, demand });
    let rules = Arc::clone(&desk.onsite.rules);
    let command = Command::Conclude { body: part, conclusion, rules };
    let answer = app::act(&desk, &id, command, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// The signature with its papers as they go into the record.
fn signed(entry: SignatureEntry, papers: &Papers, faults: &mut Faults) -> Signature {
    match entry {
        SignatureEntry::Signed { name, position, paper } => {
            let paper = papers.one(paper, "/signature/paper", faults);
            Signature::Signed { name, position, paper }
        }
        SignatureEntry::RefusedWitnessed { note, witness, affiliation } => {
            Signature::RefusedWitnessed { note, witness, affiliation }
        }
        SignatureEntry::RefusedRecorded { note, recording } => {
            let recording = papers.one(recording, "/signature/recording", faults);
            Signature::RefusedRecorded { note, recording }
        }
        SignatureEntry::NobodyMet { note, proof } => {
            let proof = papers.one(proof, "/signature/proof", faults);
            Signature::NobodyMet { note, proof }
        }
    }
}

/// 复查: two or more look again at what was to be corrected.
#[utoipa::path(
    post, path = "/v1/inspections/{id}/follow-up", tag = "inspections", operation_id = "follow_up_inspection",
    summary = "复查 Follow up an order to correct",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = VisitFollowUp, description = "复查情况 what was seen"),
    responses(
        (status = 200, description = "已复查 followed up", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
        (status = 409, description = "没有责令改正 nothing is to be corrected", body = ProblemDocument,
            example = json!({"code": "not_when_settled", "title": "检查处于“已办结”状态，不能复查"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspector"], "scoped": true}))),
)]
pub async fn follow_up(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<VisitFollowUp>,
) -> Result<Response, Problem> {
    let (VisitFollowUp { body: part, present, corrected, note, evidence }, request) =
        (body.value, body.request);
    let papers = Papers::of(&desk, &id, evidence.iter().copied()).await?;
    let mut faults = Faults::new();
    let evidence = papers.all(&evidence, "/evidence", &mut faults);
    faults.into_result("invalid_follow_up", "复查记录有误")?;
    let present = app::attending(&desk, &id, &part, present).await?;
    let rules = Arc::clone(&desk.onsite.rules);
    let command = Command::FollowUp { body: part, present, corrected, note, evidence, rules };
    let answer = app::act(&desk, &id, command, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 移送: what is not corrected, or is not to be, goes to case handling.
#[utoipa::path(
    post, path = "/v1/inspections/{id}/handover", tag = "inspections", operation_id = "hand_over_inspection",
    summary = "移送立案 Hand over to case handling",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = VisitHandover, description = "移送 to whom and why"),
    responses(
        (status = 200, description = "已移送 handed over", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
        (status = 409, description = "没有可移送的，或改正期限未满 nothing to hand over, or time to correct runs", body = ProblemDocument,
            example = json!({"code": "correction_running", "title": "责令改正期限未满且未经复查，不能移送"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspector"], "scoped": true}))),
)]
pub async fn hand_over(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<VisitHandover>,
) -> Result<Response, Problem> {
    let (VisitHandover { body: part, to_body, to_name, reason }, request) =
        (body.value, body.request);
    let rules = Arc::clone(&desk.onsite.rules);
    let command = Command::HandOver { body: part, to_body, to_name, reason, rules };
    let answer = app::act(&desk, &id, command, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 接收移送: by who handles cases at the body it went to.
#[utoipa::path(
    post, path = "/v1/inspections/{id}/handover-receipt", tag = "inspections", operation_id = "receive_handover",
    summary = "接收移送 Give the receipt for a hand-over",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = VisitReceipt, description = "移送回执 the receipt"),
    responses(
        (status = 200, description = "已接收 received", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
        (status = 409, description = "没有移送 nothing was handed over", body = ProblemDocument,
            example = json!({"code": "not_handed_over", "title": "该检查没有移送"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["case_handler"], "scoped": true}))),
)]
pub async fn receive(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<VisitReceipt>,
) -> Result<Response, Problem> {
    let (VisitReceipt { body: part, receipt }, request) = (body.value, body.request);
    let command = Command::Receive { body: part, receipt };
    let answer = app::act(&desk, &id, command, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 更正检查结果: by another officer of the same body; what was published and counted follows.
#[utoipa::path(
    post, path = "/v1/inspections/{id}/amendment", tag = "inspections", operation_id = "amend_result",
    summary = "更正检查结果 Amend a result",
    params(
        ("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = VisitAmendment, description = "更正 the result from now on"),
    responses(
        (status = 200, description = "已更正 amended", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
        (status = 409, description = "尚无结果，或改正期限未满 no result yet, or time to correct runs", body = ProblemDocument,
            example = json!({"code": "no_result", "title": "尚未告知检查结果，不需要更正"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn amend(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<VisitAmendment>,
) -> Result<Response, Problem> {
    let (VisitAmendment { body: part, code, summary, reason }, request) =
        (body.value, body.request);
    let rules = Arc::clone(&desk.onsite.rules);
    let command = Command::Amend { body: part, code, summary, reason, rules };
    let answer = app::act(&desk, &id, command, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
