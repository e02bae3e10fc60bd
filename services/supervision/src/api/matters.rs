//! `/v1/matters`: the list of inspection matters.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_contracts::supervision::{InspectionKind, InspectionMatter};
use tongban_kernel::RegionCode;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use super::SupervisionReason;
use crate::app::{self, Desk};
use crate::domain::matter::Entry;
use crate::store::matter::{self as store, Model, Search};

/// An inspection matter as it stands (抽查事项).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InspectionMatterView {
    /// Identifier.
    #[schema(format = Uuid, example = "b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11")]
    pub id: String,
    /// Version.
    #[schema(example = 1)]
    pub revision: u32,
    /// Whether it is in force (在用).
    #[schema(example = true)]
    pub published: bool,
    /// Why it was withdrawn (取消原因).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("设定依据已废止"))]
    pub withdrawal_reason: Option<String>,
    /// The entry.
    pub matter: InspectionMatter,
}

impl InspectionMatterView {
    /// The view of an entry.
    pub fn of(id: &str, entry: &Entry) -> Self {
        Self {
            id: id.to_owned(),
            revision: entry.revision,
            published: entry.withdrawn.is_none(),
            withdrawal_reason: entry.withdrawn.clone(),
            matter: entry.matter.clone(),
        }
    }
}

/// An inspection matter in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectionMatterListed {
    /// Identifier.
    #[schema(format = Uuid, example = "b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11")]
    pub id: String,
    /// Code (事项编号).
    #[schema(example = "SP-001")]
    pub code: String,
    /// Name.
    #[schema(example = "餐饮服务监督检查")]
    pub name: String,
    /// Field (抽查领域).
    #[schema(example = "食品安全")]
    pub field: String,
    /// `general` or `key` (一般、重点).
    #[schema(example = "general")]
    pub kind: String,
    /// Body that keeps it.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Region.
    #[schema(example = "320706")]
    pub region: String,
    /// Version.
    #[schema(example = 1)]
    pub revision: i64,
}

impl From<Model> for InspectionMatterListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name: row.name,
            field: row.field,
            kind: row.kind,
            body: row.body,
            region: row.region,
            revision: row.revision,
        }
    }
}

/// What inspection matters are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InspectionMatterSearch {
    /// Region: it and everything below.
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// A body that inspects for it.
    #[param(example = "11320706MB0000004L")]
    body: Option<String>,
    /// General or key.
    #[param(inline)]
    kind: Option<InspectionKind>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "SP-001~b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11")]
    after: Option<String>,
}

/// 抽查事项清单: matters in force, for everyone.
#[utoipa::path(
    get, path = "/v1/matters", tag = "matters", operation_id = "search_inspection_matters",
    summary = "查看抽查事项清单 List inspection matters",
    params(InspectionMatterSearch),
    responses((status = 200, description = "抽查事项清单 matters in force", body = Page<InspectionMatterListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn search(
    State(desk): State<Desk>,
    Query(query): Query<InspectionMatterSearch>,
) -> Result<Json<Page<InspectionMatterListed>>, Problem> {
    let search =
        Search { region: query.region.as_ref(), body: query.body.as_deref(), kind: query.kind };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::search(desk.host.db(), &search, &page).await?;
    let items = found.items.into_iter().map(InspectionMatterListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 抽查事项: one matter with its legal basis.
#[utoipa::path(
    get, path = "/v1/matters/{id}", tag = "matters", operation_id = "read_inspection_matter",
    summary = "查看抽查事项 Read an inspection matter",
    params(("id" = Uuid, Path, description = "抽查事项标识 identifier", example = "b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11")),
    responses(
        (status = 200, description = "抽查事项 the matter", body = InspectionMatterView),
        (status = 404, description = "没有该抽查事项 no such matter", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查事项，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Segment(id): Segment<String>,
) -> Result<Json<InspectionMatterView>, Problem> {
    let entry = desk.there::<Entry>(&id, "该抽查事项").await?;
    Ok(Json(InspectionMatterView::of(&id, &entry.state)))
}

/// 发布抽查事项: a new matter of the planner's own body.
#[utoipa::path(
    post, path = "/v1/matters", tag = "matters", operation_id = "publish_inspection_matter",
    summary = "发布抽查事项 Publish an inspection matter",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = InspectionMatter, description = "事项要素 the entry"),
    responses((status = 201, description = "已发布 published", body = InspectionMatterView)),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn publish(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<InspectionMatter>,
) -> Result<Response, Problem> {
    let id = desk.host.ledger.new_id();
    let request = body.request.as_ref();
    let answer = app::matters::publish(&desk, &id, body.value, &caller, request, 201).await?;
    Ok(reply(answer).into_response())
}

/// 发布新版本: tasks under way keep the version that they were planned under.
#[utoipa::path(
    put, path = "/v1/matters/{id}", tag = "matters", operation_id = "republish_inspection_matter",
    summary = "发布抽查事项新版本 Publish the next version of an inspection matter",
    params(
        ("id" = Uuid, Path, description = "抽查事项标识 identifier", example = "b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = InspectionMatter, description = "事项要素 the entry"),
    responses(
        (status = 200, description = "已发布 published", body = InspectionMatterView, example = json!({"revision": 2})),
        (status = 404, description = "没有该抽查事项 no such matter", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查事项，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn republish(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<InspectionMatter>,
) -> Result<Response, Problem> {
    desk.there::<Entry>(&id, "该抽查事项").await?;
    let request = body.request.as_ref();
    let answer = app::matters::publish(&desk, &id, body.value, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 取消抽查事项: no further tasks.
#[utoipa::path(
    post, path = "/v1/matters/{id}/withdrawal", tag = "matters", operation_id = "withdraw_inspection_matter",
    summary = "取消抽查事项 Withdraw an inspection matter",
    params(
        ("id" = Uuid, Path, description = "抽查事项标识 identifier", example = "b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "取消原因 the reason"),
    responses(
        (status = 200, description = "已取消 withdrawn", body = InspectionMatterView,
            example = json!({"published": false, "withdrawal_reason": "设定依据已废止"})),
        (status = 404, description = "没有该抽查事项 no such matter", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查事项，或无权查看"})),
        (status = 409, description = "已经取消 already withdrawn", body = tongban_web::ProblemDocument,
            example = json!({"code": "already_withdrawn", "title": "该抽查事项已取消，不能再次取消"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn withdraw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let (reason, request) = (body.value.reason, body.request.as_ref());
    let answer = app::matters::withdraw(&desk, &id, reason, &caller, request).await?;
    Ok(reply(answer).into_response())
}
