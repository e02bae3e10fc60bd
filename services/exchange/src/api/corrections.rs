//! `/exchange/v1/corrections`: data reported as wrong.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::CorrectionReport;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::{self, Desk};
use crate::domain::correction::{Answer, Command, Correction};
use crate::store::correction::{self as store, Model};

/// A correction in a list (校核申请).
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionListed {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4d")]
    pub id: String,
    /// Body that read the data.
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// The resource.
    #[schema(format = Uuid, example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// Body that answers (数源部门).
    #[schema(example = "11320706MB0000003H")]
    pub source_body: String,
    /// Whether the data were wrong, once answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(true))]
    pub upheld: Option<bool>,
    /// Last day for the answer, until there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-18"))]
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told to supervisors.
    #[schema(example = false)]
    pub overdue: bool,
}

impl From<Model> for CorrectionListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            body: row.body,
            body_name: row.body_name,
            resource_id: row.resource_id,
            resource_name: row.resource_name,
            source_body: row.source_body,
            upheld: row.upheld,
            due: row.due,
            overdue: row.overdue,
        }
    }
}

/// A correction (校核申请).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CorrectionView {
    /// Identifier.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4d")]
    pub id: Uuid,
    /// What was reported.
    pub report: CorrectionReport,
    /// When.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub reported_at: DateTime<Utc>,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Whether the limit passed and was told to supervisors.
    #[schema(example = false)]
    pub overdue: bool,
}

impl CorrectionView {
    /// The correction.
    pub fn of(id: Uuid, one: &Correction) -> Self {
        Self {
            id,
            report: one.report.clone(),
            reported_at: one.reported_at,
            answer: one.answer.clone(),
            overdue: one.overdue,
        }
    }
}

/// What a reader reports (校核申请). No personal data: the record is named as the source body calls it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// The grant the data were read by.
    #[schema(example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub grant_id: Uuid,
    /// Keys of the items that seem wrong (信息项).
    #[schema(max_items = 200, example = json!(["registered_on"]))]
    pub items: Vec<String>,
    /// The record (记录编号).
    #[schema(max_length = 100, example = "婚登 2019-000123")]
    pub record: String,
    /// What seems wrong (疑义).
    #[schema(max_length = 1_000, example = "登记日期与结婚证记载不一致")]
    pub wrong: String,
    /// What shows it (依据).
    #[schema(max_length = 500, example = "结婚证原件")]
    pub evidence: String,
}

/// 提出校核: by a body that holds a grant of the resource.
#[utoipa::path(
    post, path = "/v1/corrections", tag = "corrections", operation_id = "report_wrong_data",
    summary = "提出数据校核 Report data as wrong",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = Doubt, description = "校核申请 the report"),
    responses(
        (status = 201, description = "已提出 reported", body = CorrectionView),
        (status = 404, description = "没有该授权 no such grant", body = ProblemDocument,
            example = json!({"title": "找不到该授权，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn report(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<Doubt>,
) -> Result<Response, Problem> {
    let request = body.request.as_ref();
    let answer = app::corrections::report(&desk, body.value, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// Which corrections are wanted (查看范围).
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionList {
    /// 本单位提出的: the newest first.
    #[default]
    Reported,
    /// 对本单位数据提出的: the newest first.
    Received,
    /// 逾期的: for the authority and supervisors, the longest overdue first.
    Overdue,
}

/// Which corrections are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CorrectionSearch {
    /// Which list (查看范围); those that the own body reported when absent.
    #[param(inline, example = "reported")]
    list: Option<CorrectionList>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda89-f440-7c3e-9b61-6e0d1f2a3b4d")]
    after: Option<String>,
}

/// 校核列表: of the own body, or what is overdue in the own region for those who oversee it.
#[utoipa::path(
    get, path = "/v1/corrections", tag = "corrections", operation_id = "list_corrections",
    summary = "查看数据校核列表 List corrections",
    params(CorrectionSearch),
    responses((status = 200, description = "校核申请 the corrections", body = Page<CorrectionListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<CorrectionSearch>,
) -> Result<Json<Page<CorrectionListed>>, Problem> {
    let (db, actor) = (desk.host.db(), &caller.principal);
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = match query.list.unwrap_or_default() {
        CorrectionList::Reported => store::reported(db, actor, &page).await?,
        CorrectionList::Received => store::received(db, actor, &page).await?,
        CorrectionList::Overdue => store::overdue(db, actor, &page).await?,
    };
    let items = found.items.into_iter().map(CorrectionListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看校核: for both bodies, the authority and supervisors.
#[utoipa::path(
    get, path = "/v1/corrections/{id}", tag = "corrections", operation_id = "read_correction",
    summary = "查看数据校核 Read a correction",
    params(("id" = Uuid, Path, description = "校核标识 identifier of the correction", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4d")),
    responses(
        (status = 200, description = "校核申请 the correction", body = CorrectionView),
        (status = 404, description = "没有该校核 no such correction", body = ProblemDocument,
            example = json!({"title": "找不到该校核申请，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["data_steward", "data_authority", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<CorrectionView>, Problem> {
    Ok(Json(app::corrections::read(&desk, id, &caller).await?))
}

/// The source body's word (校核答复).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionWord {
    /// Whether the data were wrong and are put right (是否属实并已更正).
    #[schema(example = true)]
    upheld: bool,
    /// Why (说明).
    #[schema(min_length = 1, max_length = 1_000, example = "登记日期录入错误，已更正")]
    reason: String,
}

/// 答复校核: by the source body; when the data were wrong, everybody who may read them is told.
#[utoipa::path(
    post, path = "/v1/corrections/{id}/answer", tag = "corrections", operation_id = "answer_correction",
    summary = "答复数据校核 Answer a correction",
    params(
        ("id" = Uuid, Path, description = "校核标识 identifier of the correction", example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4d"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CorrectionWord, description = "校核答复 the answer"),
    responses(
        (status = 200, description = "已答复 answered", body = CorrectionView),
        (status = 404, description = "没有该校核 no such correction", body = ProblemDocument,
            example = json!({"title": "找不到该校核申请，或无权查看"})),
        (status = 409, description = "已答复 answered already", body = ProblemDocument,
            example = json!({"code": "already_answered", "title": "该校核申请已答复"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["data_steward"], "scoped": true}))),
)]
pub async fn answer(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<CorrectionWord>,
) -> Result<Response, Problem> {
    let CorrectionWord { upheld, reason } = body.value;
    let (command, request) = (Command::Answer { upheld, reason }, body.request.as_ref());
    let answer = app::corrections::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
