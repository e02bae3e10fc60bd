//! `/supermarket/v1/complaints`: complaints about purchases, with their clocks.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::{IntoParams, ToSchema};

use crate::app::purchasing::{Purchasing, complain};
use crate::domain::complaint::{Command, Complaint, ComplaintStage};
use crate::store::purchasing::complaint::{self as store, Model, Scope};
use crate::store::purchasing::purchase::moment;

/// A complaint (投诉).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintFiling {
    /// The purchase.
    #[schema(min_length = 1, max_length = 64, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    purchase: String,
    /// What about (投诉事项).
    #[schema(min_length = 4, max_length = 200, example = "中选机构拟派人员证书已过期")]
    subject: String,
    /// Facts and what is asked for (事实与请求).
    #[schema(
        min_length = 10,
        max_length = 2000,
        example = "拟派注册测绘师证书于公告期内到期，请求核查"
    )]
    text: String,
}

/// Whether it is taken up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintAnswer {
    /// Taken up, or declined.
    #[schema(example = true)]
    taken_up: bool,
    /// Why it is declined.
    #[serde(default)]
    #[schema(max_length = 1000, examples("投诉事项不属于本平台采购活动"))]
    reason: Option<String>,
}

/// Yes or no, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketDecision {
    /// Whether the complaint or objection is right.
    #[schema(example = true)]
    pub upheld: bool,
    /// Reasons.
    #[schema(min_length = 1, max_length = 1000, example = "经查，投诉成立")]
    pub reason: String,
}

/// A complaint as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComplaintView {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// The purchase.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    purchase: String,
    /// Its number.
    #[schema(example = "CG-320706-20261123-7K3M9Q")]
    purchase_number: String,
    /// Who complains.
    #[schema(example = "示例测绘有限公司")]
    name: String,
    /// What about.
    #[schema(example = "中选机构拟派人员证书已过期")]
    subject: String,
    /// Facts and what is asked for.
    #[schema(example = "拟派注册测绘师证书于公告期内到期，请求核查")]
    text: String,
    /// Where it stands.
    stage: ComplaintStage,
    /// When it was filed.
    #[schema(example = "2026-11-26T16:00:00Z")]
    filed_at: DateTime<Utc>,
    /// Last day for the step it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12-01"))]
    due: Option<NaiveDate>,
    /// Whether that day passed.
    #[schema(example = false)]
    overdue: bool,
    /// Whether it is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(true))]
    upheld: Option<bool>,
    /// Reasons of the officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("经查，投诉成立"))]
    reason: Option<String>,
}

impl ComplaintView {
    /// The complaint.
    pub fn of(id: &str, complaint: &Complaint) -> Self {
        let filed = &complaint.filed;
        Self {
            id: id.to_owned(),
            purchase: filed.purchase.clone(),
            purchase_number: filed.purchase_number.clone(),
            name: filed.name.clone(),
            subject: filed.subject.clone(),
            text: filed.text.clone(),
            stage: complaint.stage,
            filed_at: complaint.filed_at,
            due: complaint.due,
            overdue: complaint.overdue,
            upheld: complaint.upheld,
            reason: complaint.reason.clone(),
        }
    }
}

/// A complaint in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComplaintListed {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// The purchase.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    purchase: String,
    /// Its number.
    #[schema(example = "CG-320706-20261123-7K3M9Q")]
    purchase_number: String,
    /// What about.
    #[schema(example = "中选机构拟派人员证书已过期")]
    subject: String,
    /// Where it stands.
    #[schema(example = "filed")]
    stage: String,
    /// When it was filed.
    #[schema(example = "2026-11-26T16:00:00Z")]
    filed_at: DateTime<Utc>,
    /// Last day for the step it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12-01"))]
    due: Option<NaiveDate>,
    /// Whether that day passed.
    #[schema(example = false)]
    overdue: bool,
}

impl From<Model> for ComplaintListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            purchase: row.purchase,
            purchase_number: row.purchase_number,
            subject: row.subject,
            stage: row.stage,
            filed_at: moment(row.filed_at),
            due: row.due,
            overdue: row.overdue,
        }
    }
}

/// Which complaints are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComplaintSearch {
    /// Only those whose clock ran out (超期).
    #[param(example = false)]
    overdue: Option<bool>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 投诉列表: an officer's region, or the caller's own.
