//! `/exchange/v1/requests/{id}/answer` and `…/ruling`: what source body and authority say, whole or item by item.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::exchange::{ItemAnswer, Verdict};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request_view::RequestView;
use crate::app::{self, Desk};
use crate::domain::request::Word;

/// What is said about a request (答复意见).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataAnswer {
    /// Why (理由).
    #[schema(min_length = 1, max_length = 1_000, example = "用途与共享条件相符")]
    reason: String,
    /// About every item that is not named below (总体意见).
    verdict: Verdict,
    /// About items by name (逐项意见).
    #[serde(default)]
    #[schema(max_items = 200)]
    items: Vec<ItemAnswer>,
}

impl From<DataAnswer> for Word {
    fn from(answer: DataAnswer) -> Self {
        Self { reason: answer.reason, verdict: answer.verdict, items: answer.items }
    }
}

/// 答复: by the source body, within its limit; a second time after an objection.
#[utoipa::path(
    post, path = "/v1/requests/{id}/answer", tag = "requests", operation_id = "answer_data_request",
    summary = "答复共享申请 Answer a request for data",
    params(
        ("id" = Uuid, Path, description = "共享申请标识 identifier of the request", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = DataAnswer, description = "答复意见 the answer"),
    responses(
        (status = 200, description = "已答复 answered", body = RequestView),
        (status = 404, description = "没有该申请 no such request", body = ProblemDocument,
            example = json!({"title": "找不到该共享申请，或无权查看"})),
        (status = 409, description = "不在待答复状态 no answer is awaited", body = ProblemDocument,
            example = json!({"code": "not_when_granted", "title": "共享申请所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn answer(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<DataAnswer>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::requests::answer(&desk, id, body.value.into(), &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 裁定: by the authority of the region, never by one of the two bodies; it is final.
#[utoipa::path(
    post, path = "/v1/requests/{id}/ruling", tag = "requests", operation_id = "rule_data_request",
    summary = "裁定共享争议 Rule on a dispute about data",
    params(
        ("id" = Uuid, Path, description = "共享申请标识 identifier of the request", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = DataAnswer, description = "裁定意见 the ruling"),
    responses(
        (status = 200, description = "已裁定 ruled", body = RequestView),
        (status = 404, description = "没有该申请 no such request", body = ProblemDocument,
            example = json!({"title": "找不到该共享申请，或无权查看"})),
        (status = 409, description = "不在待裁定状态 no ruling is awaited", body = ProblemDocument,
            example = json!({"code": "not_when_pending", "title": "共享申请所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_authority"], "scoped": true}))),
)]
pub async fn rule(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<DataAnswer>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::requests::rule(&desk, id, body.value.into(), &caller, request).await?;
    Ok(reply(answer).into_response())
}
