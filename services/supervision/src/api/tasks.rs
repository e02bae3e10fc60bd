//! `/v1/tasks`: tasks of published plans, their draws and their visits.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tongban_contracts::supervision::ReplacementCause;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role};
use tongban_web::{Body, CallerOf, Problem, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use super::SupervisionReason;
use super::task_view::{self, DrawParties, TaskListed, TaskView, VisitListed};
use crate::app::{self, Desk};
use crate::domain::task::{Command, Task, TaskStage};
use crate::store::task::{self as store, Search};

/// What tasks are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaskSearch {
    /// The plan.
    #[param(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    plan: Option<String>,
    /// Where they stand.
    #[param(inline)]
    stage: Option<TaskStage>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "2026-06-30~3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48")]
    after: Option<String>,
}

/// 抽查任务: those of the caller's body; for supervisors all of their region. What ends soonest first.
#[utoipa::path(
    get, path = "/v1/tasks", tag = "tasks", operation_id = "search_tasks",
    summary = "查询抽查任务 List inspection tasks",
    params(TaskSearch),
    responses(
        (status = 200, description = "抽查任务 tasks", body = Page<TaskListed>),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"],
        "roles": ["inspection_planner", "inspection_approver", "inspector", "supervisor"], "scoped": true,
    }))),
)]
pub async fn search(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<TaskSearch>,
) -> Result<Json<Page<TaskListed>>, Problem> {
    let search = Search { plan: query.plan.as_deref(), stage: query.stage };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::search(desk.host.db(), &caller.principal, &search, &page).await?;
    let items = found.items.into_iter().map(TaskListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// A task that the caller may see.
async fn seen(desk: &Desk, id: &str, reader: &Principal) -> Result<Task, Fault> {
    let task = desk.there::<Task>(id, "该抽查任务").await?.state;
    let own = reader.body.as_deref().is_some_and(|body| task.body(body).is_some());
    let may =
        reader.reaches(&task.entry().region) && (own || reader.roles.contains(&Role::Supervisor));
    if may {
        return Ok(task);
    }
    Err(Fault::forbidden("not_your_body", "只能查看本单位参加的、本区域的任务"))
}

/// 抽查任务: one task, with who was drawn and who may not inspect as things stand.
#[utoipa::path(
    get, path = "/v1/tasks/{id}", tag = "tasks", operation_id = "read_task",
    summary = "查看抽查任务 Read an inspection task",
    params(
        ("id" = Uuid, Path, description = "抽查任务标识 identifier", example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48"),
    ),
    responses(
        (status = 200, description = "抽查任务 the task", body = TaskView),
        (status = 404, description = "没有该抽查任务 no such task", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查任务，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"],
        "roles": ["inspection_planner", "inspection_approver", "inspector", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<TaskView>, Problem> {
    let task = seen(&desk, &id, &caller.principal).await?;
    Ok(Json(task_view::whole(&desk, &id, &task).await?))
}

/// 检查安排: the objects drawn, in the order of drawing, and who inspects them.
#[utoipa::path(
    get, path = "/v1/tasks/{id}/visits", tag = "tasks", operation_id = "list_visits",
    summary = "查看检查安排 List objects drawn and their inspectors",
    params(
        ("id" = Uuid, Path, description = "抽查任务标识 identifier", example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48"),
        PageQuery,
    ),
    responses(
        (status = 200, description = "检查安排 objects and teams", body = Page<VisitListed>),
        (status = 404, description = "没有该抽查任务 no such task", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查任务，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"],
        "roles": ["inspection_planner", "inspection_approver", "inspector", "supervisor"], "scoped": true,
    }))),
)]
pub async fn visits(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VisitListed>>, Problem> {
    let task = seen(&desk, &id, &caller.principal).await?;
    Ok(Json(task_view::visits(&desk, &id, &task, &page).await?))
}

/// 发起对象抽取: fixes candidates, exclusions and rates; the draw then goes on by itself. The same again is harmless.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/object-draw", tag = "tasks", operation_id = "call_object_draw",
    summary = "发起检查对象抽取 Call the draw of objects",
    params(
        ("id" = Uuid, Path, description = "抽查任务标识 identifier", example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48"),
    ),
    request_body(content = DrawParties, description = "见证人 the witnesses"),
    responses(
        (status = 202, description = "已发起 proposed", body = TaskView),
        (status = 404, description = "没有该抽查任务 no such task", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查任务，或无权查看"})),
        (status = 409, description = "任务状态不允许，或已有进行中的抽取 not in this stage, or a draw is open", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "任务已派发，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn call_object_draw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<DrawParties>,
) -> Result<Response, Problem> {
    let task = app::draws::call_objects(&desk, &id, body.value.into(), &caller).await?;
    let view = task_view::whole(&desk, &id, &task).await?;
    Ok((StatusCode::ACCEPTED, Json(view)).into_response())
}

/// 发起检查人员抽取: of one body of the task, by its planner, after the objects were drawn.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/inspector-draws/{body_code}", tag = "tasks", operation_id = "call_inspector_draw",
    summary = "发起检查人员抽取 Call the draw of a body's inspectors",
    params(
        ("id" = Uuid, Path, description = "抽查任务标识 identifier", example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48"),
        ("body_code" = String, Path, description = "部门统一社会信用代码 credit code of the body", example = "11320706MB0000004L"),
    ),
    request_body(content = DrawParties, description = "见证人 the witnesses"),
    responses(
        (status = 202, description = "已发起 proposed", body = TaskView),
        (status = 404, description = "没有该抽查任务 no such task", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查任务，或无权查看"})),
        (status = 409, description = "任务状态不允许，或已有进行中的抽取 not in this stage, or a draw is open", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "任务已派发，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn call_inspector_draw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment((id, body_code)): Segment<(String, String)>,
    body: Body<DrawParties>,
) -> Result<Response, Problem> {
    let parties = body.value.into();
    let task = app::draws::call_inspectors(&desk, &id, &body_code, parties, &caller).await?;
    let view = task_view::whole(&desk, &id, &task).await?;
    Ok((StatusCode::ACCEPTED, Json(view)).into_response())
}

/// An inspector who has to be replaced (更换检查人员).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectorReplacementRequest {
    /// Body.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    body: String,
    /// Who goes.
    #[schema(format = Uuid, min_length = 1, max_length = 64, example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807")]
    inspector: String,
    /// Kind of reason.
    cause: ReplacementCause,
    /// In words, published with the draw.
    #[schema(min_length = 1, max_length = 500, example = "执法证将于检查日前到期")]
    reason: String,
}

/// 更换检查人员: by the next of the same draw, nobody chooses.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/inspector-replacements", tag = "tasks", operation_id = "replace_inspector",
    summary = "更换检查人员 Replace an inspector",
    params(
        ("id" = Uuid, Path, description = "抽查任务标识 identifier", example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48"),
    ),
    request_body(content = InspectorReplacementRequest, description = "更换谁与原因 who, and why"),
    responses(
        (status = 200, description = "已更换 replaced", body = TaskView),
        (status = 404, description = "没有该抽查任务 no such task", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查任务，或无权查看"})),
        (status = 409, description = "不在抽取结果中，或已无可补抽者 not drawn, or nobody left", body = tongban_web::ProblemDocument,
            example = json!({"code": "not_drawn", "title": "该检查人员不在抽取结果中"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn replace_inspector(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<InspectorReplacementRequest>,
) -> Result<Json<TaskView>, Problem> {
    let InspectorReplacementRequest { body, inspector, cause, reason } = body.value;
    let task = app::tasks::replace(&desk, &id, &body, &inspector, cause, &reason, &caller).await?;
    Ok(Json(task_view::whole(&desk, &id, &task).await?))
}

/// 取消任务: before it is dispatched.
#[utoipa::path(
    post, path = "/v1/tasks/{id}/cancellation", tag = "tasks", operation_id = "cancel_task",
    summary = "取消抽查任务 Cancel a task",
    params(
        ("id" = Uuid, Path, description = "抽查任务标识 identifier", example = "3d3a1b52-2f64-5a0e-9a51-7f1e6c0b2d48"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = SupervisionReason, description = "取消理由 the reason"),
    responses(
        (status = 200, description = "已取消 cancelled", body = TaskListed),
        (status = 404, description = "没有该抽查任务 no such task", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该抽查任务，或无权查看"})),
        (status = 409, description = "任务状态不允许，或已有进行中的抽取 not in this stage, or a draw is open", body = tongban_web::ProblemDocument,
            example = json!({"code": "wrong_stage", "title": "任务已派发，不能办理此操作"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_planner"], "scoped": true}))),
)]
pub async fn cancel(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<SupervisionReason>,
) -> Result<Response, Problem> {
    let command = Command::Cancel { reason: body.value.reason };
    let request = body.request.as_ref();
    let answer = app::tasks::act(&desk, &id, command, &caller, request).await?;
    Ok(reply(answer).into_response())
}
