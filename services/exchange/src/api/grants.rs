//! `/exchange/v1/grants`: who may read what.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::SharingReason;
use super::grant_view::{GrantListed, GrantView};
use crate::app::{self, Desk};
use crate::domain::grant::Command;
use crate::store::grant as store;

/// Which grants are wanted (查看范围).
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantList {
    /// 本单位持有的: the newest first.
    #[default]
    Held,
    /// 本单位数据的: the newest first.
    Given,
    /// 本区域的: for the authority and supervisors; region by region, the newest first.
    Region,
}

/// Which grants are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GrantSearch {
    /// Which list (查看范围); those that the own body holds when absent.
    #[param(inline, example = "held")]
    list: Option<GrantList>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    after: Option<String>,
}

/// 授权列表: of the own body, or of the own region for those who oversee it.
#[utoipa::path(
    get, path = "/v1/grants", tag = "grants", operation_id = "list_data_grants",
    summary = "查看共享授权列表 List grants of data",
    params(GrantSearch),
    responses((status = 200, description = "共享授权 the grants", body = Page<GrantListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<GrantSearch>,
) -> Result<Json<Page<GrantListed>>, Problem> {
    let (db, actor) = (desk.host.db(), &caller.principal);
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = match query.list.unwrap_or_default() {
        GrantList::Held => store::held(db, actor, &page).await?,
        GrantList::Given => store::given(db, actor, &page).await?,
        GrantList::Region => store::of_region(db, actor, &page).await?,
    };
    let items = found.items.into_iter().map(GrantListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看授权: for both bodies, the authority and supervisors.
#[utoipa::path(
    get, path = "/v1/grants/{id}", tag = "grants", operation_id = "read_data_grant",
    summary = "查看共享授权 Read a grant of data",
    params(("id" = Uuid, Path, description = "授权标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")),
    responses(
        (status = 200, description = "共享授权 the grant", body = GrantView),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<GrantView>, Problem> {
    Ok(Json(app::grants::read(&desk, id, &caller.principal).await?))
}

/// 暂停: nothing is read by it until it is taken up again.
#[utoipa::path(
    post, path = "/v1/grants/{id}/suspension", tag = "grants", operation_id = "suspend_data_grant",
    summary = "暂停共享授权 Suspend a grant of data",
    params(
        ("id" = Uuid, Path, description = "授权标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SharingReason, description = "暂停理由 the reason"),
    responses(
        (status = 200, description = "已暂停 suspended", body = GrantView),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
        (status = 409, description = "已暂停或者已终止 suspended or over already", body = ProblemDocument,
            example = json!({"code": "already_suspended", "title": "该授权已暂停"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority"], "scoped": true,
    }))),
)]
pub async fn suspend(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SharingReason>,
) -> Result<Response, Problem> {
    let (command, request) = (Command::Suspend(body.value.reason), body.request.as_ref());
    Ok(reply(app::grants::act(&desk, id, command, &caller, request).await?).into_response())
}

/// 恢复: by the body that suspended it, or the authority.
#[utoipa::path(
    post, path = "/v1/grants/{id}/resumption", tag = "grants", operation_id = "resume_data_grant",
    summary = "恢复共享授权 Take a suspended grant up again",
    params(
        ("id" = Uuid, Path, description = "授权标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SharingReason, description = "恢复理由 the reason"),
    responses(
        (status = 200, description = "已恢复 active again", body = GrantView),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
        (status = 409, description = "未暂停 not suspended", body = ProblemDocument,
            example = json!({"code": "not_suspended", "title": "该授权未暂停"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority"], "scoped": true,
    }))),
)]
pub async fn resume(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SharingReason>,
) -> Result<Response, Problem> {
    let (command, request) = (Command::Resume(body.value.reason), body.request.as_ref());
    Ok(reply(app::grants::act(&desk, id, command, &caller, request).await?).into_response())
}

/// 撤销: by the source body or the authority, at once; or given up by the holder.
#[utoipa::path(
    post, path = "/v1/grants/{id}/revocation", tag = "grants", operation_id = "revoke_data_grant",
    summary = "撤销或者放弃共享授权 Revoke a grant of data, or give it up",
    params(
        ("id" = Uuid, Path, description = "授权标识 identifier of the grant", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SharingReason, description = "理由 the reason"),
    responses(
        (status = 200, description = "已终止 over", body = GrantView),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
        (status = 409, description = "已终止 over already", body = ProblemDocument,
            example = json!({"code": "grant_ended", "title": "该授权已终止"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority"], "scoped": true,
    }))),
)]
pub async fn end(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<SharingReason>,
) -> Result<Response, Problem> {
    let (command, request) = (Command::End(body.value.reason), body.request.as_ref());
    Ok(reply(app::grants::act(&desk, id, command, &caller, request).await?).into_response())
}
