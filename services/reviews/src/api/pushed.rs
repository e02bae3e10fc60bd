//! `/reviews/v1/pushed`: services and reviews of other systems, signed, many at a time.

use axum::Json;
use axum::body::{Body as RawBody, to_bytes};
use axum::extract::{FromRequest as _, Request, State};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tongban_contracts::review_sources::ReviewChannel;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, FaultKind, FieldFault};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::signature::{self, Signed};
use crate::app::{Desk, push as app};
use crate::domain::held::HeldStage;
use crate::domain::pushed::{ReviewRow, ServiceRow};
use crate::store::held::{self as store, Model, Scope};
use crate::store::moment;

/// Largest batch, in bytes; more than the most rows of the longest texts never need.
const LARGEST: usize = 1024 * 1024;

/// A service of another system (服务记录).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushedServiceEntry {
    /// Number of the case (办件编号).
    #[schema(
        min_length = 1,
        max_length = 64,
        example = "11320706MB0000004L4000131010004202603110001"
    )]
    case_number: String,
    /// Number of the service within the case; absent for the case as a whole, completed (服务编号).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 32, examples("2"))]
    service_number: Option<String>,
    /// Identifier of the matter in the catalogue, when the system knows it.
    #[serde(default)]
    #[schema(examples("ee45007c-cb1d-5453-ba84-3120eaf5f632"))]
    matter_id: Option<Uuid>,
    /// Implementation code of the matter (实施编码).
    #[schema(min_length = 1, max_length = 64, example = "11320706MB0000004L4000131010004")]
    matter_code: String,
    /// Its name (事项名称).
    #[schema(min_length = 1, max_length = 200, example = "食品经营许可")]
    matter_name: String,
    /// Body that served (实施主体).
    #[schema(min_length = 1, max_length = 18, example = "11320706MB0000004L")]
    body: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "海州区市场监督管理局（示例）")]
    body_name: String,
    /// Region (行政区划).
    #[schema(min_length = 1, max_length = 12, example = "320706")]
    region: String,
    /// When (服务时间).
    #[schema(example = "2026-03-13T02:00:00Z")]
    served_at: DateTime<Utc>,
    /// At which window (窗口编号).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 32, examples("B07"))]
    window: Option<String>,
    /// Staff number of who served (工号).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("SC0107"))]
    officer: Option<String>,
}

/// Services of another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushedServices {
    /// The services.
    #[schema(min_items = 1, max_items = 500)]
    services: Vec<PushedServiceEntry>,
}

/// A review of another system (评价记录).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushedReviewEntry {
    /// Its identifier there.
    #[schema(min_length = 1, max_length = 64, example = "PJ202603140001")]
    id: String,
    /// Number of the case (办件编号).
    #[schema(
        min_length = 1,
        max_length = 64,
        example = "11320706MB0000004L4000131010004202603110001"
    )]
    case_number: String,
    /// Number of the service within the case; absent for the case as a whole (服务编号).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 32, examples("2"))]
    service_number: Option<String>,
    /// Stars: 5 非常满意 … 1 非常不满意. A system whose codes run the other way turns them round before.
    #[schema(example = 2)]
    stars: i64,
    /// Codes of national tags of that level (评价标签).
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["209"]))]
    tags: Vec<String>,
    /// Free text (文字评价).
    #[serde(default)]
    #[schema(examples("超过承诺时间没有办完"))]
    text: Option<String>,
    /// By which way it was given there (评价渠道).
    #[serde(default)]
    #[schema(examples("telephone"))]
    channel: Option<ReviewChannel>,
    /// When it was given there (评价时间).
    #[schema(example = "2026-03-14T12:20:00Z")]
    said_at: DateTime<Utc>,
    /// Whether silence was counted as it (默认评价); kept apart, never counted as given.
    #[serde(default)]
    #[schema(example = false)]
    is_default: bool,
}

/// Reviews of another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushedReviews {
    /// The reviews.
    #[schema(min_items = 1, max_items = 500)]
    reviews: Vec<PushedReviewEntry>,
}

/// What became of a row (处理结果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "taken")]
pub enum PushStatus {
    /// 已接收
    Taken,
    /// 重复: the same was taken before, under whatever identifier.
    Repeated,
    /// 待匹配: the case is not known yet; kept apart until it is.
    Waiting,
    /// 已知: the case is known from its own events, which open its right.
    Known,
    /// 有误: refused, for every reason named.
    Refused,
}

