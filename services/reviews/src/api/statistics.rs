//! `/reviews/v1/statistics`: what all reviews add up to, for everyone to see.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Problem, Query};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::figures::ReviewFigures;
use crate::app::Desk;
use crate::domain::figures::Dimension;
use crate::domain::figures::period::check_month;
use crate::store::statistics::{self as store, Extent, Group};

/// What is counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewStatisticsQuery {
    /// One matter, by identifier (事项).
    #[param(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    matter: Option<Uuid>,
    /// One body, by credit code (实施主体).
    #[param(example = "11320706MB0000001B")]
    body: Option<String>,
    /// A region: it and everything below (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// From this month on (起始月份).
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-01")]
    from: Option<String>,
    /// Until this month (截止月份).
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-03")]
    until: Option<String>,
    /// Groups per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the groups before.
    #[param(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632~11320706MB0000001B")]
    after: Option<String>,
}

/// Figures of one matter at one body (分事项、分单位指标).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewGroup {
    /// Identifier of the matter.
    #[schema(format = Uuid, example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: String,
    /// Its name (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Body (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: ReviewFigures,
}

impl From<Group> for ReviewGroup {
    fn from(group: Group) -> Self {
        let figures = ReviewFigures::of(&group.counts, group.suspects);
        Self {
            matter_id: group.item,
            matter_name: group.name,
            body: group.body,
            body_name: group.body_name,
            figures,
        }
    }
}

/// What reviews add up to (评价统计).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewStatistics {
    /// Everything asked for, together.
    #[serde(flatten)]
    pub figures: ReviewFigures,
    /// The same by matter and body, a page of it.
    pub groups: Page<ReviewGroup>,
}

/// 评价统计: kept up to date with every review, open to everyone.
#[utoipa::path(
    get, path = "/v1/statistics", tag = "reviews", operation_id = "read_review_statistics",
    summary = "查看评价统计 Read review statistics",
    params(ReviewStatisticsQuery),
    responses((status = 200, description = "评价统计 the figures", body = ReviewStatistics)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Query(query): Query<ReviewStatisticsQuery>,
) -> Result<Json<ReviewStatistics>, Problem> {
    check_month(query.from.as_deref())?;
    check_month(query.until.as_deref())?;
    let matter = query.matter.map(|matter| matter.to_string());
    let extent = Extent {
        item: matter.as_deref(),
        body: query.body.as_deref(),
        region: query.region.as_ref(),
        from: query.from.as_deref(),
        until: query.until.as_deref(),
        ..Extent::default()
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let db = desk.host.db();
    let groups = store::groups(db, Dimension::Matter, &extent, &page).await?;
    let whole = if matter.is_some() { Dimension::Matter } else { Dimension::Body };
    let (counts, suspects) = store::total(db, whole, &extent).await?;
    let figures = ReviewFigures::of(&counts, suspects);
    let items = groups.items.into_iter().map(ReviewGroup::from).collect();
    Ok(Json(ReviewStatistics { figures, groups: Page { items, next: groups.next } }))
}
