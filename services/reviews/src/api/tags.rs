//! `/reviews/v1/tags`: the national tags to choose from.

use axum::Json;
use axum::extract::State;

use crate::app::Desk;
use crate::domain::tags::ReviewTag;

/// 评价标签: all of them, the best level first.
#[utoipa::path(
    get, path = "/v1/tags", tag = "reviews", operation_id = "list_review_tags",
    summary = "查看评价标签 List the review tags",
    responses((status = 200, description = "评价标签 the tags", body = Vec<ReviewTag>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(State(desk): State<Desk>) -> Json<Vec<ReviewTag>> {
    Json(desk.tags.all())
}
