//! `/exchange/v1/grants/{id}/trial`: whether a call would be let through, before one is made.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::{GrantedItem, Purpose};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::{self, Desk};
use crate::domain::permit::RefusalGround;

/// The case that data are read for (办件).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseNamed {
    /// Its number (办件编号).
    #[schema(min_length = 1, max_length = 64, example = "3207062603110000012")]
    pub number: String,
    /// Its matter (事项).
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
}

/// A call that might be made (拟调用).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// What for (用途).
    pub purpose: Purpose,
    /// For which case, where the purpose needs one.
    #[serde(default)]
    pub case: Option<CaseNamed>,
    /// Keys of the items (信息项).
    #[schema(max_items = 200, example = json!(["id_number", "name"]))]
    pub items: Vec<String>,
}

/// What would be said to it (核对结果).
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialResult {
    /// Whether it would be let through.
    #[schema(example = true)]
    pub permitted: bool,
    /// The items it would get, each with its masking.
    pub items: Vec<GrantedItem>,
    /// Everything that stands against it.
    pub grounds: Vec<RefusalGround>,
}

/// 核对调用: judged by the very rule that calls are judged by; nothing is read and nothing counted. Today's quota is
/// taken as untouched.
#[utoipa::path(
    post, path = "/v1/grants/{id}/trial", tag = "grants", operation_id = "try_data_grant",
    summary = "核对调用是否在授权范围内 Ask whether a call would be let through",
    params(("id" = Uuid, Path, description = "授权标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")),
    request_body(content = Trial, description = "拟调用 the call"),
    responses(
        (status = 200, description = "核对结果 what would be said", body = TrialResult),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "scoped": true}))),
)]
pub async fn test(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<Trial>,
) -> Result<Json<TrialResult>, Problem> {
    Ok(Json(app::grants::trial(&desk, id, &body.value, &caller.principal).await?))
}
