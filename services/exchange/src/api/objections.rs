//! `/exchange/v1/readings/{id}/objection` and `/exchange/v1/objections`: people object to readings of their data.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::objection_view::{ObjectionListed, ObjectionView};
use crate::app::{self, Desk};
use crate::domain::objection::ObjectionStage;

/// Why a reading is objected to (异议).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingObjection {
    /// In words; numbers of persons in it are masked before anybody reads it (异议内容).
    #[schema(min_length = 1, max_length = 1_000, example = "本人没有申请过该事项")]
    text: String,
}

/// 提出异议: by the person or organisation that the reading is about, once for each reading. The body that read answers
/// within its limit; the source body sees it.
#[utoipa::path(
    post, path = "/v1/readings/{id}/objection", tag = "objections", operation_id = "object_to_reading",
    summary = "对查询记录提出异议 Object to a reading of the own data",
    params(
        ("id" = Uuid, Path, description = "调用编号，见查询记录 identifier of the reading", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ReadingObjection, description = "异议 the objection"),
    responses(
        (status = 201, description = "已提出 raised", body = ObjectionView),
        (status = 404, description = "没有该查询记录 no such reading", body = ProblemDocument,
            example = json!({"title": "找不到该查询记录，或无权查看"})),
        (status = 409, description = "已提出过异议 objected to already", body = ProblemDocument,
            example = json!({"code": "already_objected", "title": "该查询记录已提出过异议",
                "detail": "异议编号 2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"], "scoped": true}))),
)]
pub async fn raise(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<ReadingObjection>,
) -> Result<Response, Problem> {
    let (request, text) = (body.request.as_ref(), body.value.text);
    let answer = app::objections::raise(&desk, id, text, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// Which objections are wanted (查看范围).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObjectionList {
    /// 本人（本单位）提出的: for people and organisations, the newest first.
    Own,
    /// 对本单位查询提出的: for stewards, the newest first.
    Received,
    /// 涉及本单位数据的: for stewards of the source body, the newest first.
    OfData,
    /// 待监督人员决定的: without an answer in time, or asked for by the objector; the longest due first.
    ToDecide,
    /// 本区域的: for the authority and supervisors, the newest first.
    Region,
}

/// Which objections are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ObjectionSearch {
    /// Which list (查看范围); the own ones, or for officers those to the own body's readings, when absent.
    #[param(inline, example = "received")]
    list: Option<ObjectionList>,
    /// Where they stand (异议状态); all when absent.
    #[param(inline, example = "answering")]
    stage: Option<ObjectionStage>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a")]
    after: Option<String>,
}

/// 查询异议列表: the own ones, those to readings of the own body, of its data, or of the own region.
#[utoipa::path(
    get, path = "/v1/objections", tag = "objections", operation_id = "list_reading_objections",
    summary = "查看查询异议列表 List objections to readings",
    params(ObjectionSearch),
    responses(
        (status = 200, description = "查询异议 the objections", body = Page<ObjectionListed>),
        (status = 409, description = "账号信息正在同步 the account is not known yet", body = ProblemDocument,
            example = json!({"code": "account_not_known_yet", "title": "您的账号信息正在同步，请稍后重试"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ObjectionSearch>,
) -> Result<Json<Page<ObjectionListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let (list, stage, actor) = (query.list, query.stage, &caller.principal);
    let found = app::objections::list(&desk, list, stage, actor, &page).await?;
    let items = found.items.into_iter().map(ObjectionListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看查询异议: for the objector, both bodies, the authority and supervisors.
#[utoipa::path(
    get, path = "/v1/objections/{id}", tag = "objections", operation_id = "read_reading_objection",
    summary = "查看查询异议 Read an objection to a reading",
    params(("id" = Uuid, Path, description = "异议编号 identifier of the objection", example = "2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a")),
    responses(
        (status = 200, description = "查询异议 the objection", body = ObjectionView),
        (status = 404, description = "没有该异议 no such objection", body = ProblemDocument,
            example = json!({"title": "找不到该查询异议，或无权查看"})),
        (status = 409, description = "账号信息正在同步 the account is not known yet", body = ProblemDocument,
            example = json!({"code": "account_not_known_yet", "title": "您的账号信息正在同步，请稍后重试"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<ObjectionView>, Problem> {
    Ok(Json(app::objections::read(&desk, id, &caller).await?))
}
