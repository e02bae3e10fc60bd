//! `/supermarket/v1/purchases/{id}/contract`: uploaded by one side, confirmed by the other.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::PurchaseView;
use crate::app::purchasing::Purchasing;
use crate::domain::purchase::Command;
use crate::domain::purchase::contract::{Offer, not_a_side};

/// A contract (服务合同).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractUpload {
    /// Number (合同编号).
    #[schema(min_length = 1, max_length = 60, example = "HT-2026-0001")]
    number: String,
    /// Price, in fen: that of the award.
    #[schema(minimum = 1, maximum = 100_000_000_000_i64, example = 2_680_000)]
    price_fen: i64,
    /// When it was signed (签订日期); without it the contract is refused.
    #[serde(default)]
    #[schema(examples("2026-12-01"))]
    signed_on: Option<NaiveDate>,
    /// First day of the service.
    #[schema(example = "2026-12-02")]
    service_from: NaiveDate,
    /// Last day of the service.
    #[schema(example = "2026-12-16")]
    service_until: NaiveDate,
    /// The signed document, uploaded before.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    file_id: Uuid,
}

/// Yes, or no and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseAnswer {
    /// Confirmed, or returned.
    #[schema(example = true)]
    pub confirmed: bool,
    /// Why it is returned.
    #[serde(default)]
    #[schema(max_length = 500, examples("服务期限与公告不符"))]
    pub reason: Option<String>,
}

/// 上传合同: by either side.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/contract", tag = "contracts", operation_id = "upload_contract",
    summary = "上传合同 Upload the contract",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ContractUpload, description = "合同 the contract"),
    responses(
        (status = 200, description = "待对方确认 waits for the other side", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "cannot_upload_contract_when_on_notice", "title": "采购处于“中选公示中”状态，不能上传合同"})),
        (status = 422, description = "合同有误，逐项列明 (every fault named)", body = ProblemDocument,
            example = json!({"code": "invalid_contract", "title": "合同有误",
                "errors": [
                    {"pointer": "/price_fen", "code": "differs_from_award", "message": "合同价应为中选价 26000.00 元"},
                    {"pointer": "/signed_on", "code": "signing_date_missing", "message": "合同没有签订日期"}]})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn upload(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<ContractUpload>,
) -> Result<Response, Problem> {
    let contract = body.value;
    if shop.purchase(&id).await?.state.side_of(&caller.principal).is_none() {
        return Err(not_a_side().into());
    }
    let documents = shop.documents(&[contract.file_id], "/file_id", &caller).await?;
    let Some(document) = documents.into_iter().next() else {
        return Err(tongban_kernel::Fault::internal("a file was found and is not there").into());
    };
    let offer = Offer {
        number: contract.number,
        price_fen: contract.price_fen,
        signed_on: contract.signed_on,
        service_from: contract.service_from,
        service_until: contract.service_until,
        document,
    };
    let command = Command::UploadContract(Box::new(offer));
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 确认或退回合同: by the other side.
#[utoipa::path(
    post, path = "/v1/purchases/{id}/contract/answer", tag = "contracts", operation_id = "answer_contract",
    summary = "确认或退回合同 Confirm or return the contract",
    params(
        ("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseAnswer, description = "答复 the answer"),
    responses(
        (status = 200, description = "已答复 answered", body = PurchaseView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "cannot_answer_contract_when_in_service", "title": "采购处于“服务中”状态，不能确认合同"})),
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
    let PurchaseAnswer { confirmed, reason } = body.value;
    let command = Command::AnswerContract { confirmed, reason };
    let answer = shop.act(&id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
