//! `/supervision/v1/credit…`: registers of credit, requests about them, and reports of other systems.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use tongban_contracts::credit::{CreditRequestKind, CreditSource, CreditSubject};
use tongban_kernel::civil_date;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::ToSchema;

use super::credit_view::{CreditRequestSummary, CreditView};
use super::publications::check_code;
use crate::app::Desk;
use crate::app::credits::{self as app, Reported};

/// 我的信用: the caller's own class, and why it is that one.
#[utoipa::path(
    get, path = "/v1/credit", tag = "credit", operation_id = "read_own_credit",
    summary = "查看本人（本单位）信用 Read one's own credit",
    responses((status = 200, description = "信用档案 the register and the class", body = CreditView)),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"]}))),
)]
pub async fn own(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
) -> Result<Json<CreditView>, Problem> {
    let Some(code) = app::own(&desk, &caller.principal).await? else {
        let today = civil_date(desk.host.clock.now());
        return Ok(Json(CreditView::initial(desk.onsite.credit.on(today))));
    };
    let (credit, judged, today) = app::read(&desk, &code, &caller.principal).await?;
    Ok(Json(CreditView::of(&credit, &judged, today)))
}

/// 信用档案: for the subject, and for officers of its region who plan, judge or supervise.
#[utoipa::path(
    get, path = "/v1/credit/{code}", tag = "credit", operation_id = "read_credit",
    summary = "查看信用档案 Read somebody's credit",
    params(("code" = String, Path, description = "主体代码 credit code", example = "91320706MA0000000X")),
    responses(
        (status = 200, description = "信用档案 the register and the class", body = CreditView),
        (status = 404, description = "没有该信用档案 nothing was ever recorded", body = ProblemDocument,
            example = json!({"title": "找不到该信用档案，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer", "system"],
        "roles": ["credit_officer", "supervisor", "inspection_planner", "inspection_approver"],
        "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(code): Segment<String>,
) -> Result<Json<CreditView>, Problem> {
    let (credit, judged, today) = app::read(&desk, &code, &caller.principal).await?;
    Ok(Json(CreditView::of(&credit, &judged, today)))
}

/// 待答复的异议和修复申请: in the officer's region, the soonest due first.
#[utoipa::path(
    get, path = "/v1/credit-requests", tag = "credit", operation_id = "list_credit_requests",
    summary = "查看待答复的信用申请 List open requests about credit",
    params(PageQuery),
    responses((status = 200, description = "待答复 open requests", body = Page<CreditRequestSummary>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["credit_officer", "supervisor"], "scoped": true,
    }))),
)]
pub async fn requests(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CreditRequestSummary>>, Problem> {
    let found = app::with_requests(&desk, &caller.principal, &page).await?;
    let items = found.items.into_iter().map(CreditRequestSummary::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// What the subject asks (异议、修复申请).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditRequestEntry {
    /// The event it is about.
    #[schema(
        min_length = 1,
        max_length = 300,
        example = "inspection:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77:11320706MB0000004L:6"
    )]
    pub entry: String,
    /// What for.
    pub kind: CreditRequestKind,
    /// In the subject's words.
    #[schema(
        min_length = 1,
        max_length = 2000,
        example = "已按要求完成整改并作出信用承诺，申请信用修复"
    )]
    pub statement: String,
}

