//! `/v1/draws`: the draws there are.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Problem, Query};
use utoipa::{IntoParams, ToSchema};

use crate::domain::Stage;
use crate::draws::Draws;
use crate::store::draw::{self as store, Model};

/// Which draws.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DrawQuery {
    /// 事由 what they are for
    #[param(example = "plan-2026-07")]
    purpose: Option<String>,
    /// 状态 where they stand
    #[param(inline)]
    state: Option<Stage>,
    /// 每页条数 how many rows at most
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// 翻页游标 `next` of the page before
    #[param(example = "1773193330000000~plan-2026-07")]
    after: Option<String>,
}

/// The draws for a purpose, as the last of them stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrawSummary {
    /// What they are for.
    #[schema(example = "plan-2026-07")]
    purpose: String,
    /// Identifier of the last draw.
    #[schema(example = "plan-2026-07/1")]
    draw: String,
    /// What people call it.
    #[schema(example = "2026 年第七批双随机抽查")]
    title: String,
    /// Where it stands.
    #[schema(example = "drawn")]
    state: String,
    /// Which attempt it is.
    #[schema(example = 1)]
    attempt: i32,
    /// How many can be drawn.
    #[schema(example = 120)]
    candidates: i32,
    /// How many are drawn.
    #[schema(example = 6)]
    number: i32,
    /// When its terms were fixed.
    #[schema(example = "2026-03-11T02:00:00Z")]
    proposed_at: DateTime<Utc>,
}

impl From<Model> for DrawSummary {
    fn from(row: Model) -> Self {
        Self {
            purpose: row.id,
            draw: row.draw,
            title: row.title,
            state: row.state,
            attempt: row.attempt,
            candidates: row.candidates,
            number: row.number,
            proposed_at: DateTime::from_timestamp_micros(row.proposed_at).unwrap_or_default(),
        }
    }
}

/// 抽取列表: the newest first.
#[utoipa::path(
    get, path = "/v1/draws", tag = "draws", operation_id = "list_draws",
    summary = "查看抽取列表 List draws",
    params(DrawQuery),
    responses((status = 200, description = "抽取列表 draws", body = Page<DrawSummary>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub(crate) async fn list(
    State(draws): State<Draws>,
    Query(query): Query<DrawQuery>,
) -> Result<Json<Page<DrawSummary>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let db = draws.0.host.db();
    let found = store::list(db, query.purpose.as_deref(), query.state, &page).await?;
    let items = found.items.into_iter().map(DrawSummary::from).collect();
    Ok(Json(Page { items, next: found.next }))
}
