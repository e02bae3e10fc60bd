//! `/supermarket/v1/purchases/{id}/…`: delivery, acceptance, rating, stop.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::purchases::{PurchaseMarks, StopGround};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::contracts::PurchaseAnswer;
use super::view::PurchaseView;
use crate::app::purchasing::Purchasing;
use crate::domain::purchase::Command;
use crate::domain::purchase::service::not_the_agency;

/// A result (服务结果).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultDelivery {
    /// Files, uploaded before.
    #[schema(min_items = 1, max_items = 20, example = json!(["019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"]))]
    file_ids: Vec<Uuid>,
    /// Remark.
    #[schema(max_length = 500, example = "规划测绘成果报告")]
    note: String,
}

/// Six marks and a text (服务评价).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseRating {
    /// Six marks.
    marks: PurchaseMarks,
    /// In words.
    #[serde(default)]
    #[schema(max_length = 500, examples("成果规范，交付及时"))]
    text: Option<String>,
}

/// A stop (服务中止).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseStop {
    /// On which ground.
    ground: StopGround,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "中介机构逾期三十日未提交成果")]
    reason: String,
}

/// An officer's finding on a breach that one side named (违约认定).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachFinding {
    /// Whether it was one.
    #[schema(example = true)]
    found: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "经核实，中介机构无正当理由未履行合同")]
    reason: String,
}

/// 上传服务结果: by the agency.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/result", tag = "results", operation_id = "deliver_result",
    summary = "上传服务结果 Deliver the result",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ResultDelivery, description = "服务结果 the result"),
    responses(
        (status = 200, description = "待采购人确认 waits for the owner", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "cannot_deliver_when_completed", "title": "采购处于“服务完成”状态，不能上传服务结果"})),
        (status = 422, description = "文件有误 (a file that is not yours)", body = ProblemDocument,
            example = json!({"code": "unknown_file", "title": "文件有误"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn deliver(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<ResultDelivery>,
) -> Result<Response, Problem> {
    let ResultDelivery { file_ids, note } = body.value;
    if !shop.purchase(&id).await?.state.is_winner(&caller.principal) {
        return Err(not_the_agency().into());
    }
    let documents = shop.documents(&file_ids, "/file_ids", &caller).await?;
    let command = Command::Deliver { documents, note };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 确认或退回服务结果: by the owner.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/result/answer", tag = "results", operation_id = "answer_result",
    summary = "确认或退回服务结果 Accept or return the result",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseAnswer, description = "答复 the answer"),
    responses(
        (status = 200, description = "已答复 answered", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "cannot_answer_result_when_in_service", "title": "采购处于“服务中”状态，不能确认服务结果"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn answer(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PurchaseAnswer>,
) -> Result<Response, Problem> {
    let PurchaseAnswer { confirmed: accepted, reason } = body.value;
    let (rules, calendar) = (shop.rules.clone(), shop.host.calendar.clone());
    let command = Command::AnswerResult { accepted, reason, rules, calendar };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 服务评价: by the owner, once.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/rating", tag = "results", operation_id = "rate_purchase",
    summary = "评价服务 Rate the service",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseRating, description = "评价 the rating"),
    responses(
        (status = 200, description = "已评价 rated", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "已评价或状态不允许 rated already, or too early", body = ProblemDocument,
            example = json!({"code": "already_rated", "title": "该服务已评价，或已按默认评价处理"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn rate(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PurchaseRating>,
) -> Result<Response, Problem> {
    let PurchaseRating { marks, text } = body.value;
    let command = Command::Rate { marks, text };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 服务中止: by either side; a breach named is a claim until an officer found it.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/stop", tag = "results", operation_id = "stop_purchase",
    summary = "中止服务 Stop the service",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseStop, description = "中止 the stop"),
    responses(
        (status = 200, description = "已中止 stopped", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "cannot_stop_when_completed", "title": "采购处于“服务完成”状态，不能中止服务"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn stop(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PurchaseStop>,
) -> Result<Response, Problem> {
    let PurchaseStop { ground, reason } = body.value;
    let command = Command::Stop { ground, reason };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 违约认定: by an officer who manages the market in the region; one that is found goes to the credit register.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/breach", tag = "results", operation_id = "decide_breach",
    summary = "认定违约 Decide on a breach",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = BreachFinding, description = "认定 the finding"),
    responses(
        (status = 200, description = "已认定 decided", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "没有待认定的违约 nothing to decide", body = ProblemDocument,
            example = json!({"code": "already_decided", "title": "该违约已作出认定"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["market_manager"], "scoped": true,
    }))),
)]
pub async fn decide_breach(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<BreachFinding>,
) -> Result<Response, Problem> {
    let BreachFinding { found, reason } = body.value;
    let breach = shop.host.ledger.new_id();
    let command = Command::DecideBreach { found, reason, breach };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
