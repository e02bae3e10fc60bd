//! `/reviews/v1/statistics`: what all reviews add up to, for everyone to see.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use tongban_kernel::page::{Page, PageQuery};
use tongban_web::{Problem, Query};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::Desk;
use crate::domain::level::Level;
use crate::domain::tally::Tally;
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
    /// Groups per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    limit: Option<u64>,
    /// `next` of the groups before.
    #[param(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632~11320706MB0000001B")]
    after: Option<String>,
}

/// How many reviews are at one level (等级分布).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewLevelCount {
    /// Stars, 5 for the best.
    #[schema(example = 5)]
    pub stars: u8,
    /// The level in words (评价等级).
    #[schema(example = "非常满意")]
    pub name: String,
    /// Its code, 1 for the best (GB/T 39046-2020 table A.8).
    #[schema(example = "1")]
    pub code: String,
    /// How many.
    #[schema(example = 81)]
    pub count: i64,
}

/// Figures (评价指标).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewFigures {
    /// Cases that could be reviewed (应评数).
    #[schema(example = 120)]
    pub opened: i64,
    /// Reviews given (评价数).
    #[schema(example = 96)]
    pub count: i64,
    /// Mean of the stars; absent without reviews (平均星级).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 4.72)]
    pub mean_stars: Option<f64>,
    /// Reviews by level, the best first (等级分布).
    #[schema(example = json!([
        {"stars": 5, "name": "非常满意", "code": "1", "count": 81},
        {"stars": 4, "name": "满意", "code": "2", "count": 6},
        {"stars": 3, "name": "基本满意", "code": "3", "count": 7},
        {"stars": 2, "name": "不满意", "code": "4", "count": 1},
        {"stars": 1, "name": "非常不满意", "code": "5", "count": 1},
    ]))]
    pub distribution: Vec<ReviewLevelCount>,
    /// Share of reviews with three stars or more; absent without reviews (满意率).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 0.9792)]
    pub satisfaction: Option<f64>,
    /// Reviews given of those that could be; absent without any (参评率).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 0.8)]
    pub participation: Option<f64>,
}

impl From<Tally> for ReviewFigures {
    fn from(tally: Tally) -> Self {
        let distribution = Level::ALL.map(|level| ReviewLevelCount {
            stars: level.stars(),
            name: level.name_zh().to_owned(),
            code: level.code().to_owned(),
            count: tally.at(level),
        });
        Self {
            opened: tally.opened,
            count: tally.given(),
            mean_stars: tally.mean_stars(),
            distribution: distribution.into(),
            satisfaction: tally.satisfaction(),
            participation: tally.participation(),
        }
    }
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
        Self {
            matter_id: group.matter_id.clone(),
            matter_name: group.matter_name.clone(),
            body: group.body.clone(),
            body_name: group.body_name.clone(),
            figures: group.tally().into(),
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

/// 评价统计: counted at the moment of asking, open to everyone.
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
    let matter = query.matter.map(|matter| matter.to_string());
    let extent = Extent {
        matter: matter.as_deref(),
        body: query.body.as_deref(),
        region: query.region.as_ref(),
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let groups = store::groups(desk.host.db(), &extent, &page).await?;
    let figures = store::total(desk.host.db(), &extent).await?.into();
    let items = groups.items.into_iter().map(ReviewGroup::from).collect();
    Ok(Json(ReviewStatistics { figures, groups: Page { items, next: groups.next } }))
}
