//! `/reviews/v1/handlings/{id}/…`: the steps of a handling. Each answers with the bad review as it then stands.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::handlings::{AppealGround, CallBackOutcome};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;

use super::handling_view::HandlingView;
use crate::app::{Desk, handle as app};
use crate::domain::handling::Command;

/// What was found (核实情况).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingVerification {
    /// Whether the person was reached.
    #[schema(example = true)]
    contacted: bool,
    /// What was found.
    #[schema(min_length = 1, max_length = 2000, example = "经查，材料于第 12 日才转交审批人员")]
    findings: String,
}

/// The answer (答复).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingAnswer {
    /// What the person is told.
    #[schema(min_length = 1, max_length = 2000, example = "已向您说明情况并致歉，证照今日送达")]
    answer: String,
    /// Whether something remains to be put right (限期整改); not when it was done at once or cannot be done.
    #[schema(example = true)]
    to_rectify: bool,
}

/// What was done (整改情况).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingRectification {
    /// What was done.
    #[schema(min_length = 1, max_length = 2000, example = "窗口与审批人员之间改为当日转交")]
    measures: String,
}

/// A call-back (回访).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingCallBack {
    /// What it brought.
    outcome: CallBackOutcome,
    /// What was said.
    #[schema(min_length = 1, max_length = 2000, example = "本人表示满意")]
    note: String,
}

/// An appeal (申诉).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingAppeal {
    /// Why.
    ground: AppealGround,
    /// Reasons.
    #[schema(min_length = 1, max_length = 2000, example = "评价内容针对另一部门的事项")]
    reason: String,
}

/// A judgement of an appeal (复核意见).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingJudgement {
    /// Whether the review is to be excluded.
    #[schema(example = true)]
    exclude: bool,
    /// Reasons.
    #[schema(min_length = 1, max_length = 2000, example = "所述窗口不属于该单位，属于误评")]
    reason: String,
}

/// 核实: the body, by somebody who was not reviewed.
#[utoipa::path(
    post, path = "/v1/handlings/{id}/verification", tag = "handlings", operation_id = "verify_handling",
    summary = "核实差评 Record what was verified",
    params(
        ("id" = Uuid, Path, description = "差评标识 identifier of the handling", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = HandlingVerification, description = "核实情况 what was found"),
    responses(
        (status = 200, description = "已核实 verified", body = HandlingView),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_closed", "title": "差评所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["review_handler"], "scoped": true}))),
)]
pub async fn verify(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<HandlingVerification>,
) -> Result<Response, Problem> {
    let HandlingVerification { contacted, findings } = body.value;
    let command = Command::Verify { contacted, findings };
    let answer = app::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 答复: what the person is told, and whether something remains to be put right.
#[utoipa::path(
    post, path = "/v1/handlings/{id}/answer", tag = "handlings", operation_id = "answer_handling",
    summary = "答复差评 Answer a bad review",
    params(
        ("id" = Uuid, Path, description = "差评标识 identifier of the handling", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = HandlingAnswer, description = "答复 the answer"),
    responses(
        (status = 200, description = "已答复 answered", body = HandlingView),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_closed", "title": "差评所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["review_handler"], "scoped": true}))),
)]
pub async fn answer(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<HandlingAnswer>,
) -> Result<Response, Problem> {
    let HandlingAnswer { answer, to_rectify } = body.value;
    let command = Command::Answer { answer, to_rectify, book: desk.book() };
    let answer = app::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 整改: what was done; the call-back is due then.
#[utoipa::path(
    post, path = "/v1/handlings/{id}/rectification", tag = "handlings", operation_id = "rectify_handling",
    summary = "整改差评 Record what was put right",
    params(
        ("id" = Uuid, Path, description = "差评标识 identifier of the handling", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = HandlingRectification, description = "整改情况 what was done"),
    responses(
        (status = 200, description = "已整改 put right", body = HandlingView),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_closed", "title": "差评所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["review_handler"], "scoped": true}))),
)]
pub async fn rectify(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<HandlingRectification>,
) -> Result<Response, Problem> {
    let command = Command::Rectify { measures: body.value.measures, book: desk.book() };
    let answer = app::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 回访: by those who supervise the body, never by it; who is not content is dealt with again.
#[utoipa::path(
    post, path = "/v1/handlings/{id}/call-back", tag = "handlings", operation_id = "call_back_handling",
    summary = "回访 Call back",
    params(
        ("id" = Uuid, Path, description = "差评标识 identifier of the handling", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = HandlingCallBack, description = "回访结果 what it brought"),
    responses(
        (status = 200, description = "已回访 called back", body = HandlingView),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_closed", "title": "差评所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn call_back(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<HandlingCallBack>,
) -> Result<Response, Problem> {
    let HandlingCallBack { outcome, note } = body.value;
    let command = Command::CallBack { outcome, note, book: desk.book() };
    let answer = app::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 申诉: by the body, once; the clocks run on.
#[utoipa::path(
    post, path = "/v1/handlings/{id}/appeal", tag = "handlings", operation_id = "appeal_handling",
    summary = "申诉 Appeal against a bad review",
    params(
        ("id" = Uuid, Path, description = "差评标识 identifier of the handling", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = HandlingAppeal, description = "申诉理由 why"),
    responses(
        (status = 200, description = "已申诉 appealed", body = HandlingView),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_closed", "title": "差评所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["review_handler"], "scoped": true}))),
)]
pub async fn appeal(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<HandlingAppeal>,
) -> Result<Response, Problem> {
    let HandlingAppeal { ground, reason } = body.value;
    let command = Command::Appeal { ground, reason };
    let answer = app::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 复核: two officers who agree exclude a review; one who disagrees ends the appeal.
#[utoipa::path(
    post, path = "/v1/handlings/{id}/judgements", tag = "handlings", operation_id = "judge_appeal",
    summary = "复核申诉 Judge an appeal",
    params(
        ("id" = Uuid, Path, description = "差评标识 identifier of the handling", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = HandlingJudgement, description = "复核意见 the judgement"),
    responses(
        (status = 200, description = "已复核 judged", body = HandlingView),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_closed", "title": "差评所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn judge(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<HandlingJudgement>,
) -> Result<Response, Problem> {
    let HandlingJudgement { exclude, reason } = body.value;
    let command = Command::Judge { exclude, reason };
    let answer = app::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
