//! `/exchange/v1/objections/{id}/…`: answer, request for a review, decision.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::exchange::{ReadingFinding, ReadingMeasure};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::SharingReason;
use super::objection_view::ObjectionView;
use crate::app::{self, Desk};
use crate::domain::objection::Command;

/// What is found about a reading (认定意见).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingGiven {
    /// What was found (认定结果).
    finding: ReadingFinding,
    /// Why; numbers of persons in it are masked (理由).
    #[schema(min_length = 1, max_length = 1_000, example = "该查询未对应在办办件，属违规查询")]
    reason: String,
    /// What was done; needed for an unlawful reading, and none for a lawful one (处理措施). That a grant is suspended or
    /// over must be true when it is said.
    #[serde(default)]
    #[schema(max_items = 3)]
    measures: Vec<ReadingMeasure>,
}

/// 答复异议: by the body that read, never by who called or sat before the calling system.
#[utoipa::path(
    post, path = "/v1/objections/{id}/answer", tag = "objections", operation_id = "answer_reading_objection",
    summary = "答复查询异议 Answer an objection to a reading",
    params(
        ("id" = Uuid, Path, description = "异议编号 identifier of the objection", example = "2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = FindingGiven, description = "认定意见 the finding"),
    responses(
        (status = 200, description = "已答复 answered", body = ObjectionView),
        (status = 404, description = "没有该异议 no such objection", body = ProblemDocument,
            example = json!({"title": "找不到该查询异议，或无权查看"})),
        (status = 409, description = "已答复 answered already", body = ProblemDocument,
            example = json!({"code": "already_answered", "title": "该查询异议已答复"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn answer(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<FindingGiven>,
) -> Result<Response, Problem> {
    let (request, FindingGiven { finding, reason, measures }) = (body.request.as_ref(), body.value);
    let finding = app::objections::finding(&desk, id, finding, reason, measures).await?;
    let command = Command::Answer(finding);
    let answer = app::objections::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 申请复核: by the objector, once, after the answer.
#[utoipa::path(
    post, path = "/v1/objections/{id}/review", tag = "objections", operation_id = "ask_objection_review",
    summary = "申请复核查询异议 Ask the supervisor to review the answer",
    params(
        ("id" = Uuid, Path, description = "异议编号 identifier of the objection", example = "2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SharingReason, description = "理由 the reason"),
    responses(
        (status = 200, description = "已申请 asked", body = ObjectionView),
        (status = 404, description = "没有该异议 no such objection", body = ProblemDocument,
            example = json!({"title": "找不到该查询异议，或无权查看"})),
        (status = 409, description = "尚未答复，或已申请过 not answered yet, or asked before", body = ProblemDocument,
            example = json!({"code": "already_asked", "title": "该查询异议已申请过复核"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"], "scoped": true}))),
)]
pub async fn ask_review(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SharingReason>,
) -> Result<Response, Problem> {
    let (request, reason) = (body.request.as_ref(), body.value.reason);
    let answer = app::objections::ask_review(&desk, id, reason, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 复核决定: by a supervisor of the region, not of the body that read; when the objector asked for it, or when the body
/// left the objection without an answer. It is final.
#[utoipa::path(
    post, path = "/v1/objections/{id}/decision", tag = "objections", operation_id = "decide_reading_objection",
    summary = "对查询异议作出复核决定 Decide on an objection to a reading",
    params(
        ("id" = Uuid, Path, description = "异议编号 identifier of the objection", example = "2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = FindingGiven, description = "决定 the decision"),
    responses(
        (status = 200, description = "已决定 decided", body = ObjectionView),
        (status = 404, description = "没有该异议 no such objection", body = ProblemDocument,
            example = json!({"title": "找不到该查询异议，或无权查看"})),
        (status = 409, description = "不待决定 no decision is awaited", body = ProblemDocument,
            example = json!({"code": "not_up", "title": "该查询异议未逾期，也没有申请复核"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn decide(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<FindingGiven>,
) -> Result<Response, Problem> {
    let (request, FindingGiven { finding, reason, measures }) = (body.request.as_ref(), body.value);
    let finding = app::objections::finding(&desk, id, finding, reason, measures).await?;
    let command = Command::Decide(finding);
    let answer = app::objections::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
