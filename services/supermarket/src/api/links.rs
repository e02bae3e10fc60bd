//! `/supermarket/v1/links`: links of agencies to services that approvals require.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::supermarket::{LinkRequest, Named};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, PrincipalKind, civil_date};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::agency_upkeep::OwnReason;
use crate::app::{self, Desk};
use crate::domain::link::{Command, Link, LinkState, Outcome};
use crate::store::agency;
use crate::store::link::{Model, Scope, of_agency};

/// A link in a list (挂接).
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkListed {
    /// Identifier.
    #[schema(format = Uuid, example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub id: String,
    /// The agency.
    #[schema(format = Uuid, example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub agency_id: String,
    /// Its name.
    #[schema(example = "连云港示例测绘有限公司（示例）")]
    pub agency_name: String,
    /// The service.
    #[schema(format = Uuid, example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub service_id: String,
    /// Its name.
    #[schema(example = "规划测量（示例）")]
    pub service_name: String,
    /// Where it stands (挂接状态).
    #[schema(example = "pending")]
    pub state: String,
    /// Last day for the review (审核期限).
    #[schema(example = "2026-03-18")]
    pub due: NaiveDate,
    /// Body it was escalated to (逾期提级单位).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("11320700MB0000003T"))]
    pub escalated_to: Option<String>,
    /// Last day of the qualifications it rests on (有效期止).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2029-04-30"))]
    pub valid_through: Option<NaiveDate>,
}

impl From<Model> for LinkListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            agency_id: row.agency_id,
            agency_name: row.agency_name,
            service_id: row.service_id,
            service_name: row.service_name,
            state: row.state,
            due: row.due,
            escalated_to: row.escalated_to,
            valid_through: row.valid_through,
        }
    }
}

/// A link (挂接).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// Identifier.
    #[schema(example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub id: Uuid,
    /// The last request.
    pub request: LinkRequest,
    /// When it was made.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub requested_at: DateTime<Utc>,
    /// Where it stands.
    pub state: LinkState,
    /// Whether the review is beyond its limit (是否逾期).
    #[schema(example = false)]
    pub overdue: bool,
    /// Body it was escalated to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_to: Option<Named>,
    /// How it was decided, or how it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Last day of the qualifications it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2029-04-30"))]
    pub valid_through: Option<NaiveDate>,
}

impl LinkView {
    /// The link on `today`.
    pub fn of(id: Uuid, link: &Link, today: NaiveDate) -> Self {
        Self {
            id,
            request: link.request.clone(),
            requested_at: link.requested_at,
            state: link.state,
            overdue: link.state == LinkState::Pending && today > link.request.due,
            escalated_to: link.escalated_to.clone(),
            outcome: link.outcome.clone(),
            valid_through: link.valid_through,
        }
    }
}

/// A request to be linked (挂接申请).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkApplication {
    /// Service of the directory.
    #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    service_id: Uuid,
    /// Numbers of the certificates the agency relies on (资质证书编号).
    #[schema(max_items = 20, example = json!(["示例测资字3200001"]))]
    certificates: Vec<String>,
}

