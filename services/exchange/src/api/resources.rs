//! `/exchange/v1/resources`: the directory of shared data, and its upkeep.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::exchange::{DataResource, Delivery, SharingKind};
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::SharingReason;
use super::resource_view::{ResourceListed, ResourceVersion, ResourceView};
use crate::app::{self, Desk};
use crate::domain::resource::{Command, resource_id};
use crate::store::resource as store;

/// What resources are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResourceSearch {
    /// Code, or a part of the name (代码或者名称).
    #[param(example = "婚姻")]
    q: Option<String>,
    /// Credit code of the source body (数源部门).
    #[param(example = "11320706MB0000003H")]
    body: Option<String>,
    /// How far they are shared (共享类型).
    #[param(example = "conditional")]
    sharing: Option<SharingKind>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "婚姻登记信息（示例）~3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    after: Option<String>,
}

/// 共享资源目录: what is in force.
#[utoipa::path(
    get, path = "/v1/resources", tag = "directory", operation_id = "list_data_resources",
    summary = "查询共享资源目录 List the directory of shared data",
    params(ResourceSearch),
    responses((status = 200, description = "数据资源 the resources", body = Page<ResourceListed>)),
    extensions(("x-access" = json!({"kinds": ["officer", "system"]}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    Query(query): Query<ResourceSearch>,
) -> Result<Json<Page<ResourceListed>>, Problem> {
    let search = store::Search {
        words: query.q.as_deref(),
        body: query.body.as_deref(),
        sharing: query.sharing,
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::search(desk.host.db(), &search, &page).await?;
    let items = found.items.into_iter().map(ResourceListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 数据资源: items, sharing, quality; for its own body also how its system is reached.
#[utoipa::path(
    get, path = "/v1/resources/{id}", tag = "directory", operation_id = "read_data_resource",
    summary = "查看数据资源 Read a resource",
    params(("id" = Uuid, Path, description = "数据资源标识 identifier of the resource", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")),
    responses(
        (status = 200, description = "数据资源 the resource", body = ResourceView),
        (status = 404, description = "没有该资源 no such resource", body = ProblemDocument,
            example = json!({"title": "找不到该数据资源，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"]}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<ResourceView>, Problem> {
    Ok(Json(app::resources::read(&desk, id, &caller.principal).await?))
}

/// 历史版本: every version there ever was, the last first.
#[utoipa::path(
    get, path = "/v1/resources/{id}/versions", tag = "directory", operation_id = "list_data_resource_versions",
    summary = "查看数据资源历史版本 List the versions of a resource",
    params(("id" = Uuid, Path, description = "数据资源标识 identifier of the resource", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")),
    responses(
        (status = 200, description = "历史版本 the versions", body = Vec<ResourceVersion>),
        (status = 404, description = "没有该资源 no such resource", body = ProblemDocument,
            example = json!({"title": "找不到该数据资源，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"]}))),
)]
pub async fn versions(
    State(desk): State<Desk>,
    Segment(id): Segment<Uuid>,
) -> Result<Json<Vec<ResourceVersion>>, Problem> {
    Ok(Json(app::resources::versions(&desk, id).await?))
}

/// A resource as its body registers it (编目). It has no date: that is the system's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceRegistration {
    /// What it says.
    resource: DataResource,
    /// How the source body's system is reached.
    delivery: Delivery,
}

/// 编目发布: by the source body; one code, one resource.
#[utoipa::path(
    post, path = "/v1/resources", tag = "directory", operation_id = "publish_data_resource",
    summary = "编目发布数据资源 Publish a resource",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = ResourceRegistration, description = "数据资源 the resource"),
    responses(
        (status = 201, description = "已发布 published", body = ResourceView),
        (status = 409, description = "代码已使用 the code is taken", body = ProblemDocument,
            example = json!({"code": "code_taken", "title": "该信息资源代码已编目，代码不得重复使用"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn publish(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<ResourceRegistration>,
) -> Result<Response, Problem> {
    let ResourceRegistration { resource, delivery } = body.value;
    let id = resource_id(&resource.code);
    let draft = app::resources::draft(&desk, resource, delivery).await?;
    let (command, request) = (Command::Publish(draft), body.request.as_ref());
    let answer = app::resources::act(&desk, id, command, &caller, request, 201).await?;
    Ok(reply(answer).into_response())
}

/// 变更: a further version; grants follow it.
#[utoipa::path(
    put, path = "/v1/resources/{id}", tag = "directory", operation_id = "change_data_resource",
    summary = "变更数据资源 Publish the next version of a resource",
    params(
        ("id" = Uuid, Path, description = "数据资源标识 identifier of the resource", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ResourceRegistration, description = "数据资源 the resource"),
    responses(
        (status = 200, description = "已变更 changed", body = ResourceView),
        (status = 404, description = "没有该资源 no such resource", body = ProblemDocument,
            example = json!({"title": "找不到该数据资源，或无权查看"})),
        (status = 409, description = "已注销 withdrawn", body = ProblemDocument,
            example = json!({"code": "withdrawn", "title": "该数据资源已注销，不能再变更"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn change(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<ResourceRegistration>,
) -> Result<Response, Problem> {
    let ResourceRegistration { resource, delivery } = body.value;
    let draft = app::resources::draft(&desk, resource, delivery).await?;
    let (command, request) = (Command::Change(draft), body.request.as_ref());
    let answer = app::resources::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 注销: every grant of it ends.
#[utoipa::path(
    post, path = "/v1/resources/{id}/withdrawal", tag = "directory", operation_id = "withdraw_data_resource",
    summary = "注销数据资源 Withdraw a resource",
    params(
        ("id" = Uuid, Path, description = "数据资源标识 identifier of the resource", example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SharingReason, description = "注销原因 the reason"),
    responses(
        (status = 200, description = "已注销 withdrawn", body = ResourceView),
        (status = 404, description = "没有该资源 no such resource", body = ProblemDocument,
            example = json!({"title": "找不到该数据资源，或无权查看"})),
        (status = 409, description = "已注销 withdrawn already", body = ProblemDocument,
            example = json!({"code": "withdrawn", "title": "该数据资源已注销，不能再变更"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn withdraw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SharingReason>,
) -> Result<Response, Problem> {
    let (command, request) = (Command::Withdraw(body.value.reason), body.request.as_ref());
    let answer = app::resources::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
