//! `/intake/v1/worklist`: what waits for an officer (待办).

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{CallerOf, Problem, Query};
use utoipa::{IntoParams, ToSchema};

use super::case_view::CaseListed;
use crate::app::{self, Desk};

/// Which step is waited for (环节).
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorklistStage {
    /// 待受理: for window clerks.
    Acceptance,
    /// 待决定: for approvers.
    Decision,
}

/// Which worklist, and which page of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorklistQuery {
    /// Which step (环节).
    #[param(inline, example = "acceptance")]
    stage: WorklistStage,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "20260318~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// 待办: cases of the officer's body and region that wait for a step, the most urgent first.
#[utoipa::path(
    get, path = "/v1/worklist", tag = "worklist", operation_id = "list_worklist",
    summary = "待办 List what waits for the officer",
    params(WorklistQuery),
    responses((status = 200, description = "待办 waiting cases", body = Page<CaseListed>)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["window_clerk", "approver"], "scoped": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<WorklistQuery>,
) -> Result<Json<Page<CaseListed>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = match query.stage {
        WorklistStage::Acceptance => app::read::to_accept(&desk, &caller.principal, &page).await?,
        WorklistStage::Decision => app::read::to_decide(&desk, &caller.principal, &page).await?,
    };
    let items = found.items.into_iter().map(CaseListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}
