//! `/reviews/v1/indicators`: figures by any dimension, for those who supervise; complaints by matter and tag, for
//! everyone.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::figures::ReviewFigures;
use crate::app::Desk;
use crate::domain::figures::Dimension;
use crate::domain::figures::period::check_month;
use crate::store::statistics::{self as store, Extent, Group};

/// By what figures are wanted (统计维度).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorsBy {
    /// 实施主体
    Body,
    /// 事项
    Matter,
    /// 窗口
    Window,
    /// 工作人员
    Officer,
    /// 评价渠道
    Channel,
    /// 月份
    Month,
}

/// Which figures are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewIndicatorQuery {
    /// By what (统计维度).
    #[param(inline, example = "officer")]
    by: IndicatorsBy,
    /// One matter, window, officer or channel; by months, one body.
    #[param(example = "A03")]
    item: Option<String>,
    /// One body, by credit code (实施主体).
    #[param(example = "11320706MB0000001B")]
    body: Option<String>,
    /// A region within the own reach (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// From this month on (起始月份).
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-01")]
    from: Option<String>,
    /// Until this month (截止月份).
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-03")]
    until: Option<String>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "A03~11320706MB0000001B")]
    after: Option<String>,
}

/// Figures of one item (分项指标).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewIndicator {
    /// Which one: a credit code, a matter's identifier, a window's number, an officer's account, a channel or a month.
    #[schema(example = "A03")]
    pub item: String,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
    /// The body; empty by months.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: ReviewFigures,
}

impl From<Group> for ReviewIndicator {
    fn from(group: Group) -> Self {
        let figures = ReviewFigures::of(&group.counts, group.suspects);
        let Group { item, name, body, body_name, .. } = group;
        Self { item, name, body, body_name, figures }
    }
}

/// The region asked for, or all of the own reach.
pub fn reach(actor: &Principal, asked: Option<RegionCode>) -> Result<RegionCode, Fault> {
    let own = actor.region.clone();
    let own = own.ok_or_else(|| Fault::forbidden("no_region", "当前账号没有管辖区域"))?;
    match asked {
        None => Ok(own),
        Some(region) if own.contains(&region) => Ok(region),
        Some(_) => Err(Fault::forbidden("other_region", "该区域不在管辖范围内")),
    }
}

/// 评价指标: by body, matter, window, officer, channel or month, of the own region.
#[utoipa::path(
    get, path = "/v1/indicators", tag = "performance", operation_id = "list_review_indicators",
    summary = "查看评价指标 List figures by a dimension",
    params(ReviewIndicatorQuery),
    responses(
        (status = 200, description = "指标 the figures", body = Page<ReviewIndicator>),
        (status = 403, description = "区域不在管辖范围内 another region", body = ProblemDocument,
            example = json!({"code": "other_region", "title": "该区域不在管辖范围内"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ReviewIndicatorQuery>,
) -> Result<Json<Page<ReviewIndicator>>, Problem> {
    check_month(query.from.as_deref())?;
    check_month(query.until.as_deref())?;
    let region = reach(&caller.principal, query.region)?;
    let extent = Extent {
        item: query.item.as_deref(),
        body: query.body.as_deref(),
        region: Some(&region),
        from: query.from.as_deref(),
        until: query.until.as_deref(),
        ..Extent::default()
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let dimension = match query.by {
        IndicatorsBy::Body => Dimension::Body,
        IndicatorsBy::Matter => Dimension::Matter,
        IndicatorsBy::Window => Dimension::Window,
        IndicatorsBy::Officer => Dimension::Officer,
        IndicatorsBy::Channel => Dimension::Channel,
        IndicatorsBy::Month => {
            let months = store::months(desk.host.db(), Dimension::Body, &extent).await?;
            let items = months.into_iter().map(ReviewIndicator::from).collect();
            return Ok(Json(Page { items, next: None }));
        }
    };
    let found = store::groups(desk.host.db(), dimension, &extent, &page).await?;
    let items = found.items.into_iter().map(ReviewIndicator::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// Which complaints are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewComplaintQuery {
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
    /// The most frequent ones, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
}

/// Bad reviews of one matter at one body with the same tag (问题聚类).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewComplaint {
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
    /// Code of the tag; absent for bad reviews without any (标签编码).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("110"))]
    pub tag: Option<String>,
    /// Its words.
    #[schema(example = "无理由超过法定办理时间")]
    pub tag_name: String,
    /// Bad reviews with it (差评数).
    #[schema(example = 7)]
    pub count: i64,
}

/// 问题聚类: bad reviews by matter, body and tag, the most frequent first.
#[utoipa::path(
    get, path = "/v1/complaints", tag = "performance", operation_id = "list_review_complaints",
    summary = "查看差评问题聚类 List clusters of complaints",
    params(ReviewComplaintQuery),
    responses((status = 200, description = "问题聚类 the clusters", body = Vec<ReviewComplaint>)),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn complaints(
    State(desk): State<Desk>,
    Query(query): Query<ReviewComplaintQuery>,
) -> Result<Json<Vec<ReviewComplaint>>, Problem> {
    check_month(query.from.as_deref())?;
    check_month(query.until.as_deref())?;
    let matter = query.matter.map(|matter| format!("{matter}~"));
    let extent = Extent {
        items: matter.as_deref(),
        body: query.body.as_deref(),
        region: query.region.as_ref(),
        from: query.from.as_deref(),
        until: query.until.as_deref(),
        ..Extent::default()
    };
    let most = PageQuery { limit: query.limit, after: None }.limit();
    let found = store::frequent(desk.host.db(), &extent, most).await?;
    let view = |group: Group| {
        let (matter_id, tag) = group.item.split_once('~').unwrap_or((&group.item, "-"));
        let tag_name = desk.tags.name(tag).unwrap_or("未选标签").to_owned();
        ReviewComplaint {
            matter_id: matter_id.to_owned(),
            tag: (tag != "-").then(|| tag.to_owned()),
            tag_name,
            matter_name: group.name.clone(),
            body: group.body.clone(),
            body_name: group.body_name.clone(),
            count: group.counts.by_stars().iter().sum(),
        }
    };
    Ok(Json(found.into_iter().map(view).collect()))
}
