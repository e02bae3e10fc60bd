//! `/supermarket/v1/services`: the directory of intermediary services, and its upkeep.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::supermarket::IntermediaryService;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::discipline::SecondOpinion;
use super::links::LinkListed;
use super::service_view::{
    RequiringMatter, ServiceFile, ServiceListed, ServiceVersion, ServiceView,
};
use crate::app::{self, Desk};
use crate::domain::directory::Command;
use crate::store::{directory as store, link, matter};

/// What services are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServiceSearch {
    /// Words that must all occur in the name (关键词).
    #[param(example = "施工图")]
    q: Option<String>,
    /// Region: it and everything below (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Credit code of the industry body (行业主管部门).
    #[param(example = "11320706MB0000005P")]
    body: Option<String>,
    /// Matter that requires it (审批事项).
    #[param(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    matter: Option<Uuid>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "施工图设计文件审查~5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    after: Option<String>,
}

/// 中介服务事项清单: what is in force.
#[utoipa::path(
    get, path = "/v1/services", tag = "directory", operation_id = "list_services",
    summary = "查询中介服务事项清单 List the directory of intermediary services",
    params(ServiceSearch),
    responses((status = 200, description = "在用事项 services in force", body = Page<ServiceListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    Query(query): Query<ServiceSearch>,
) -> Result<Json<Page<ServiceListed>>, Problem> {
    let search = store::Search {
        words: query.q.as_deref(),
        region: query.region.as_ref(),
        body: query.body.as_deref(),
        matter: query.matter,
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::search(desk.host.db(), &search, &page).await?;
    let items = found.items.into_iter().map(ServiceListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 中介服务事项: legal basis, matters, fee, time limit, requirements.
#[utoipa::path(
    get, path = "/v1/services/{id}", tag = "directory", operation_id = "read_service",
    summary = "查看中介服务事项 Read a service of the directory",
    params(("id" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")),
    responses(
        (status = 200, description = "中介服务事项 the service", body = ServiceView),
        (status = 404, description = "没有该事项 no such service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<ServiceView>, Problem> {
    let entry = desk.service(id).await?.state;
    let published = entry.published.ok_or_else(|| Fault::not_found("该中介服务事项"))?;
    let named = published.service.matters.iter().map(|one| one.matter_id).collect();
    let matters = matter::find(desk.host.db(), &named).await?;
    let matters = matters.into_iter().map(|row| RequiringMatter {
        matter_id: row.matter_id,
        name: row.name,
        body_name: row.body_name,
    });
    Ok(Json(ServiceView {
        id,
        revision: published.revision,
        published_on: published.published_on,
        service: published.service,
        matters: matters.collect(),
        withdrawn: published.withdrawn,
    }))
}

/// 历史版本: every version there ever was, the last first.
#[utoipa::path(
    get, path = "/v1/services/{id}/versions", tag = "directory", operation_id = "list_service_versions",
    summary = "查看中介服务事项历史版本 List the versions of a service",
    params(("id" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")),
    responses(
        (status = 200, description = "历史版本 the versions", body = Vec<ServiceVersion>),
        (status = 404, description = "没有该事项 no such service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn versions(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<Vec<ServiceVersion>>, Problem> {
    Ok(Json(app::directory::versions(&desk, id).await?))
}

/// 已挂接机构: agencies linked to a service, the last linked first.
#[utoipa::path(
    get, path = "/v1/services/{id}/agencies", tag = "directory", operation_id = "list_service_agencies",
    summary = "查看已挂接机构 List the agencies linked to a service",
    params(
        ("id" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55"),
        PageQuery,
    ),
    responses((status = 200, description = "已挂接机构 the links", body = Page<LinkListed>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn agencies(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<LinkListed>>, Problem> {
    let found = link::of_service(desk.host.db(), id, &page).await?;
    let items = found.items.into_iter().map(LinkListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 待复核事项: what waits for the second officer.
#[utoipa::path(
    get, path = "/v1/pending-services", tag = "directory", operation_id = "list_pending_services",
    summary = "查看待复核的中介服务事项 List services that wait for the second officer",
    params(PageQuery),
    responses((status = 200, description = "待复核事项 the services", body = Page<ServiceListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn pending(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ServiceListed>>, Problem> {
    let found = store::pending(desk.host.db(), &caller.principal, &page).await?;
    let items = found.items.into_iter().map(ServiceListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 拟发布: by the first officer. Nothing in it sets a date: that is the system's.
#[utoipa::path(
    post, path = "/v1/services", tag = "directory", operation_id = "draft_service",
    summary = "拟发布中介服务事项 Propose a service for the directory",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = IntermediaryService, description = "中介服务事项要素 the entry"),
    responses((status = 201, description = "待复核 waits for the second officer", body = ServiceFile)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn draft(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<IntermediaryService>,
) -> Result<Response, Problem> {
    let id: Uuid = desk.host.ledger.new_id().parse().map_err(Fault::internal)?;
    let request = body.request.as_ref();
    let answer = app::directory::draft(&desk, id, body.value, &caller, request, 201).await?;
    Ok(reply(answer).into_response())
}

/// 拟发布新版本: by the first officer.
#[utoipa::path(
    put, path = "/v1/services/{id}", tag = "directory", operation_id = "redraft_service",
    summary = "拟发布中介服务事项新版本 Propose the next version of a service",
    params(
        ("id" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = IntermediaryService, description = "中介服务事项要素 the entry"),
    responses(
        (status = 200, description = "待复核 waits for the second officer", body = ServiceFile),
        (status = 404, description = "没有该事项 no such service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
        (status = 409, description = "已有待复核的意见 something waits already", body = ProblemDocument,
            example = json!({"code": "proposal_pending", "title": "已有待复核的拟办意见"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn redraft(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<IntermediaryService>,
) -> Result<Response, Problem> {
    desk.service(id).await?;
    let request = body.request.as_ref();
    let answer = app::directory::draft(&desk, id, body.value, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// Why an entry or a document is to go (取消原因).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposedEnd {
    /// Reason, shown to the public (原因).
    #[schema(min_length = 1, max_length = 500, example = "设定依据已废止")]
    pub reason: String,
}

/// 拟取消: by the first officer.
#[utoipa::path(
    post, path = "/v1/services/{id}/withdrawal", tag = "directory", operation_id = "propose_service_withdrawal",
    summary = "拟取消中介服务事项 Propose that a service is withdrawn",
    params(
        ("id" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ProposedEnd, description = "取消原因 the reason"),
    responses(
        (status = 200, description = "待复核 waits for the second officer", body = ServiceFile),
        (status = 404, description = "没有该事项 no such service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
        (status = 409, description = "未在用 not in force", body = ProblemDocument,
            example = json!({"code": "not_in_force", "title": "该中介服务事项未在用"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["industry_reviewer", "market_manager"], "scoped": true,
    }))),
)]
pub async fn withdraw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<ProposedEnd>,
) -> Result<Response, Problem> {
    let command = Command::ProposeWithdrawal(body.value.reason);
    let request = body.request.as_ref();
    let answer = app::directory::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 复核: by another officer; what is confirmed is in force from today on.
#[utoipa::path(
    post, path = "/v1/services/{id}/decision", tag = "directory", operation_id = "decide_service",
    summary = "复核中介服务事项 Confirm or return what was proposed for a service",
    params(
        ("id" = Uuid, Path, description = "中介服务事项标识 identifier of the service", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SecondOpinion, description = "复核意见 the second officer's word"),
    responses(
        (status = 200, description = "已复核 decided", body = ServiceFile),
        (status = 404, description = "没有该事项 no such service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
        (status = 409, description = "没有待复核的意见 nothing waits", body = ProblemDocument,
            example = json!({"code": "nothing_proposed", "title": "没有待复核的拟办意见"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["market_manager"], "scoped": true}))),
)]
pub async fn decide(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SecondOpinion>,
) -> Result<Response, Problem> {
    let SecondOpinion { confirmed, reason } = body.value;
    let command = Command::Decide { confirmed, reason };
    let request = body.request.as_ref();
    let answer = app::directory::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
