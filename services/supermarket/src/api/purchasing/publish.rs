//! `POST /supermarket/v1/purchases`: an owner's requirement, and its withdrawal.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;

use super::view::PurchaseView;
use crate::app::purchasing::{Purchasing, publish};
use crate::domain::purchase::Command;
use crate::domain::purchase::draft::Draft;

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseReason {
    /// Reason.
    #[schema(min_length = 1, max_length = 500, example = "项目取消")]
    pub reason: String,
}

/// 发布采购公告: every fault of the requirement is named at once.
#[utoipa::path(
    post, path = "/v1/purchases", tag = "purchases", operation_id = "publish_purchase",
    summary = "发布采购公告 Publish a purchase",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = Draft, description = "采购需求 the requirement"),
    responses(
        (status = 201, description = "已发布 published", body = PurchaseView),
        (status = 409, description = "工作日历未加载 calendar not loaded", body = ProblemDocument,
            example = json!({"code": "calendar_not_loaded", "title": "期限超出已加载的工作日历"})),
        (status = 422, description = "采购需求有误，逐项列明 (every fault named)", body = ProblemDocument,
            example = json!({"code": "invalid_purchase", "title": "采购需求有误"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn publish(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    body: Body<Draft>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    Ok(reply(publish::publish(&shop, body.value, &caller, request).await?).into_response())
}

/// 作废采购: by the owner while agencies register, by an officer until the award is confirmed.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/cancellation", tag = "purchases", operation_id = "cancel_purchase",
    summary = "作废采购 Cancel a purchase",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseReason, description = "理由 the reason"),
    responses(
        (status = 200, description = "已作废 cancelled", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "cannot_cancel_when_in_service", "title": "采购处于“服务中”状态，不能作废"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"],
        "roles": ["market_buyer", "market_manager"],
        "scoped": true,
    }))),
)]
pub async fn cancel(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PurchaseReason>,
) -> Result<Response, Problem> {
    let command = Command::Cancel { reason: body.value.reason };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
