//! `/supermarket/v1/purchases/{id}/receipts`: signed receipts of the own steps of a purchase (采购回执).

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tongban_web::{CallerOf, Problem, ProblemDocument, Segment};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::purchasing::{Purchasing, receipts as app};

/// The signed word that a step was recorded (回执).
#[derive(Debug, Serialize, ToSchema)]
pub struct PurchaseReceipt {
    /// The step.
    #[schema(example = "registered")]
    pub step: String,
    /// What people call it.
    #[schema(example = "报名（含密封报价）")]
    pub step_name: String,
    /// Identifier of the event that it became.
    #[schema(example = "019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f")]
    pub event: Uuid,
    /// When it was recorded.
    #[schema(example = "2026-11-24T01:12:30Z")]
    pub at: DateTime<Utc>,
    /// Signed note with the event's hash (docs/history-proof-spec.md).
    #[schema(
        example = "tongban/receipt@v1\norigin tongban/supermarket/4f1c9a0b2d3e4f50\ncase CG-320706-20261123-7K3M9Q\nevent 019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f\nhash 66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0\ntime 2026-11-24T01:12:30.000000Z\nproof /supermarket/v1/history/inclusion/019cd8a1-0c00-7a4e-8d7b-2f1e3c4d5e6f\n\n— tongban/supermarket/4f1c9a0b2d3e4f50 ocLTsg…\n"
    )]
    pub receipt: String,
}

/// 采购回执: one for each step that the caller took, the oldest first; signed when asked for, and anyone can verify it
/// with the published keys.
#[utoipa::path(
    get, path = "/v1/purchases/{id}/receipts", tag = "purchases", operation_id = "list_purchase_receipts",
    summary = "领取采购回执 Signed receipts of own steps of a purchase",
    params(("id" = Uuid, Path, description = "采购标识 identifier of the purchase", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "回执 the receipts", body = Vec<PurchaseReceipt>),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_buyer"], "scoped": true,
    }))),
)]
pub async fn list(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<Vec<PurchaseReceipt>>, Problem> {
    Ok(Json(app::own(&shop, &id, &caller.principal).await?))
}