/// A fault of a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushedFault {
    /// JSON Pointer into the row.
    #[schema(example = "/tags/0")]
    pointer: String,
    /// Code.
    #[schema(example = "unknown_tag")]
    code: String,
    /// In words.
    #[schema(example = "没有这个评价标签")]
    message: String,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushedRow {
    /// Its place in the batch, from 0.
    #[schema(example = 0)]
    pub row: usize,
    /// Its identifier in the other system; services have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("PJ202603140001"))]
    pub id: Option<String>,
    /// Number of the case.
    #[schema(example = "11320706MB0000004L4000131010004202603110001")]
    pub case_number: String,
    /// Number of the service within it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2"))]
    pub service_number: Option<String>,
    /// What became of it.
    pub status: PushStatus,
    /// The right it opened or used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub review: Option<String>,
    /// Every fault of it.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "faults")]
    #[schema(value_type = Vec<PushedFault>, example = json!([]))]
    pub errors: Vec<FieldFault>,
}

fn faults<S: serde::Serializer>(faults: &[FieldFault], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(faults.iter().map(|fault| PushedFault {
        pointer: fault.pointer.clone(),
        code: fault.code.clone(),
        message: fault.message.clone(),
    }))
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushedAnswer {
    /// Each row, in the order sent.
    rows: Vec<PushedRow>,
}

/// A pushed review whose case is not known (待匹配评价).
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmatchedReview {
    /// Identifier.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// Account of the system.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    system: String,
    /// Its identifier there.
    #[schema(example = "PJ202603140001")]
    foreign_id: String,
    /// Number of the case.
    #[schema(example = "11320706MB0000004L4000131010004202603110001")]
    case_number: String,
    /// Number of the service; empty for the case as a whole.
    #[schema(example = "2")]
    service_number: String,
    /// `waiting`, `matched` or `dropped`.
    #[schema(example = "waiting")]
    stage: String,
    /// When it was given there.
    #[schema(example = "2026-03-14T12:20:00Z")]
    said_at: DateTime<Utc>,
    /// When it came.
    #[schema(example = "2026-03-14T13:00:00Z")]
    received_at: DateTime<Utc>,
    /// Why it was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("该办件已评价，一事一评"))]
    reason: Option<String>,
}

impl From<Model> for UnmatchedReview {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            system: row.system,
            foreign_id: row.foreign_id,
            case_number: row.case_number,
            service_number: row.service_number,
            stage: row.stage,
            said_at: moment(row.said_at),
            received_at: moment(row.received_at),
            reason: row.reason,
        }
    }
}

/// Which held reviews are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnmatchedSearch {
    /// Where they stand; by default those that wait.
    #[param(inline, example = "waiting")]
    stage: Option<HeldStage>,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    after: Option<String>,
}

/// The body of a signed request, and who signed it: the signature is over the bytes as they came.
async fn signed<T: DeserializeOwned + ToSchema + 'static>(
    desk: &Desk,
    caller: &CallerOf,
    request: Request,
) -> Result<(Signed, T), Problem> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST).await.map_err(|error| {
        Fault::new(FaultKind::TooLarge, "body_too_large", "请求内容过大").internally(error)
    })?;
    let signed = signature::check(desk, &caller.0.principal, &parts.headers, &bytes).await?;
    let request = Request::from_parts(parts, RawBody::from(bytes));
    Ok((signed, Body::<T>::from_request(request, desk).await?.value))
}

/// 推送服务: of other systems; each may then be reviewed once. Sending again is harmless, with another nonce.
#[utoipa::path(
    post, path = "/v1/pushed/services", tag = "pushing", operation_id = "push_services",
    summary = "推送服务 Push services",
    params(
        ("tongban-nonce" = Option<String>, Header, description = "随机数 another one for each request, at most 64 characters", example = "4f1c9a0b2d3e4f50"),
        ("tongban-time" = Option<String>, Header, description = "时间 seconds since 1970", example = "1773193330"),
        ("tongban-signature" = Option<String>, Header, description = "签名 hmac-sm3=HEX over nonce, time and body with points between", example = "hmac-sm3=66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    ),
    request_body(content = PushedServices, description = "服务 the services"),
    responses(
        (status = 200, description = "逐条结果 what became of each", body = PushedAnswer),
        (status = 409, description = "重放 taken before", body = ProblemDocument,
            example = json!({"code": "replayed", "title": "该请求已处理过，请使用新的随机数"})),
        (status = 413, description = "内容过大 too large", body = ProblemDocument,
            example = json!({"code": "body_too_large", "title": "请求内容过大"})),
    ),
    extensions(("x-access" = json!({"kinds": ["system"], "scoped": true}))),
)]
pub async fn services(
    State(desk): State<Desk>,
    caller: CallerOf,
    request: Request,
) -> Result<Json<PushedAnswer>, Problem> {
    let (signed, body) = signed::<PushedServices>(&desk, &caller, request).await?;
    let rows: Vec<ServiceRow> = body.services.into_iter().map(ServiceRow::from).collect();
    let rows = app::services(&desk, &signed, &rows, &caller.0).await?;
    Ok(Json(PushedAnswer { rows }))
}

