//! `/supervision/v1/inspections` and `/supervision/v1/task-orders`: visits, and their orders as anyone verifies them.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, civil_date};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query, Segment};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::inspection_view::{InspectionSummary, InspectionView};
use super::order_page;
use crate::app::{self, Desk};
use crate::domain::inspection::Inspection;
use crate::domain::masked;
use crate::store::inspection::{Scope, Wanted, list as find};

/// Which visits are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InspectionQuery {
    /// Only those that wait for something, or only those that do not (是否待办).
    #[param(example = true)]
    open: Option<bool>,
    /// Only those of a task (抽查任务).
    #[param(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    task: Option<Uuid>,
    /// Visits per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "2026-04-10~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 检查任务: the inspected sees its own, an officer those of the own body, a supervisor the region's.
#[utoipa::path(
    get, path = "/v1/inspections", tag = "inspections", operation_id = "list_inspections",
    summary = "查看检查任务 List visits",
    params(InspectionQuery),
    responses(
        (status = 200, description = "检查任务，先到期的在前 visits, those that end soonest first", body = Page<InspectionSummary>),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["inspector", "inspection_planner", "inspection_approver", "case_handler", "supervisor"],
        "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<InspectionQuery>,
) -> Result<Json<Page<InspectionSummary>>, Problem> {
    let InspectionQuery { open, task, limit, after } = query;
    let wanted = Wanted { open, task: task.map(|task| task.to_string()) };
    let scope = Scope::of(&caller.principal)?;
    let found = find(desk.host.db(), scope, &wanted, &PageQuery { limit, after }).await?;
    let items = found.items.into_iter().map(InspectionSummary::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 检查任务: for the inspected and the bodies that take part.
#[utoipa::path(
    get, path = "/v1/inspections/{id}", tag = "inspections", operation_id = "read_inspection",
    summary = "查看一次检查 Read a visit",
    params(("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "检查任务 the visit", body = InspectionView),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["inspector", "inspection_planner", "inspection_approver", "case_handler", "supervisor"],
        "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<InspectionView>, Problem> {
    let visit = app::inspections::read(&desk, &id, &caller.principal).await?;
    let today = civil_date(desk.host.clock.now());
    Ok(Json(InspectionView::of(&id, &visit, &caller.principal, today)))
}

/// 检查任务通知书: a page to print or show, with the code by which it is verified.
#[utoipa::path(
    get, path = "/v1/inspections/{id}/order", tag = "inspections", operation_id = "read_task_order",
    summary = "检查任务通知书 The order as a page with a QR code",
    params(("id" = Uuid, Path, description = "检查任务标识 identifier of the visit", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "检查任务通知书 the order", body = String, content_type = "text/html",
            example = json!("<!doctype html>…")),
        (status = 404, description = "没有该检查任务 no such visit", body = ProblemDocument,
            example = json!({"title": "找不到该检查任务，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"],
        "roles": ["inspector", "inspection_planner", "inspection_approver", "case_handler", "supervisor"],
        "scoped": true,
    }))),
)]
pub async fn order(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Response, Problem> {
    let visit = app::inspections::read(&desk, &id, &caller.principal).await?;
    let page = order_page::page(&visit).map_err(Fault::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    Ok((headers, page).into_response())
}

/// What stands on the order to be verified.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaskOrderQuery {
    /// Number (任务书编号).
    #[param(required = true, nullable = false, example = "双随机〔2026〕0001-0001")]
    number: Option<String>,
    /// Check code (查验码), capitals or not.
    #[param(required = true, nullable = false, example = "7KQ2MXPA")]
    check_code: Option<String>,
}

/// Who comes from a body (检查人员).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskOrderBody {
    /// The body's name (检查单位).
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// What it inspects.
    #[schema(example = json!(["餐饮服务提供者食品安全监督检查"]))]
    pub matters: Vec<String>,
    /// Whom it sends, by name and certificate.
    #[schema(example = json!(["丁示例（11320706000101）"]))]
    pub inspectors: Vec<String>,
}

/// An order as anyone verifies it (任务书查验结果).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskOrderVerification {
    /// Number (任务书编号).
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// Task (抽查任务).
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub task_name: String,
    /// Whom the visit is paid to; a natural person masked.
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub object_name: String,
    /// First day.
    #[schema(example = "2026-03-11")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-04-10")]
    pub until: NaiveDate,
    /// Whether a visit may be paid under it today.
    #[schema(example = true)]
    pub in_force: bool,
    /// Who comes.
    pub bodies: Vec<TaskOrderBody>,
}

impl TaskOrderVerification {
    fn of(visit: &Inspection, today: NaiveDate) -> Self {
        let order = &visit.order;
        let object = &order.object;
        let bodies = order.parts.iter().map(|part| TaskOrderBody {
            body_name: part.body_name.clone(),
            matters: part.matters.iter().map(|one| one.name.clone()).collect(),
            inspectors: part
                .inspectors
                .iter()
                .map(|one| format!("{}（{}）", one.name, one.certificate))
                .collect(),
        });
        Self {
            number: order.number.clone(),
            task_name: order.task_name.clone(),
            object_name: match object.natural_person {
                true => masked::name(&object.name),
                false => object.name.clone(),
            },
            from: order.from,
            until: order.until,
            in_force: order.from <= today && today <= order.until,
            bodies: bodies.collect(),
        }
    }
}

/// 查验任务书: anyone, with number and check code, so that nobody has to let in who was not sent.
#[utoipa::path(
    get, path = "/v1/task-orders", tag = "inspections", operation_id = "verify_task_order",
    summary = "查验检查任务通知书 Verify a task order",
    params(TaskOrderQuery),
    responses(
        (status = 200, description = "任务书属实 the order is real", body = TaskOrderVerification),
        (status = 404, description = "任务书不存在或查验码不符 unknown number or wrong code", body = ProblemDocument,
            example = json!({"code": "not_verified", "title": "任务书不存在，或查验码不符"})),
        (status = 422, description = "查验信息不全 number or code missing", body = ProblemDocument,
            example = json!({
                "code": "invalid_verification",
                "title": "查验信息有误",
                "errors": [
                    {"pointer": "/number", "code": "empty", "message": "任务书编号不能为空"},
                    {"pointer": "/check_code", "code": "empty", "message": "查验码不能为空"},
                ],
            })),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn verify(
    State(desk): State<Desk>,
    Query(query): Query<TaskOrderQuery>,
) -> Result<Json<TaskOrderVerification>, Problem> {
    let TaskOrderQuery { number, check_code } = query;
    let visit = app::inspections::verify(&desk, number.as_deref(), check_code.as_deref()).await?;
    Ok(Json(TaskOrderVerification::of(&visit, civil_date(desk.host.clock.now()))))
}
