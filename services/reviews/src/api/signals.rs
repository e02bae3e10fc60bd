//! `/reviews/v1/signals`: signals of manipulation with their evidence, for those who look into them.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{CallerOf, Problem, ProblemDocument, Query, Segment};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::given::GivenReview;
use super::indicators::reach;
use crate::app::Desk;
use crate::domain::signals::SignalKind;
use crate::store::signal::{self as store, Model};
use crate::store::{fact, moment};

/// Which signals are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewSignalQuery {
    /// One kind (信号类别).
    #[param(inline, example = "device")]
    kind: Option<SignalKind>,
    /// A region within the own reach (行政区划).
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Signals per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// A signal (异常评价信号): a reason to look, never a verdict.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewSignal {
    /// Identifier.
    #[schema(format = Uuid, example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub id: String,
    /// What is unusual: `device`, `network`, `officer`, `minute`, `soon`, `text` or `history`.
    #[schema(example = "device")]
    pub kind: String,
    /// What the reviews have in common: a keyed hash, an account, a matter and its body.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e2")]
    pub common: String,
    /// How it was found, with its numbers (方法与数值).
    #[schema(example = "同一设备在 720 分钟内评价达到 5 件，此次共 12 件")]
    pub method: String,
    /// Version of the published method.
    #[schema(example = "2026-1")]
    pub rule: String,
    /// Time of the first review.
    #[schema(example = "2026-03-14T09:00:00Z")]
    pub from: DateTime<Utc>,
    /// Time of the last review.
    #[schema(example = "2026-03-14T10:00:00Z")]
    pub until: DateTime<Utc>,
    /// When it was found.
    #[schema(example = "2026-03-14T10:05:00Z")]
    pub found_at: DateTime<Utc>,
    /// Bodies reviewed (实施主体).
    #[schema(example = json!(["11320706MB0000001B"]))]
    pub bodies: Vec<String>,
    /// How many reviews.
    #[schema(example = 12)]
    pub reviews: i64,
}

impl From<Model> for ReviewSignal {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            common: row.common,
            method: row.method,
            rule: row.rule,
            from: moment(row.from_at),
            until: moment(row.until_at),
            found_at: moment(row.found_at),
            bodies: row.bodies.split_whitespace().map(str::to_owned).collect(),
            reviews: row.reviews,
        }
    }
}

/// A signal with its evidence (信号与证据).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewSignalEvidence {
    /// The signal.
    pub signal: ReviewSignal,
    /// The reviews, oldest first.
    pub evidence: Vec<GivenReview>,
}

/// 异常评价信号: of the own region, the last ones first.
#[utoipa::path(
    get, path = "/v1/signals", tag = "performance", operation_id = "list_review_signals",
    summary = "查看异常评价信号 List signals of manipulation",
    params(ReviewSignalQuery),
    responses(
        (status = 200, description = "信号 the signals", body = Page<ReviewSignal>),
        (status = 403, description = "区域不在管辖范围内 another region", body = ProblemDocument,
            example = json!({"code": "other_region", "title": "该区域不在管辖范围内"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ReviewSignalQuery>,
) -> Result<Json<Page<ReviewSignal>>, Problem> {
    let region = reach(&caller.principal, query.region)?;
    let page = PageQuery { limit: query.limit, after: query.after };
    let kind = query.kind.map(SignalKind::code);
    let found = store::list(desk.host.db(), &region, kind, &page).await?;
    let items = found.items.into_iter().map(ReviewSignal::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 信号证据: the reviews that a signal names.
#[utoipa::path(
    get, path = "/v1/signals/{id}", tag = "performance", operation_id = "read_review_signal",
    summary = "查看异常评价信号的证据 Read a signal with its evidence",
    params(("id" = Uuid, Path, description = "信号标识 identifier of the signal", example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")),
    responses(
        (status = 200, description = "信号与证据 the signal", body = ReviewSignalEvidence),
        (status = 403, description = "不在管辖范围内 another region", body = ProblemDocument,
            example = json!({"code": "other_region", "title": "该信号不在管辖范围内"})),
        (status = 404, description = "没有该信号 no such signal", body = ProblemDocument,
            example = json!({"title": "找不到该信号，或无权查看"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<Uuid>,
) -> Result<Json<ReviewSignalEvidence>, Problem> {
    let db = desk.host.db();
    let found = store::find(db, &id.to_string()).await?;
    let own = reach(&caller.principal, None)?;
    let row = found.ok_or_else(|| Fault::not_found("该信号"))?;
    if !row.region.starts_with(own.prefix()) {
        return Err(Fault::forbidden("other_region", "该信号不在管辖范围内").into());
    }
    let named = store::evidence(db, &row.id).await?;
    let mut evidence: Vec<GivenReview> = fact::by_id(db.read(), named)
        .await?
        .into_values()
        .map(|fact| GivenReview::from(fact::Model::from(fact)))
        .collect();
    evidence.sort_by(|one, other| (one.given_at, &one.id).cmp(&(other.given_at, &other.id)));
    Ok(Json(ReviewSignalEvidence { signal: row.into(), evidence }))
}