/// 推送评价: of other systems. The same again, under whatever identifier, is taken once.
#[utoipa::path(
    post, path = "/v1/pushed/reviews", tag = "pushing", operation_id = "push_reviews",
    summary = "推送评价 Push reviews",
    params(
        ("tongban-nonce" = Option<String>, Header, description = "随机数 another one for each request, at most 64 characters", example = "4f1c9a0b2d3e4f50"),
        ("tongban-time" = Option<String>, Header, description = "时间 seconds since 1970", example = "1773193330"),
        ("tongban-signature" = Option<String>, Header, description = "签名 hmac-sm3=HEX over nonce, time and body with points between", example = "hmac-sm3=66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    ),
    request_body(content = PushedReviews, description = "评价 the reviews"),
    responses(
        (status = 200, description = "逐条结果 what became of each", body = PushedAnswer),
        (status = 409, description = "重放 taken before", body = ProblemDocument,
            example = json!({"code": "replayed", "title": "该请求已处理过，请使用新的随机数"})),
        (status = 413, description = "内容过大 too large", body = ProblemDocument,
            example = json!({"code": "body_too_large", "title": "请求内容过大"})),
    ),
    extensions(("x-access" = json!({"kinds": ["system"], "scoped": true}))),
)]
pub async fn reviews(
    State(desk): State<Desk>,
    caller: CallerOf,
    request: Request,
) -> Result<Json<PushedAnswer>, Problem> {
    let (signed, body) = signed::<PushedReviews>(&desk, &caller, request).await?;
    let rows: Vec<ReviewRow> = body.reviews.into_iter().map(ReviewRow::from).collect();
    let rows = app::reviews(&desk, &signed, &rows, &caller.0).await?;
    Ok(Json(PushedAnswer { rows }))
}

/// 待匹配评价: a system's own, or those of a supervisor's region.
#[utoipa::path(
    get, path = "/v1/pushed/unmatched", tag = "pushing", operation_id = "list_unmatched_reviews",
    summary = "待匹配评价列表 List reviews whose case is not known",
    params(UnmatchedSearch),
    responses((status = 200, description = "待匹配评价 held reviews", body = Page<UnmatchedReview>)),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn unmatched(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<UnmatchedSearch>,
) -> Result<Json<Page<UnmatchedReview>>, Problem> {
    let page = PageQuery { limit: query.limit, after: query.after };
    let stage = query.stage.unwrap_or(HeldStage::Waiting);
    let scope = Scope::of(&caller.principal);
    let found = store::newest(desk.host.db(), scope, stage, &page).await?;
    let items = found.items.into_iter().map(UnmatchedReview::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

impl From<PushedServiceEntry> for ServiceRow {
    fn from(entry: PushedServiceEntry) -> Self {
        Self {
            case_number: entry.case_number,
            service_number: entry.service_number,
            matter_id: entry.matter_id,
            matter_code: entry.matter_code,
            matter_name: entry.matter_name,
            body: entry.body,
            body_name: entry.body_name,
            region: entry.region,
            served_at: entry.served_at,
            window: entry.window,
            officer: entry.officer,
        }
    }
}

impl From<PushedReviewEntry> for ReviewRow {
    fn from(entry: PushedReviewEntry) -> Self {
        Self {
            id: entry.id,
            case_number: entry.case_number,
            service_number: entry.service_number,
            stars: entry.stars,
            tags: entry.tags,
            text: entry.text,
            channel: entry.channel.unwrap_or(ReviewChannel::Other),
            said_at: entry.said_at,
            is_default: entry.is_default,
        }
    }
}
