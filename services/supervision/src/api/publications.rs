//! `/supervision/v1/publications`: results as anyone reads them, and what has still to be published.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use tongban_contracts::publications::PublishedText;
use tongban_kernel::checks::{citizen_id, uscc};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Faults, RegionCode};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::publication_view::{PublicationSummary, PublicationView};
use crate::app::Desk;
use crate::app::publications::{self as app, Penalty};
use crate::store::publication::Wanted;

/// What is looked for among what is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PublicationQuery {
    /// One body (公示单位).
    #[param(example = "11320706MB0000004L")]
    body: Option<String>,
    /// One subject, by its whole credit code (当事人代码).
    #[param(example = "91320706MA0000000X")]
    subject: Option<String>,
    /// A region: it and everything below.
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Publications per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 结果公示: what is shown today, withdrawn things among it; natural persons masked.
#[utoipa::path(
    get, path = "/v1/publications", tag = "publications", operation_id = "list_publications",
    summary = "查看结果公示 List published results",
    params(PublicationQuery),
    responses((status = 200, description = "结果公示，新的在前 published results, newest first", body = Page<PublicationSummary>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    Query(query): Query<PublicationQuery>,
) -> Result<Json<Page<PublicationSummary>>, Problem> {
    let PublicationQuery { body, subject, region, limit, after } = query;
    let wanted = Wanted { body, subject, region };
    let found = app::shown(&desk, &wanted, &PageQuery { limit, after }).await?;
    let items = found.items.into_iter().map(PublicationSummary::for_anyone).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 结果公示: one result with everything that was shown of it before.
#[utoipa::path(
    get, path = "/v1/publications/{id}", tag = "publications", operation_id = "read_publication",
    summary = "查看一项公示 Read a published result",
    params(("id" = Uuid, Path, description = "公示标识 identifier of the publication", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "公示 the result", body = PublicationView),
        (status = 404, description = "没有该公示，或公示期已满 none, or no longer shown", body = ProblemDocument,
            example = json!({"title": "找不到该公示，或无权查看"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Segment(id): Segment<String>,
) -> Result<Json<PublicationView>, Problem> {
    let (one, today) = app::read(&desk, &id).await?;
    Ok(Json(PublicationView::for_anyone(&id, &one, today)))
}

/// Which of the waiting are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DuePublicationQuery {
    /// Only overdue ones, or only those in time (是否逾期).
    #[param(example = true)]
    overdue: Option<bool>,
    /// Publications per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "2026-04-09~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 待公示、待撤回: what the own body has still to publish or to withdraw, the soonest due first; supervisors see the
/// region's.
#[utoipa::path(
    get, path = "/v1/due-publications", tag = "publications", operation_id = "list_due_publications",
    summary = "查看待公示和待撤回事项 List what has still to be published or withdrawn",
    params(DuePublicationQuery),
    responses((status = 200, description = "待公示和待撤回事项 still to be published or withdrawn", body = Page<PublicationSummary>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["inspection_approver", "case_handler", "supervisor"], "scoped": true,
    }))),
)]
pub async fn due(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<DuePublicationQuery>,
) -> Result<Json<Page<PublicationSummary>>, Problem> {
    let DuePublicationQuery { overdue, limit, after } = query;
    let page = PageQuery { limit, after };
    let found = app::waiting(&desk, &caller.principal, overdue, &page).await?;
    let items = found.items.into_iter().map(PublicationSummary::for_officers).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// A publication (公示): an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationOrder {}

/// 公示: by an officer of the body whose result it is.
#[utoipa::path(
    post, path = "/v1/publications/{id}/publication", tag = "publications", operation_id = "publish_result",
    summary = "公示结果 Publish a result",
    params(
        ("id" = Uuid, Path, description = "公示标识 identifier of the publication", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PublicationOrder, description = "空对象 an empty object"),
    responses(
        (status = 200, description = "已公示 published", body = PublicationView),
        (status = 404, description = "没有该公示 no such publication", body = ProblemDocument,
            example = json!({"title": "找不到该公示，或无权查看"})),
        (status = 409, description = "已公示 published already", body = ProblemDocument,
            example = json!({"code": "already_published", "title": "该结果已公示"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn publish(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PublicationOrder>,
) -> Result<Response, Problem> {
    let answer = app::publish(&desk, &id, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// A correction of what is shown (更正).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationCorrection {
    /// In words.
    #[schema(min_length = 1, max_length = 2000, example = "罚款金额更正为 2000 元")]
    pub summary: String,
    /// What was done about it.
    #[schema(min_length = 1, max_length = 2000, example = "罚款 2000 元")]
    pub handling: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, example = "原公示金额录入有误")]
    pub reason: String,
}

/// 更正公示: of penalties; the result of an inspection is amended itself, and what is shown follows.
#[utoipa::path(
    post, path = "/v1/publications/{id}/correction", tag = "publications", operation_id = "correct_publication",
    summary = "更正公示 Correct what is shown",
    params(
        ("id" = Uuid, Path, description = "公示标识 identifier of the publication", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PublicationCorrection, description = "更正内容 what is said from now on"),
    responses(
        (status = 200, description = "已更正，原内容仍可查看 corrected, the former text stays readable", body = PublicationView),
        (status = 404, description = "没有该公示 no such publication", body = ProblemDocument,
            example = json!({"title": "找不到该公示，或无权查看"})),
        (status = 409, description = "尚未公示、已撤回，应先更正检查结果，或处罚决定已不成立只能撤回 not shown, the result is to be amended, or the decision no longer holds", body = ProblemDocument,
            example = json!({"code": "amend_the_result", "title": "检查结果的公示内容随检查结果更正，请先更正检查结果"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn correct(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PublicationCorrection>,
) -> Result<Response, Problem> {
    let (PublicationCorrection { summary, handling, reason }, request) = (body.value, body.request);
    let text = PublishedText { code: None, summary, handling };
    let answer = app::correct(&desk, &id, text, reason, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// A withdrawal (撤回).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationWithdrawal {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, example = "原检查结果经复议撤销")]
    pub reason: String,
}

/// 撤回公示: what was shown stays readable as withdrawn, with the reason.
#[utoipa::path(
    post, path = "/v1/publications/{id}/withdrawal", tag = "publications", operation_id = "withdraw_publication",
    summary = "撤回公示 Withdraw what is shown",
    params(
        ("id" = Uuid, Path, description = "公示标识 identifier of the publication", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PublicationWithdrawal, description = "撤回原因 why"),
    responses(
        (status = 200, description = "已撤回 withdrawn", body = PublicationView),
        (status = 404, description = "没有该公示 no such publication", body = ProblemDocument,
            example = json!({"title": "找不到该公示，或无权查看"})),
        (status = 409, description = "尚未公示，或已撤回 not shown, or withdrawn", body = ProblemDocument,
            example = json!({"code": "not_published", "title": "尚未公示，不能撤回"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["inspection_approver"], "scoped": true}))),
)]
pub async fn withdraw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PublicationWithdrawal>,
) -> Result<Response, Problem> {
    let (reason, request) = (body.value.reason, body.request);
    let answer = app::withdraw(&desk, &id, reason, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// A penalty to be published (行政处罚信息).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyEntry {
    /// Number of the decision (处罚决定书文号).
    #[schema(min_length = 1, max_length = 100, example = "海市监处罚〔2026〕12 号")]
    pub number: String,
    /// Cause (案由).
    #[schema(min_length = 1, max_length = 500, example = "未落实从业人员健康管理制度案")]
    pub title: String,
    /// Whether it is a small one, shown for a shorter time (数额较小).
    #[schema(example = false)]
    pub small: bool,
    /// Credit code, or citizen's number of a natural person (当事人代码).
    #[schema(min_length = 18, max_length = 18, example = "91320706MA0000000X")]
    pub subject_code: String,
    /// Name (当事人).
    #[schema(min_length = 1, max_length = 200, example = "云港示例餐饮有限公司（示例）")]
    pub subject_name: String,
    /// Whether it is a natural person.
    #[schema(example = false)]
    pub natural_person: bool,
    /// What was decided (违法事实与依据).
    #[schema(
        min_length = 1,
        max_length = 2000,
        example = "两名从业人员未取得健康证明上岗，违反食品安全法第四十五条"
    )]
    pub summary: String,
    /// The penalty (处罚内容).
    #[schema(min_length = 1, max_length = 2000, example = "罚款 5000 元")]
    pub handling: String,
    /// Day of the decision (处罚决定日期).
    #[schema(example = "2026-03-11")]
    pub decided_on: NaiveDate,
    /// Name of the deciding body.
    #[schema(min_length = 1, max_length = 200, example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// The visit it comes from, if any.
    #[serde(default)]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub inspection: Option<Uuid>,
}

/// 登记行政处罚信息: by who handles cases at the deciding body; it is then to be published in its time.
#[utoipa::path(
    post, path = "/v1/penalties", tag = "publications", operation_id = "register_penalty",
    summary = "登记行政处罚信息 Register a penalty for publication",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = PenaltyEntry, description = "行政处罚信息 the penalty"),
    responses(
        (status = 201, description = "已登记 registered", body = PublicationView),
        (status = 409, description = "该文号已登记 this number is registered", body = ProblemDocument,
            example = json!({"code": "already_registered", "title": "该文书编号的处罚信息已登记"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["case_handler"]}))),
)]
pub async fn register(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<PenaltyEntry>,
) -> Result<Response, Problem> {
    let (entry, request) = (body.value, body.request);
    check_code(&entry.subject_code, entry.natural_person)?;
    let penalty = Penalty {
        small: entry.small,
        number: entry.number,
        title: entry.title,
        subject_code: entry.subject_code,
        subject_name: entry.subject_name,
        natural_person: entry.natural_person,
        summary: entry.summary,
        handling: entry.handling,
        decided_on: entry.decided_on,
        body_name: entry.body_name,
        task_id: entry.inspection.map(|id| id.to_string()),
    };
    let answer = app::register(&desk, penalty, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// A subject's code with its check digit.
pub fn check_code(code: &str, natural_person: bool) -> Result<(), Problem> {
    let checked = match natural_person {
        true => citizen_id::check(code).map(drop),
        false => uscc::check(code).map(drop),
    };
    let mut faults = Faults::new();
    if let Err(invalid) = checked {
        faults.add("/subject_code", invalid.reason(), invalid.message_zh());
    }
    Ok(faults.into_result("invalid_subject", "当事人代码有误")?)
}
