//! `/reviews/v1/exports/…`: what went to other platforms, and what they say of it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tongban_exports::Row;
use tongban_exports::web::{ExportAttempt, ExportComparison, ExportQuery, Place, ReceiversList};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Body, Problem, ProblemDocument, Query, Segment};
use utoipa::ToSchema;

use crate::app::Desk;
use crate::domain::report::Report;

/// A record and how far it has come (报送记录).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewReportView {
    /// Identifies the record; the same one may come again (记录编号).
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// The record, as it is sent.
    pub record: Report,
    /// `waiting`, `delivered`, `accepted` or `rejected`.
    #[schema(example = "delivered")]
    pub state: String,
    /// How often it was handed over, or tried to be.
    #[schema(example = 1)]
    pub attempts: i32,
    /// SM3 of the record as it is sent, in hexadecimal.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub sm3: String,
    /// What the receiver, or the attempt to reach it, said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("503 Service Unavailable: "))]
    pub answer: Option<String>,
    /// When it was made.
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-12T02:00:02Z"))]
    pub delivered_at: Option<DateTime<Utc>>,
}

impl ReviewReportView {
    fn of(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            id: row.id,
            record: serde_json::from_str(&row.body).map_err(Fault::internal)?,
            state: row.state,
            attempts: row.attempts,
            sm3: row.digest,
            answer: row.answer,
            created_at: DateTime::from_timestamp_micros(row.created_at).unwrap_or_default(),
            delivered_at: row.delivered_at.and_then(DateTime::from_timestamp_micros),
        })
    }
}

/// 报送记录: with their states, oldest first.
#[utoipa::path(
    get, path = "/v1/exports/{target}", tag = "exports", operation_id = "list_review_reports",
    summary = "查看对外报送记录 List records for another platform",
    params(("target" = String, Path, description = "报送对象 province", example = "province"), ExportQuery),
    responses(
        (status = 200, description = "报送记录 the records", body = Page<ReviewReportView>),
        (status = 404, description = "没有该报送对象 no such target", body = ProblemDocument,
            example = json!({"title": "找不到该报送对象，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["operator"]}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    Segment(target): Segment<String>,
    Query(query): Query<ExportQuery>,
) -> Result<Json<Page<ReviewReportView>>, Problem> {
    let ExportQuery { state, limit, after } = query;
    let page = PageQuery { limit, after };
    let found = desk.exports.list(&target, state.as_deref(), &page).await?;
    let items = found.items.into_iter().map(ReviewReportView::of).collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next: found.next }))
}

/// 对账: compares what was handed over with the receiver's list; what it does not have goes again.
#[utoipa::path(
    post, path = "/v1/exports/{target}/reconciliation", tag = "exports", operation_id = "reconcile_review_reports",
    summary = "对账 Compare with the receiver's list",
    params(("target" = String, Path, description = "报送对象 province", example = "province")),
    request_body(content = ReceiversList, description = "对账单 the receiver's list"),
    responses(
        (status = 200, description = "对账结果 what the comparison came to", body = ExportComparison),
        (status = 404, description = "没有该报送对象 no such target", body = ProblemDocument,
            example = json!({"title": "找不到该报送对象，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["operator"]}))),
)]
pub async fn compare(
    State(desk): State<Desk>,
    Segment(target): Segment<String>,
    body: Body<ReceiversList>,
) -> Result<Json<ExportComparison>, Problem> {
    Ok(Json(body.value.compare(&desk.exports, &target).await?))
}

/// 重新推送: a rejected record goes again.
#[utoipa::path(
    post, path = "/v1/exports/{target}/records/{id}/attempt", tag = "exports", operation_id = "retry_review_report",
    summary = "重新推送 Hand a rejected record over again",
    params(
        ("target" = String, Path, description = "报送对象 province", example = "province"),
        ("id" = Uuid, Path, description = "记录编号 identifier of the record", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
    ),
    request_body(content = ExportAttempt, description = "空对象 an empty object"),
    responses(
        (status = 204, description = "将重新推送 it goes again"),
        (status = 404, description = "没有该报送对象 no such target", body = ProblemDocument,
            example = json!({"title": "找不到该报送对象，或无权查看"})),
        (status = 409, description = "没有被退回 not rejected", body = ProblemDocument,
            example = json!({"code": "not_rejected", "title": "没有被退回的该记录"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"], "roles": ["operator"]}))),
)]
pub async fn again(
    State(desk): State<Desk>,
    Segment(Place { target, id }): Segment<Place>,
    _body: Body<ExportAttempt>,
) -> Result<StatusCode, Problem> {
    desk.exports.again(&target, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
