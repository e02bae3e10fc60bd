//! `/matters/v1/matters`: the service guide, and its upkeep.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_contracts::matters::Matter;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_runtime::Host;
use tongban_web::{Body, CallerOf, Problem, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use crate::domain::matter::Entry;
use crate::store::matter::{self as store, Search};
use crate::{app, store::matter::Model};

/// A matter as its service guide shows it (办事指南).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MatterGuide {
    /// Identifier in the catalogue.
    #[schema(format = Uuid, example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub id: String,
    /// Version (事项版本).
    #[schema(example = 1)]
    pub revision: u32,
    /// Whether applications are taken (在用).
    #[schema(example = true)]
    pub published: bool,
    /// Why it was withdrawn (取消原因).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("法律依据已废止"))]
    pub withdrawal_reason: Option<String>,
    /// The entry.
    pub matter: Matter,
}

impl MatterGuide {
    /// The guide of an entry.
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

/// A matter in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatterListed {
    /// Identifier in the catalogue.
    #[schema(format = Uuid, example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub id: String,
    /// Implementation code (实施编码).
    #[schema(example = "11320706MB0000001B4000117109003")]
    pub code: String,
    /// Name (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
    /// Implementing body (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Region (行政区划).
    #[schema(example = "320706")]
    pub region: String,
    /// Type (事项类型).
    #[schema(example = "01")]
    pub matter_type: String,
    /// Version.
    #[schema(example = 1)]
    pub revision: i64,
}

impl From<Model> for MatterListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name: row.name,
            body: row.body,
            body_name: row.body_name,
            region: row.region,
            matter_type: row.matter_type,
            revision: row.revision,
        }
    }
}

/// What matters are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MatterSearch {
    /// Words that must all occur in name, code, body or result (关键词).
    #[param(example = "施工 许可")]
    q: Option<String>,
    /// Region: it and everything below (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Implementing body's credit code (实施主体).
    #[param(example = "11320706MB0000001B")]
    body: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "11320706MB0000001B4000117109003~ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    after: Option<String>,
}

/// 查询事项: published matters by words, region and body.
#[utoipa::path(
    get, path = "/v1/matters", tag = "matters", operation_id = "search_matters",
    summary = "查询在用事项 Search published matters",
    params(MatterSearch),
    responses((status = 200, description = "在用事项 published matters", body = Page<MatterListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn search(
    State(host): State<Host>,
    Query(query): Query<MatterSearch>,
) -> Result<Json<Page<MatterListed>>, Problem> {
    let search = Search {
        words: query.q.as_deref(),
        region: query.region.as_ref(),
        body: query.body.as_deref(),
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::search(host.db(), &search, &page).await?;
    let items = found.items.into_iter().map(MatterListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 办事指南: everything an applicant has to know about one matter.
#[utoipa::path(
    get, path = "/v1/matters/{id}", tag = "matters", operation_id = "read_matter",
    summary = "查看办事指南 Read a service guide",
    params(("id" = Uuid, Path, description = "事项标识 identifier of the matter", example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")),
    responses(
        (status = 200, description = "办事指南 the guide", body = MatterGuide),
        (status = 404, description = "没有该事项 no such matter", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该事项，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(host): State<Host>,
    Segment(id): Segment<String>,
) -> Result<Json<MatterGuide>, Problem> {
    let loaded = host.ledger.load::<Entry>(&id).await?;
    let loaded = loaded.ok_or_else(|| Fault::not_found("该事项"))?;
    Ok(Json(MatterGuide::of(&id, &loaded.state)))
}

/// 发布新事项: a new matter of the editor's own body.
#[utoipa::path(
    post, path = "/v1/matters", tag = "matters", operation_id = "publish_matter",
    summary = "发布新事项 Publish a new matter",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = Matter, description = "实施清单要素 the implementation entry"),
    responses((status = 201, description = "已发布 published", body = MatterGuide)),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["matter_editor"], "scoped": true}))),
)]
pub async fn publish(
    State(host): State<Host>,
    CallerOf(caller): CallerOf,
    body: Body<Matter>,
) -> Result<Response, Problem> {
    let id = host.ledger.new_id();
    let answer =
        app::publish::publish(&host, &id, body.value, &caller, body.request.as_ref(), 201).await?;
    Ok(reply(answer).into_response())
}

/// 发布新版本: the next version of a matter; cases under way keep the version they were filed under.
#[utoipa::path(
    put, path = "/v1/matters/{id}", tag = "matters", operation_id = "republish_matter",
    summary = "发布事项新版本 Publish the next version of a matter",
    params(
        ("id" = Uuid, Path, description = "事项标识 identifier of the matter", example = "ee45007c-cb1d-5453-ba84-3120eaf5f632"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = Matter, description = "实施清单要素 the implementation entry"),
    responses(
        (status = 200, description = "已发布 published", body = MatterGuide,
            example = json!({"revision": 2})),
        (status = 404, description = "没有该事项 no such matter", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该事项，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["matter_editor"], "scoped": true}))),
)]
pub async fn republish(
    State(host): State<Host>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<Matter>,
) -> Result<Response, Problem> {
    if host.ledger.load::<Entry>(&id).await?.is_none() {
        return Err(Fault::not_found("该事项").into());
    }
    let answer =
        app::publish::publish(&host, &id, body.value, &caller, body.request.as_ref(), 200).await?;
    Ok(reply(answer).into_response())
}

/// Why a matter is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatterWithdrawal {
    /// Reason, shown to the public (取消原因).
    #[schema(min_length = 1, max_length = 500, example = "法律依据已废止")]
    reason: String,
}

/// 取消事项: no further applications.
#[utoipa::path(
    post, path = "/v1/matters/{id}/withdrawal", tag = "matters", operation_id = "withdraw_matter",
    summary = "取消事项 Withdraw a matter",
    params(
        ("id" = Uuid, Path, description = "事项标识 identifier of the matter", example = "ee45007c-cb1d-5453-ba84-3120eaf5f632"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = MatterWithdrawal, description = "取消原因 the reason"),
    responses(
        (status = 200, description = "已取消 withdrawn", body = MatterGuide,
            example = json!({"published": false, "withdrawal_reason": "法律依据已废止"})),
        (status = 404, description = "没有该事项 no such matter", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该事项，或无权查看"})),
        (status = 409, description = "已经取消 already withdrawn", body = tongban_web::ProblemDocument,
            example = json!({"code": "already_withdrawn", "title": "该事项已取消，不能再次取消"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["matter_editor"], "scoped": true}))),
)]
pub async fn withdraw(
    State(host): State<Host>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<MatterWithdrawal>,
) -> Result<Response, Problem> {
    let reason = body.value.reason;
    let answer =
        app::withdraw::withdraw(&host, &id, reason, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
