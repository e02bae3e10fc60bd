//! `/reviews/v1/handlings`: bad reviews and how far they are dealt with.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query, Segment};
use utoipa::IntoParams;

use super::handling_view::{HandlingListed, HandlingProgress, HandlingView};
use crate::app::{Desk, handle as app};
use crate::domain::handling::{Handling, HandlingStage, handling_id};
use crate::domain::review::Review;
use crate::store::handling::{self as store, Scope, Wanted};

/// Which bad reviews are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HandlingSearch {
    /// At one stage (状态).
    #[param(inline, example = "received")]
    stage: Option<HandlingStage>,
    /// Only those with something late (超期).
    #[param(example = false)]
    overdue: Option<bool>,
    /// Only those with an open appeal (申诉待复核).
    #[param(example = false)]
    appealed: Option<bool>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 差评列表: of the own body, or a supervisor's region; never about oneself.
#[utoipa::path(
    get, path = "/v1/handlings", tag = "handlings", operation_id = "list_handlings",
    summary = "差评列表 List bad reviews",
    params(HandlingSearch),
    responses((status = 200, description = "差评 bad reviews", body = Page<HandlingListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["review_handler", "supervisor"], "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<HandlingSearch>,
) -> Result<Json<Page<HandlingListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let wanted = Wanted {
        stage: query.stage.map(HandlingStage::code),
        overdue: query.overdue.unwrap_or_default(),
        appealed: query.appealed.unwrap_or_default(),
    };
    let scope = Scope::of(&caller.principal);
    let found = store::newest(desk.host.db(), scope, wanted, &page).await?;
    let items = found.items.into_iter().map(HandlingListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 查看差评: the body that deals with it, and those who supervise it; not who was reviewed.
#[utoipa::path(
    get, path = "/v1/handlings/{id}", tag = "handlings", operation_id = "read_handling",
    summary = "查看差评 Read a bad review and its handling",
    params(("id" = Uuid, Path, description = "差评标识 identifier of the handling", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "差评 the bad review", body = HandlingView),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["review_handler", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<HandlingView>, Problem> {
    Ok(Json(app::read(&desk, &id, &caller.principal).await?))
}

/// 差评办理进度: what became of one's own bad review.
#[utoipa::path(
    get, path = "/v1/reviews/{case_id}/handling", tag = "reviews", operation_id = "read_review_handling",
    summary = "查看差评办理进度 Read what became of a bad review",
    params(("case_id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "办理进度 how far it is", body = HandlingProgress),
        (status = 404, description = "没有该差评 no such bad review", body = ProblemDocument,
            example = json!({"title": "找不到该差评，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"], "roles": ["supervisor"], "scoped": true,
    }))),
)]
pub async fn of_review(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(case_id): Segment<String>,
) -> Result<Json<HandlingProgress>, Problem> {
    let ledger = &desk.host.ledger;
    let review = ledger.load::<Review>(&case_id).await?;
    review.ok_or_else(|| Fault::not_found("该差评"))?.state.may_read(&caller.principal)?;
    let handling = ledger.load::<Handling>(&handling_id(&case_id)).await?;
    let handling = handling.ok_or_else(|| Fault::not_found("该差评"))?.state;
    Ok(Json(HandlingProgress::from(&handling)))
}
