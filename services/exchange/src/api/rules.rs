//! `/exchange/v1/rules`: the limits of the exchange, each with its source.

use axum::Json;
use axum::extract::State;
use tongban_web::Problem;

use crate::app::Desk;
use crate::domain::rules::ExchangeRules;

/// 期限和限额: open to everyone.
#[utoipa::path(
    get, path = "/v1/rules", tag = "rules", operation_id = "read_exchange_rules",
    summary = "查看数据共享的期限和限额 Read the limits of the exchange",
    responses((status = 200, description = "期限和限额 the limits, with their sources", body = ExchangeRules)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(State(desk): State<Desk>) -> Result<Json<ExchangeRules>, Problem> {
    Ok(Json(desk.ground.rules.clone()))
}
