//! `/supermarket/v1/purchase-rules`: the published rules, each value with its source.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use tongban_kernel::Fault;
use tongban_web::Problem;
use utoipa::ToSchema;

use crate::app::purchasing::Purchasing;
use crate::domain::figures::SignalRule;
use crate::domain::honour::HonourRule;

/// The published rules (采购规则).
#[derive(Debug, Serialize, ToSchema)]
pub struct PurchaseRuleBook {
    /// Version.
    #[schema(example = "2026-1")]
    version: String,
    /// Values by name, each with its source and whether that was read.
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = json!({
        "rating_term": {"value": {"amount": 180, "unit": "calendar_day"},
            "source": "一地中介超市平台公开规则：180 日未评价的按默认评价处理", "verified": true},
    }))]
    rules: Value,
    /// Of the red and black list.
    honours: HonourRule,
    /// Of the signals.
    signals: SignalRule,
}

/// 采购规则: open to everyone.
#[utoipa::path(
    get, path = "/v1/purchase-rules", tag = "purchases", operation_id = "read_purchase_rules",
    summary = "采购规则 Read the rules of purchases",
    responses((status = 200, description = "采购规则 the rules", body = PurchaseRuleBook)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(State(shop): State<Purchasing>) -> Result<Json<PurchaseRuleBook>, Problem> {
    let rules = serde_json::to_value(&shop.rules.rules).map_err(Fault::internal)?;
    Ok(Json(PurchaseRuleBook {
        version: shop.rules.version.clone(),
        rules,
        honours: shop.rules.honours.clone(),
        signals: shop.rules.signals.clone(),
    }))
}
