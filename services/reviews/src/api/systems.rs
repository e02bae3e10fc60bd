//! `/reviews/v1/systems`: other systems that may push services and reviews.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tongban_contracts::review_desks::PushingSystem;
use tongban_kernel::RegionCode;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment};
use utoipa::ToSchema;

use super::counters::ReviewEnding;
use crate::app::{Desk, systems as app};
use crate::domain::pushing::Pushing;
use crate::store::pushing::{self as store, Model};

/// A system to be registered (评价来源系统).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushingEntry {
    /// Its account at identity.
    #[schema(min_length = 1, max_length = 64, example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    account: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "海州区市场监督管理许可系统（示例）")]
    name: String,
    /// Region whose bodies it may tell of.
    region: RegionCode,
}

/// A system.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushingView {
    /// Its account.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    account: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理许可系统（示例）")]
    name: String,
    /// Region whose bodies it may tell of.
    #[schema(example = "320706")]
    region: String,
    /// Whether nothing of it is taken any more.
    #[schema(example = false)]
    retired: bool,
}

impl PushingView {
    /// The system.
    pub fn of(account: &str, pushing: &Pushing) -> Self {
        Self {
            account: account.to_owned(),
            name: pushing.system.name.clone(),
            region: pushing.system.region.to_string(),
            retired: pushing.retired,
        }
    }
}

impl From<Model> for PushingView {
    fn from(row: Model) -> Self {
        let Model { id, name, region, retired } = row;
        Self { account: id, name, region, retired }
    }
}

/// A system with what it signs with. It is told this once.
#[derive(Serialize, ToSchema)]
pub struct PushingSecret {
    /// The system.
    pub system: PushingView,
    /// Key for HMAC-SM3, as text: 64 characters.
    #[schema(example = "b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184")]
    pub secret: String,
}

/// 登记评价来源系统: registered again, it gets another secret, and that of before is no longer taken.
#[utoipa::path(
    post, path = "/v1/systems", tag = "pushing", operation_id = "register_pushing_system",
    summary = "登记评价来源系统 Register a system that pushes reviews, or give it another secret",
    request_body(content = PushingEntry, description = "来源系统 the system"),
    responses(
        (status = 201, description = "已登记 registered", body = PushingSecret),
        (status = 409, description = "已停用 retired", body = ProblemDocument,
            example = json!({"code": "system_retired", "title": "该来源系统已停用"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn register(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<PushingEntry>,
) -> Result<(StatusCode, Json<PushingSecret>), Problem> {
    let PushingEntry { account, name, region } = body.value;
    let system = PushingSystem { account, name, region };
    Ok((StatusCode::CREATED, Json(app::register(&desk, system, &caller).await?)))
}

/// 评价来源系统列表: of the supervisor's region.
#[utoipa::path(
    get, path = "/v1/systems", tag = "pushing", operation_id = "list_pushing_systems",
    summary = "评价来源系统列表 List systems that push reviews",
    params(PageQuery),
    responses((status = 200, description = "来源系统 systems", body = Page<PushingView>)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PushingView>>, Problem> {
    let Some(region) = &caller.principal.region else {
        return Ok(Json(Page { items: Vec::new(), next: None }));
    };
    let found = store::list(desk.host.db(), region, &page).await?;
    let items = found.items.into_iter().map(PushingView::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 停用评价来源系统
#[utoipa::path(
    post, path = "/v1/systems/{account}/retirement", tag = "pushing", operation_id = "retire_pushing_system",
    summary = "停用评价来源系统 Take nothing more of a system",
    params(("account" = String, Path, description = "来源系统账号 account of the system", example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")),
    request_body(content = ReviewEnding, description = "理由 why"),
    responses(
        (status = 200, description = "已停用 retired", body = PushingView),
        (status = 404, description = "没有该来源系统 no such system", body = ProblemDocument,
            example = json!({"title": "找不到该来源系统，或无权查看"})),
        (status = 409, description = "已停用 retired already", body = ProblemDocument,
            example = json!({"code": "system_retired", "title": "该来源系统已停用"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn retire(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(account): Segment<String>,
    body: Body<ReviewEnding>,
) -> Result<Json<PushingView>, Problem> {
    Ok(Json(app::retire(&desk, &account, body.value.reason, &caller).await?))
}
