//! `/v1/plans` and `/v1/published-plans`: plans for those who make them, and for everyone.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::supervision::RatioTable;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{Body, CallerOf, Problem, Query, Segment, reply};
use utoipa::IntoParams;

pub use super::plan_view::{InspectionPlanView, PlanEntryRequest, PlanListed, PlanRequest};
use super::{SupervisionConfirmation, SupervisionReason};
use crate::app::{self, Desk};
use crate::domain::plan::{Command, Plan, PlanStage};
use crate::store::plan as store;

/// 抽查比例表: the dated tables that plans go by, for everyone.
#[utoipa::path(
    get, path = "/v1/ratio-tables", tag = "plans", operation_id = "list_ratio_tables",
    summary = "查看抽查比例表 List tables of ratios",
    responses(
        (status = 200, description = "抽查比例表 the tables", body = Vec<RatioTable>),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn ratio_tables(State(desk): State<Desk>) -> Json<Vec<RatioTable>> {
    Json(desk.rules.ratios.clone())
}

/// What published plans are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PublishedPlanSearch {
    /// Region: it and everything below.
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Year.
    #[param(example = 2026)]
    year: Option<i32>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 公布的抽查计划: for everyone.
#[utoipa::path(
    get, path = "/v1/published-plans", tag = "plans", operation_id = "search_published_plans",
    summary = "查看公布的抽查计划 List published plans",
    params(PublishedPlanSearch),
    responses(
        (status = 200, description = "公布的计划 published plans", body = Page<PlanListed>),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn published(
    State(desk): State<Desk>,
    Query(query): Query<PublishedPlanSearch>,
) -> Result<Json<Page<PlanListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let db = desk.host.db();
    let found = store::published(db, query.region.as_ref(), query.year, &page).await?;
    let items = found.items.into_iter().map(PlanListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 公布的抽查计划: one plan with its tasks, for everyone; a withdrawn one stays readable.
#[utoipa::path(
    get, path = "/v1/published-plans/{id}", tag = "plans", operation_id = "read_published_plan",
    summary = "查看公布的抽查计划 Read a published plan",
    params(
        ("id" = Uuid, Path, description = "抽查计划标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
    ),
    responses(
        (status = 200, description = "抽查计划 the plan", body = InspectionPlanView),
        (status = 404, description = "没有该抽查计划 no such plan", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查计划，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read_published(
    State(desk): State<Desk>,
    Segment(id): Segment<String>,
) -> Result<Json<InspectionPlanView>, Problem> {
    let plan = desk.there::<Plan>(&id, "该抽查计划").await?.state;
    if plan.published_at.is_none() {
        return Err(Fault::not_found("该抽查计划").into());
    }
    Ok(Json(InspectionPlanView::of(&id, &plan)))
}

/// What plans are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanSearch {
    /// Where they stand.
    #[param(inline)]
    stage: Option<PlanStage>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 抽查计划: those of the caller's body in any stage.
#[utoipa::path(
    get, path = "/v1/plans", tag = "plans", operation_id = "search_plans",
    summary = "查询本单位抽查计划 List plans of the own body",
    params(PlanSearch),
    responses(
        (status = 200, description = "抽查计划 plans of the body", body = Page<PlanListed>),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner", "inspection_approver"], "scoped": true}))),
)]
pub async fn search(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<PlanSearch>,
) -> Result<Json<Page<PlanListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::of_body(desk.host.db(), &caller.principal, query.stage, &page).await?;
    let items = found.items.into_iter().map(PlanListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 抽查计划: one of the caller's body.
#[utoipa::path(
    get, path = "/v1/plans/{id}", tag = "plans", operation_id = "read_plan",
    summary = "查看本单位抽查计划 Read a plan of the own body",
    params(
        ("id" = Uuid, Path, description = "抽查计划标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
    ),
    responses(
        (status = 200, description = "抽查计划 the plan", body = InspectionPlanView),
        (status = 404, description = "没有该抽查计划 no such plan", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查计划，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner", "inspection_approver"], "scoped": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<InspectionPlanView>, Problem> {
    let plan = desk.there::<Plan>(&id, "该抽查计划").await?.state;
    let own = caller.principal.body.as_ref() == Some(&plan.plan.body)
        && caller.principal.reaches(&plan.plan.region);
    if !own {
        return Err(Fault::forbidden("not_your_body", "只能查看本单位、本区域的计划").into());
    }
    Ok(Json(InspectionPlanView::of(&id, &plan)))
}

/// 编制计划: figures of every task are computed from the libraries as they stand.
#[utoipa::path(
    post, path = "/v1/plans", tag = "plans", operation_id = "draft_plan",
    summary = "编制抽查计划 Draft a plan",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PlanRequest, description = "计划内容 what is planned"),
    responses(
        (status = 201, description = "已编制 drafted", body = InspectionPlanView),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn draft(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<PlanRequest>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::plans::draft(&desk, body.value, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 修订计划: another draft in its place, figures computed anew.
#[utoipa::path(
    put, path = "/v1/plans/{id}", tag = "plans", operation_id = "revise_plan",
    summary = "修订抽查计划 Revise a plan",
    params(
        ("id" = Uuid, Path, description = "抽查计划标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PlanRequest, description = "计划内容 what is planned"),
    responses(
        (status = 200, description = "已修订 revised", body = InspectionPlanView),
        (status = 404, description = "没有该抽查计划 no such plan", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查计划，或无权查看"})),
        (status = 409, description = "计划状态不允许 not in this stage", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "计划已公布，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn revise(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PlanRequest>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::plans::revise(&desk, &id, body.value, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 审批计划: by somebody else than who drafted or revised it.
#[utoipa::path(
    post, path = "/v1/plans/{id}/approval", tag = "plans", operation_id = "approve_plan",
    summary = "审批抽查计划 Approve a plan",
    params(
        ("id" = Uuid, Path, description = "抽查计划标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionConfirmation, description = "确认 confirmation"),
    responses(
        (status = 200, description = "已审批 approved", body = InspectionPlanView),
        (status = 403, description = "本人编制的计划 one's own draft", body = tongban_web::ProblemDocument,
            example = json!({"code": "own_draft", "title": "编制或修订过计划的人员不能审批该计划"})),
        (status = 404, description = "没有该抽查计划 no such plan", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查计划，或无权查看"})),
        (status = 409, description = "计划状态不允许 not in this stage", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "计划已公布，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn approve(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionConfirmation>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let command = Command::Approve;
    let answer = app::plans::act(&desk, &id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 退回计划: to be drafted anew.
#[utoipa::path(
    post, path = "/v1/plans/{id}/return", tag = "plans", operation_id = "return_plan",
    summary = "退回抽查计划 Return a plan",
    params(
        ("id" = Uuid, Path, description = "抽查计划标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "退回理由 the reason"),
    responses(
        (status = 200, description = "已退回 returned", body = InspectionPlanView),
        (status = 404, description = "没有该抽查计划 no such plan", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查计划，或无权查看"})),
        (status = 409, description = "计划状态不允许 not in this stage", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "计划已公布，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn return_draft(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let command = Command::Return { reason: body.value.reason };
    let answer = app::plans::act(&desk, &id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 公布计划: open to everyone; its tasks begin.
#[utoipa::path(
    post, path = "/v1/plans/{id}/publication", tag = "plans", operation_id = "publish_plan",
    summary = "公布抽查计划 Publish a plan",
    params(
        ("id" = Uuid, Path, description = "抽查计划标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionConfirmation, description = "确认 confirmation"),
    responses(
        (status = 200, description = "已公布 published", body = InspectionPlanView),
        (status = 404, description = "没有该抽查计划 no such plan", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查计划，或无权查看"})),
        (status = 409, description = "计划状态不允许 not in this stage", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "计划已公布，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn publish(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionConfirmation>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let command = Command::Publish;
    let answer = app::plans::act(&desk, &id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}

/// 废止计划: what was not dispatched yet is cancelled.
#[utoipa::path(
    post, path = "/v1/plans/{id}/withdrawal", tag = "plans", operation_id = "withdraw_plan",
    summary = "废止抽查计划 Withdraw a plan",
    params(
        ("id" = Uuid, Path, description = "抽查计划标识 identifier", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "废止理由 the reason"),
    responses(
        (status = 200, description = "已废止 withdrawn", body = InspectionPlanView),
        (status = 404, description = "没有该抽查计划 no such plan", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查计划，或无权查看"})),
        (status = 409, description = "计划状态不允许 not in this stage", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "计划已公布，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn withdraw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let command = Command::Withdraw { reason: body.value.reason };
    let answer = app::plans::act(&desk, &id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
