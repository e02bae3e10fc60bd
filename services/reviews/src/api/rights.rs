//! `/reviews/v1/rights`: what a person may still review.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{CallerOf, Problem, Query};
use utoipa::ToSchema;

use crate::app::Desk;
use crate::app::links::link;
use crate::store::moment;
use crate::store::review::{self as store, Model};

/// A completed case that may be reviewed (待评价办件).
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenReviewRight {
    /// The case.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
    /// Its number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub case_number: String,
    /// Identifier of the matter.
    #[schema(format = Uuid, example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: String,
    /// Name of the matter (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Body that handled it (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Since when it may be reviewed.
    #[schema(example = "2026-03-13T02:05:31Z")]
    pub opened_at: DateTime<Utc>,
    /// `case` for a completed case, `window` for a service at a window.
    #[schema(example = "case")]
    pub kind: String,
    /// Until when it may be reviewed; absent for the oldest (评价有效期).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-12T16:00:00Z"))]
    pub expires_at: Option<DateTime<Utc>>,
    /// Link by which it may be reviewed without signing in (评价链接).
    #[schema(example = "/reviews/v1/links/AUx3…")]
    pub link: String,
}

impl OpenReviewRight {
    fn of(desk: &Desk, row: Model) -> Self {
        Self {
            link: link(desk, &row.id),
            kind: row.kind,
            expires_at: row.expires_at.map(moment),
            case_id: row.id,
            case_number: row.case_number,
            matter_id: row.matter_id,
            matter_name: row.matter_name,
            body: row.body,
            body_name: row.body_name,
            opened_at: moment(row.opened_at),
        }
    }
}

/// 待评价: the caller's own completed cases without a review, newest first.
#[utoipa::path(
    get, path = "/v1/rights", tag = "reviews", operation_id = "list_review_rights",
    summary = "查看待评价办件 List cases that may be reviewed",
    params(PageQuery),
    responses((status = 200, description = "待评价办件 own open rights", body = Page<OpenReviewRight>)),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"], "scoped": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<OpenReviewRight>>, Problem> {
    let account = &caller.principal.account;
    let now = desk.host.clock.now();
    let found = store::open_rights(desk.host.db(), account, now, &page).await?;
    let items = found.items.into_iter().map(|row| OpenReviewRight::of(&desk, row)).collect();
    Ok(Json(Page { items, next: found.next }))
}
