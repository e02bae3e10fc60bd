//! `/exchange/v1/requests`: requests for shared data.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::sync::Arc;
use tongban_contracts::exchange::DataUse;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::SharingReason;
use super::request_view::{RequestListed, RequestView};
use crate::app::{self, Desk};
use crate::domain::request::Command;
use crate::store::request::Scope;

/// What a body asks for (共享申请).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestForData {
    /// The resource.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    resource_id: Uuid,
    /// What for, and how much.
    data_use: DataUse,
}

/// 申请共享数据: checked by machine; what is shared unconditionally is granted at once.
#[utoipa::path(
    post, path = "/v1/requests", tag = "requests", operation_id = "request_data",
    summary = "申请共享数据 Ask for shared data",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = RequestForData, description = "共享申请 the request"),
    responses(
        (status = 201, description = "已提交或者已直接授权 filed, or granted at once", body = RequestView),
        (status = 404, description = "没有该资源 no such resource", body = ProblemDocument,
            example = json!({"title": "找不到该数据资源，或无权查看"})),
        (status = 409, description = "资源已注销 the resource is withdrawn", body = ProblemDocument,
            example = json!({"code": "withdrawn", "title": "该数据资源已注销"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"]}))),
)]
pub async fn file(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<RequestForData>,
) -> Result<Response, Problem> {
    let RequestForData { resource_id, data_use } = body.value;
    let request = body.request.as_ref();
    let answer = app::requests::file(&desk, resource_id, data_use, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// Which requests are wanted (查看范围).
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestList {
    /// 本单位提出的: the newest first.
    #[default]
    Asked,
    /// 向本单位提出的: the newest first.
    Received,
    /// 待本单位答复的: the most urgent first.
    ToAnswer,
    /// 待裁定的: for the authority and supervisors, the most urgent first.
    ToRule,
    /// 逾期的: for the authority and supervisors, the longest overdue first.
    Overdue,
}

/// Which requests are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestSearch {
    /// Which list (查看范围); those that the own body made when absent.
    #[param(inline, example = "asked")]
    list: Option<RequestList>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "2026-03-18~019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    after: Option<String>,
}

/// 共享申请列表: of the own body, or of the own region for those who oversee it.
#[utoipa::path(
    get, path = "/v1/requests", tag = "requests", operation_id = "list_data_requests",
    summary = "查看共享申请列表 List requests for data",
    params(RequestSearch),
    responses((status = 200, description = "共享申请 the requests", body = Page<RequestListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<RequestSearch>,
) -> Result<Json<Page<RequestListed>>, Problem> {
    let actor = &caller.principal;
    let scope = match query.list.unwrap_or_default() {
        RequestList::Asked => Scope::asked(actor),
        RequestList::Received => Scope::received(actor),
        RequestList::ToAnswer => Scope::to_answer(actor),
        RequestList::ToRule => Scope::to_rule(actor),
        RequestList::Overdue => Scope::overdue(actor),
    }?;
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = scope.page(desk.host.db(), &page).await?;
    let items = found.items.into_iter().map(RequestListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看共享申请: for both bodies, the authority and supervisors.
#[utoipa::path(
    get, path = "/v1/requests/{id}", tag = "requests", operation_id = "read_data_request",
    summary = "查看共享申请 Read a request for data",
    params(("id" = Uuid, Path, description = "共享申请标识 identifier of the request", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")),
    responses(
        (status = 200, description = "共享申请 the request", body = RequestView),
        (status = 404, description = "没有该申请 no such request", body = ProblemDocument,
            example = json!({"title": "找不到该共享申请，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<RequestView>, Problem> {
    Ok(Json(app::requests::read(&desk, id, &caller).await?))
}

/// 提出异议: what was refused is negotiated once; what stays refused, and silence beyond the limit, goes up.
#[utoipa::path(
    post, path = "/v1/requests/{id}/objection", tag = "requests", operation_id = "dispute_data_answer",
    summary = "对答复提出异议 Object to the answer to a request",
    params(
        ("id" = Uuid, Path, description = "共享申请标识 identifier of the request", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SharingReason, description = "异议理由 the reason"),
    responses(
        (status = 200, description = "已转协商或者裁定 in negotiation, or before the authority", body = RequestView),
        (status = 404, description = "没有该申请 no such request", body = ProblemDocument,
            example = json!({"title": "找不到该共享申请，或无权查看"})),
        (status = 409, description = "没有可异议的内容 nothing to object to", body = ProblemDocument,
            example = json!({"code": "ruled", "title": "已由数据共享主管部门裁定，裁定为最终意见"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn dispute(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SharingReason>,
) -> Result<Response, Problem> {
    let command = Command::Dispute(body.value.reason, Arc::clone(&desk.ground));
    let request = body.request.as_ref();
    let answer = app::requests::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 撤回: a request that waits, or the objection to an answer.
#[utoipa::path(
    post, path = "/v1/requests/{id}/withdrawal", tag = "requests", operation_id = "withdraw_data_request",
    summary = "撤回共享申请或者异议 Withdraw a request or an objection",
    params(
        ("id" = Uuid, Path, description = "共享申请标识 identifier of the request", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SharingReason, description = "撤回理由 the reason"),
    responses(
        (status = 200, description = "已撤回 withdrawn", body = RequestView),
        (status = 404, description = "没有该申请 no such request", body = ProblemDocument,
            example = json!({"title": "找不到该共享申请，或无权查看"})),
        (status = 409, description = "没有待办的环节 nothing waits", body = ProblemDocument,
            example = json!({"code": "not_when_granted", "title": "共享申请所处状态不能办理此操作"})),
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
    let answer = app::requests::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