/// 申请挂接: what the industry body reviews within its limit.
#[utoipa::path(
    post, path = "/v1/links", tag = "links", operation_id = "request_link",
    summary = "申请挂接中介服务事项 Ask to be linked to a service",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = LinkApplication, description = "挂接申请 the request"),
    responses(
        (status = 201, description = "已受理，待审核 pending", body = LinkView),
        (status = 404, description = "没有该事项 no such service", body = ProblemDocument,
            example = json!({"title": "找不到该中介服务事项，或无权查看"})),
        (status = 409, description = "正在审核或者已挂接 pending or linked already", body = ProblemDocument,
            example = json!({"code": "link_pending", "title": "该服务事项的挂接申请正在审核"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"]}))),
)]
pub async fn request(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<LinkApplication>,
) -> Result<Response, Problem> {
    let LinkApplication { service_id, certificates } = body.value;
    let request = body.request.as_ref();
    let answer = app::links::request(&desk, service_id, certificates, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// Which links are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkSearch {
    /// For officers: only those beyond their limit (仅看逾期).
    #[param(example = false)]
    overdue: Option<bool>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "2026-03-18~7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    after: Option<String>,
}

/// 挂接列表: an agency's own, the last changed first; what waits for an officer, the most urgent first.
#[utoipa::path(
    get, path = "/v1/links", tag = "links", operation_id = "list_links",
    summary = "查看挂接 List links",
    params(LinkSearch),
    responses((status = 200, description = "挂接 the links", body = Page<LinkListed>)),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"],
        "roles": ["industry_reviewer", "market_manager", "supervisor"], "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<LinkSearch>,
) -> Result<Json<Page<LinkListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let (db, actor) = (desk.host.db(), &caller.principal);
    let found = if actor.kind == PrincipalKind::Organisation {
        match agency::by_account(db, &actor.account).await? {
            Some(own) => of_agency(db, &own, &page).await?,
            None => Page { items: Vec::new(), next: None },
        }
    } else {
        let scope = Scope::of_officer(actor)?;
        let today = civil_date(desk.host.clock.now());
        let scope = if query.overdue == Some(true) { scope.overdue(today) } else { scope };
        scope.most_urgent(db, &page).await?
    };
    let items = found.items.into_iter().map(LinkListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看挂接: for the agency, its reviewers, and those who oversee the region.
#[utoipa::path(
    get, path = "/v1/links/{id}", tag = "links", operation_id = "read_link",
    summary = "查看挂接 Read a link",
    params(("id" = Uuid, Path, description = "挂接标识 identifier of the link", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")),
    responses(
        (status = 200, description = "挂接 the link", body = LinkView),
        (status = 404, description = "没有该挂接 no such link", body = ProblemDocument,
            example = json!({"title": "找不到该挂接，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"],
        "roles": ["industry_reviewer", "market_manager", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<LinkView>, Problem> {
    Ok(Json(app::links::read(&desk, id, &caller).await?))
}

/// The outcome of a review, with its reasons (审核结论).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkDecision {
    /// Whether the agency is linked (是否通过).
    #[schema(example = true)]
    approved: bool,
    /// Why (理由).
    #[schema(min_items = 1, max_items = 20, example = json!(["资质类别和人员符合要求"]))]
    reasons: Vec<String>,
}

/// 审核挂接: by the industry body, and by the one above it once the limit passed in silence.
#[utoipa::path(
    post, path = "/v1/links/{id}/decision", tag = "links", operation_id = "decide_link",
    summary = "审核挂接申请 Decide on a request to be linked",
    params(
        ("id" = Uuid, Path, description = "挂接标识 identifier of the link", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = LinkDecision, description = "审核结论 the outcome"),
    responses(
        (status = 200, description = "已审核 decided", body = LinkView),
        (status = 404, description = "没有该挂接 no such link", body = ProblemDocument,
            example = json!({"title": "找不到该挂接，或无权查看"})),
        (status = 409, description = "不在待审核状态 not pending", body = ProblemDocument,
            example = json!({"code": "not_pending", "title": "该挂接申请不在待审核状态"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["industry_reviewer"], "scoped": true}))),
)]
pub async fn decide(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<LinkDecision>,
) -> Result<Response, Problem> {
    let LinkDecision { approved, reasons } = body.value;
    if reasons.iter().any(|reason| reason.trim().is_empty()) {
        return Err(Fault::conflict("empty_reason", "审核结论应说明理由").into());
    }
    let request = body.request.as_ref();
    let answer = app::links::decide(&desk, id, approved, reasons, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 撤回挂接: by the agency.
#[utoipa::path(
    post, path = "/v1/links/{id}/withdrawal", tag = "links", operation_id = "withdraw_link",
    summary = "撤回挂接 Withdraw a link",
    params(
        ("id" = Uuid, Path, description = "挂接标识 identifier of the link", example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = OwnReason, description = "撤回理由 the reason"),
    responses(
        (status = 200, description = "已撤回 withdrawn", body = LinkView),
        (status = 404, description = "没有该挂接 no such link", body = ProblemDocument,
            example = json!({"title": "找不到该挂接，或无权查看"})),
        (status = 409, description = "已终止 over already", body = ProblemDocument,
            example = json!({"code": "not_linked", "title": "该挂接已终止，不能撤回"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"], "scoped": true}))),
)]
pub async fn withdraw(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
    body: Body<OwnReason>,
) -> Result<Response, Problem> {
    let command = Command::Withdraw { reason: body.value.reason };
    let request = body.request.as_ref();
    let answer = app::links::act(&desk, id, command, &caller, request, 200).await?;
    Ok(reply(answer).into_response())
}