#[utoipa::path(
    get, path = "/v1/complaints", tag = "complaints", operation_id = "list_complaints",
    summary = "投诉列表 List complaints",
    params(ComplaintSearch),
    responses((status = 200, description = "投诉 complaints", body = Page<ComplaintListed>)),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_manager"], "scoped": true,
    }))),
)]
pub async fn list(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ComplaintSearch>,
) -> Result<Json<Page<ComplaintListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let scope = Scope::of(&caller.principal);
    let overdue = query.overdue.unwrap_or_default();
    let found = store::newest(shop.host.db(), scope, overdue, &page).await?;
    let items = found.items.into_iter().map(ComplaintListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 投诉: about a purchase.
#[utoipa::path(
    post, path = "/v1/complaints", tag = "complaints", operation_id = "file_complaint",
    summary = "提交投诉 File a complaint",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = ComplaintFiling, description = "投诉 the complaint"),
    responses(
        (status = 201, description = "已收到 received", body = ComplaintView),
        (status = 404, description = "没有该采购 no such purchase", body = ProblemDocument),
        (status = 409, description = "工作日历未加载 calendar not loaded", body = ProblemDocument,
            example = json!({"code": "calendar_not_loaded", "title": "期限超出已加载的工作日历"})),
    ),
    extensions(("x-access" = json!({"kinds": ["organisation"]}))),
)]
pub async fn file(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    body: Body<ComplaintFiling>,
) -> Result<Response, Problem> {
    let ComplaintFiling { purchase, subject, text } = body.value;
    let request = body.request.as_ref();
    let answer = complain::file(&shop, &purchase, subject, text, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 查看投诉: who complained, and the market's officers of the region.
#[utoipa::path(
    get, path = "/v1/complaints/{id}", tag = "complaints", operation_id = "read_complaint",
    summary = "查看投诉 Read a complaint",
    params(("id" = Uuid, Path, description = "投诉标识 identifier of the complaint", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "投诉 the complaint", body = ComplaintView),
        (status = 404, description = "没有该投诉 no such complaint", body = ProblemDocument),
    ),
    extensions(("x-access" = json!({
        "kinds": ["organisation", "officer"], "roles": ["market_manager"], "scoped": true,
    }))),
)]
pub async fn read(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<ComplaintView>, Problem> {
    let found = shop.host.ledger.load::<Complaint>(&id).await?;
    let complaint = found.ok_or_else(|| Fault::not_found("该投诉"))?.state;
    if !complaint.may_read(&caller.principal) {
        let title = "只有投诉人和本区域的市场管理人员可以查看";
        return Err(Fault::forbidden("not_your_complaint", title).into());
    }
    Ok(Json(ComplaintView::of(&id, &complaint)))
}

/// 受理或不予受理
#[utoipa::path(
    post, path = "/v1/complaints/{id}/acceptance", tag = "complaints", operation_id = "answer_complaint",
    summary = "受理或不予受理投诉 Take up or decline a complaint",
    params(
        ("id" = Uuid, Path, description = "投诉标识 identifier of the complaint", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ComplaintAnswer, description = "答复 the answer"),
    responses(
        (status = 200, description = "已答复 answered", body = ComplaintView),
        (status = 404, description = "没有该投诉 no such complaint", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_decided", "title": "投诉所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["market_manager"], "scoped": true,
    }))),
)]
pub async fn answer(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<ComplaintAnswer>,
) -> Result<Response, Problem> {
    let ComplaintAnswer { taken_up, reason } = body.value;
    let command = if taken_up {
        Command::TakeUp { rules: shop.rules.clone(), calendar: shop.host.calendar.clone() }
    } else {
        Command::Decline { reason: reason.unwrap_or_default() }
    };
    let answer = complain::act(&shop, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 作出处理决定
#[utoipa::path(
    post, path = "/v1/complaints/{id}/decision", tag = "complaints", operation_id = "decide_complaint",
    summary = "作出投诉处理决定 Decide a complaint",
    params(
        ("id" = Uuid, Path, description = "投诉标识 identifier of the complaint", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = MarketDecision, description = "处理决定 the decision"),
    responses(
        (status = 200, description = "已处理 decided", body = ComplaintView),
        (status = 404, description = "没有该投诉 no such complaint", body = ProblemDocument),
        (status = 409, description = "状态不允许 the stage does not allow it", body = ProblemDocument,
            example = json!({"code": "not_when_filed", "title": "投诉所处状态不能办理此操作"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["market_manager"], "scoped": true,
    }))),
)]
pub async fn decide(
    State(shop): State<Purchasing>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<MarketDecision>,
) -> Result<Response, Problem> {
    let MarketDecision { upheld, reason } = body.value;
    let command = Command::Decide { upheld, reason };
    let answer = complain::act(&shop, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
