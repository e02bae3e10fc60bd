//! `/supermarket/v1/breaches`: breaches that officers found.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use tongban_contracts::breaches::SupermarketBreach;
use tongban_ledger::Reply;
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;

use super::publish::PurchaseReason;
use crate::app::purchasing::Purchasing;
use crate::domain::breach::{Breach, Command};

/// A breach (违约记录).
#[derive(Debug, Serialize, ToSchema)]
pub struct BreachFile {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// What was found.
    breach: SupermarketBreach,
    /// Why it was lifted, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("经复核，未签约系采购人原因"))]
    lifted: Option<String>,
}

/// 撤销违约记录: it does not hold; the credit register is told.
#[utoipa::path(
    post, path = "/v1/breaches/{id}/lifting", tag = "results", operation_id = "lift_breach",
    summary = "撤销违约记录 Lift a breach",
    params(
        ("id" = Uuid, Path, description = "违约标识 identifier of the breach", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PurchaseReason, description = "理由 the reason"),
    responses(
        (status = 200, description = "已撤销 lifted", body = BreachFile),
        (status = 404, description = "没有该违约记录 no such breach", body = ProblemDocument),
        (status = 409, description = "已撤销 lifted already", body = ProblemDocument,
            example = json!({"code": "already_lifted", "title": "该违约记录已撤销"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["market_manager"], "scoped": true,
    }))),
)]
pub async fn lift(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PurchaseReason>,
) -> Result<Response, Problem> {
    let command = Command::Lift { reason: body.value.reason };
    let request = body.request.as_ref();
    let ledger = &shop.host.ledger;
    let answer = ledger
        .execute_once::<Breach>(&id, command, &caller, request, |committed| {
            let Breach { breach, lifted } = committed.state.clone();
            Reply::json(200, &BreachFile { id: id.clone(), breach, lifted })
        })
        .await?;
    Ok(reply(answer).into_response())
}
