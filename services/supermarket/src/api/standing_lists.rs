//! `/supermarket/v1/pending-sanctions`: what officers have to decide about agencies.

use axum::Json;
use axum::extract::State;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{CallerOf, Problem, Query};

use super::agency_view::AgencyListed;
use crate::app::Desk;
use crate::store::agency::Waiting;

/// 待办惩戒: exclusions that wait for the second officer, and open appeals, the oldest first.
#[utoipa::path(
    get, path = "/v1/pending-sanctions", tag = "discipline", operation_id = "list_pending_sanctions",
    summary = "查看待复核清退和待处理申诉 List agencies about which an officer has to decide",
    params(PageQuery),
    responses((status = 200, description = "待办机构 the agencies", body = Page<AgencyListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["market_manager", "supervisor"], "scoped": true,
    }))),
)]
pub async fn pending(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AgencyListed>>, Problem> {
    let found = Waiting::reach_of(&caller.principal)?.page(desk.host.db(), &page).await?;
    let items = found.items.into_iter().map(AgencyListed::from).collect();
    Ok(Json(Page { items, next: found.next }))
}
