//! `/reviews/v1/reviews`: reviews given, for those who supervise.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::review_sources::ReviewChannel;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, FaultKind, RegionCode};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::indicators::reach;
use crate::app::Desk;
use crate::domain::level::Level;
use crate::store::fact::{self as store, Model, Wanted};
use crate::store::moment;

/// Which reviews are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GivenReviewQuery {
    /// One matter, by identifier (事项).
    #[param(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    matter: Option<Uuid>,
    /// One body, by credit code (实施主体).
    #[param(example = "11320706MB0000001B")]
    body: Option<String>,
    /// A region within the own reach (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// One level, by stars.
    #[param(minimum = 1, maximum = 5, example = 1)]
    stars: Option<u8>,
    /// Reviews per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// A review given, without a word of who gave it (评价).
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenReview {
    /// The right it was given by.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// Number of the case (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub case_number: String,
    /// Identifier of the matter.
    #[schema(format = Uuid, example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: String,
    /// Name of the matter (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Body reviewed (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Window (窗口编号).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("A03"))]
    pub window: Option<String>,
    /// Stars, 5 for the best.
    #[schema(example = 1)]
    pub stars: i32,
    /// Codes of the tags chosen.
    #[schema(example = json!(["110"]))]
    pub tags: Vec<String>,
    /// By which way it came.
    pub channel: ReviewChannel,
    /// When the case was closed.
    #[schema(example = "2026-03-13T02:05:31Z")]
    pub closed_at: DateTime<Utc>,
    /// When it was given.
    #[schema(example = "2026-03-14T12:20:00Z")]
    pub given_at: DateTime<Utc>,
    /// Excluded as mistaken or malicious: it counts no more.
    #[schema(example = false)]
    pub excluded: bool,
}

impl From<Model> for GivenReview {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            case_number: row.case_number,
            matter_id: row.matter_id,
            matter_name: row.matter_name,
            body: row.body,
            body_name: row.body_name,
            window: row.window_number,
            stars: row.stars.unwrap_or_default(),
            tags: row.tags.split_whitespace().map(str::to_owned).collect(),
            channel: store::channel(row.channel.as_deref().unwrap_or_default()),
            closed_at: moment(row.opened_at),
            given_at: moment(row.given_at.unwrap_or_default()),
            excluded: row.excluded,
        }
    }
}

/// 评价列表: of the own region, the newest first.
#[utoipa::path(
    get, path = "/v1/reviews", tag = "performance", operation_id = "list_given_reviews",
    summary = "查看评价列表 List reviews given",
    params(GivenReviewQuery),
    responses(
        (status = 200, description = "评价 the reviews", body = Page<GivenReview>),
        (status = 403, description = "区域不在管辖范围内 another region", body = ProblemDocument,
            example = json!({"code": "other_region", "title": "该区域不在管辖范围内"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<GivenReviewQuery>,
) -> Result<Json<Page<GivenReview>>, Problem> {
    if query.stars.is_some_and(|stars| Level::of(stars).is_none()) {
        let fault = Fault::new(FaultKind::Malformed, "bad_query", "查询参数有误");
        return Err(fault.with_detail("stars 应为 1 至 5 的整数").into());
    }
    let region = reach(&caller.principal, query.region)?;
    let matter = query.matter.map(|matter| matter.to_string());
    let wanted = Wanted {
        region: Some(&region),
        body: query.body.as_deref(),
        matter: matter.as_deref(),
        stars: query.stars,
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let found = store::list(desk.host.db(), &wanted, &page).await?;
    let items = found.items.into_iter().map(GivenReview::from).collect();
    Ok(Json(Page { items, next: found.next }))
}
