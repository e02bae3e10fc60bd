//! `/supervision/v1/publications/{id}/overruling`: a penalty whose decision was changed or no longer holds.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use tongban_contracts::publications::{PenaltyChange, PenaltyFate};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;

use super::publication_view::PublicationView;
use crate::app::{Desk, publications as app};

/// What became of the decision on a penalty (处罚决定变动).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyChangeReport {
    /// What became of it.
    pub fate: PenaltyFate,
    /// The paper that says so (依据文书编号).
    #[schema(min_length = 1, max_length = 200, example = "海政复决〔2026〕示例 3 号")]
    pub basis: String,
    /// Day on which it did: not before the decision, not after today.
    #[schema(example = "2026-05-06")]
    pub on: NaiveDate,
}

/// 登记处罚决定变动: what is shown is then to be withdrawn, or corrected where the decision was changed, in its time;
/// what is not shown yet will not be.
#[utoipa::path(
    post, path = "/v1/publications/{id}/overruling", tag = "publications", operation_id = "report_penalty_change",
    summary = "登记处罚决定变动 Report that the decision on a penalty was changed",
    params(
        ("id" = Uuid, Path, description = "公示标识 identifier of the publication", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = PenaltyChangeReport, description = "处罚决定变动 what became of the decision"),
    responses(
        (status = 200, description = "已登记，期限起算 reported, its clock runs", body = PublicationView),
        (status = 404, description = "没有该公示 no such publication", body = ProblemDocument,
            example = json!({"title": "找不到该公示，或无权查看"})),
        (status = 409, description = "不是行政处罚、日期有误、已登记或已撤回 no penalty, a wrong day, reported already or withdrawn", body = ProblemDocument,
            example = json!({"code": "already_reported", "title": "该处罚决定的变动已登记，尚未撤回或更正"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["case_handler"], "scoped": true}))),
)]
pub async fn report(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<PenaltyChangeReport>,
) -> Result<Response, Problem> {
    let (PenaltyChangeReport { fate, basis, on }, request) = (body.value, body.request);
    let change = PenaltyChange { fate, basis, on, due: None };
    let answer = app::overrule(&desk, &id, change, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