/// 提出异议、申请修复: by the subject, about an event that counts.
#[utoipa::path(
    post, path = "/v1/credit/{code}/requests", tag = "credit", operation_id = "request_credit_review",
    summary = "提出信用异议或申请修复 Object to an event, or ask for repair",
    params(
        ("code" = String, Path, description = "主体代码 credit code", example = "91320706MA0000000X"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CreditRequestEntry, description = "申请 the request"),
    responses(
        (status = 201, description = "已提出 asked", body = CreditView),
        (status = 404, description = "没有该信用事件 no such event", body = ProblemDocument,
            example = json!({"title": "找不到该信用事件，或无权查看"})),
        (status = 409, description = "不能修复，或已有待答复的申请 not repairable, or asked already", body = ProblemDocument,
            example = json!({"code": "not_repairable", "title": "按信用规则，该事由不能修复"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"], "scoped": true}))),
)]
pub async fn ask(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(code): Segment<String>,
    body: Body<CreditRequestEntry>,
) -> Result<Response, Problem> {
    let (CreditRequestEntry { entry, kind, statement }, request) = (body.value, body.request);
    let answer = app::ask(&desk, &code, entry, kind, statement, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// An answer to a request (答复).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditAnswerEntry {
    /// Whose credit it is about (主体代码).
    #[schema(min_length = 18, max_length = 18, example = "91320706MA0000000X")]
    pub code: String,
    /// Whether it is granted: the event no longer counts.
    #[schema(example = true)]
    pub granted: bool,
    /// Reason.
    #[schema(min_length = 1, max_length = 2000, example = "经核查，已完成整改，准予修复")]
    pub reason: String,
}

/// 答复: by a credit officer of the region who holds no position that established the event.
#[utoipa::path(
    post, path = "/v1/credit-requests/{id}/answer", tag = "credit", operation_id = "answer_credit_request",
    summary = "答复信用异议或修复申请 Answer a request about credit",
    params(
        ("id" = Uuid, Path, description = "申请编号 identifier of the request", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CreditAnswerEntry, description = "答复 the answer"),
    responses(
        (status = 200, description = "已答复 answered", body = CreditView),
        (status = 404, description = "没有该申请 no such request", body = ProblemDocument,
            example = json!({"title": "找不到该申请，或无权查看"})),
        (status = 409, description = "已答复 answered before", body = ProblemDocument,
            example = json!({"code": "already_answered", "title": "该申请已答复"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["credit_officer"], "scoped": true}))),
)]
pub async fn answer(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CreditAnswerEntry>,
) -> Result<Response, Problem> {
    let (CreditAnswerEntry { code, granted, reason }, request) = (body.value, body.request);
    let answer = app::answer(&desk, &code, id, granted, reason, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// A credit event that another system reports (报送信用事件).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditReport {
    /// Identifier at the system; the same one again changes nothing (来源编号).
    #[schema(min_length = 1, max_length = 100, example = "CN-2026-0001")]
    pub reference: String,
    /// Whose: credit code, or citizen's number of a natural person.
    #[schema(min_length = 18, max_length = 18, example = "91320706MA0000000X")]
    pub subject_code: String,
    /// Name.
    #[schema(min_length = 1, max_length = 200, example = "云港示例餐饮有限公司（示例）")]
    pub subject_name: String,
    /// Whether it is a natural person.
    #[schema(example = false)]
    pub natural_person: bool,
    /// Where it comes from: `promise` or `imported`.
    pub source: ReportedSource,
    /// Ground in the rule of credit (事由).
    #[schema(min_length = 1, max_length = 64, example = "promise.overdue")]
    pub ground: String,
    /// What happened.
    #[schema(min_length = 1, max_length = 2000, example = "容缺受理承诺的材料逾期未补交")]
    pub summary: String,
    /// Day it happened.
    #[schema(example = "2026-03-11")]
    pub occurred_on: NaiveDate,
    /// Name of the body that holds it true.
    #[schema(min_length = 1, max_length = 200, example = "海州区行政审批局（示例）")]
    pub body_name: String,
}

/// Where a reported event comes from.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "promise")]
pub enum ReportedSource {
    /// 逾期未履行承诺
    Promise,
    /// 其他
    Imported,
}

/// 报送信用事件: by a system of the body that holds it true; points and term are the rule's.
#[utoipa::path(
    post, path = "/v1/credit-events", tag = "credit", operation_id = "report_credit_event",
    summary = "报送信用事件 Report a credit event",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = CreditReport, description = "信用事件 the event"),
    responses(
        (status = 201, description = "已记录 recorded", body = CreditView),
        (status = 409, description = "规则没有该事由 the rule has no such ground", body = ProblemDocument,
            example = json!({"code": "unknown_ground", "title": "信用规则 2026-1 没有事由 other"})),
    ),
    extensions(("x-access" = json!({"kinds": ["system"], "roles": ["credit_officer"]}))),
)]
pub async fn report(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<CreditReport>,
) -> Result<Response, Problem> {
    let (report, request) = (body.value, body.request);
    check_code(&report.subject_code, report.natural_person)?;
    let reported = Reported {
        subject: CreditSubject {
            code: report.subject_code,
            name: report.subject_name,
            natural_person: report.natural_person,
            account: None,
        },
        reference: report.reference,
        source: match report.source {
            ReportedSource::Promise => CreditSource::Promise,
            ReportedSource::Imported => CreditSource::Imported,
        },
        ground: report.ground,
        summary: report.summary,
        occurred_on: report.occurred_on,
        body_name: report.body_name,
    };
    let answer = app::report(&desk, reported, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
