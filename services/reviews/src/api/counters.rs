//! `/reviews/v1/counters`: devices that face people at counters. They show codes, and give no reviews.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Query, Segment, reply};
use utoipa::ToSchema;

use super::links::picture;
use super::origin;
use crate::app::links::link;
use crate::app::{Desk, counters as app};
use crate::domain::counter::{Command, Counter};
use crate::domain::review::Review;
use crate::store::counter::{self as store, Model, Scope};

/// A device to be registered (窗口评价设备).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterEntry {
    /// What the device says it is in `tongban-device`; it is kept as a keyed hash only.
    #[schema(min_length = 16, max_length = 128, example = "7f9c2ba4e88f827d616045507605853e")]
    device: String,
    /// Body of the counter.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000001B")]
    body: String,
    /// Region.
    region: RegionCode,
    /// Window (窗口编号).
    #[schema(min_length = 1, max_length = 32, example = "A03")]
    window: String,
}

/// What is to be shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterShowing {
    /// The right: a completed case, or a service at a window.
    #[schema(min_length = 1, max_length = 64, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    review: String,
}

/// Why something ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewEnding {
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "设备更换")]
    pub reason: String,
}

/// A device at a counter.
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterView {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// Body of the counter.
    #[schema(example = "11320706MB0000001B")]
    body: String,
    /// Region.
    #[schema(example = "320706")]
    region: String,
    /// Window.
    #[schema(example = "A03")]
    window: String,
    /// Whether it is no longer used.
    #[schema(example = false)]
    retired: bool,
    /// The right it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    shows: Option<String>,
}

impl CounterView {
    /// The device.
    pub fn of(id: &str, counter: &Counter) -> Self {
        let device = &counter.device;
        Self {
            id: id.to_owned(),
            body: device.body.clone(),
            region: device.region.to_string(),
            window: device.window.clone(),
            retired: counter.retired,
            shows: counter.shows.clone(),
        }
    }
}

impl From<Model> for CounterView {
    fn from(row: Model) -> Self {
        let Model { id, body, region, window, retired, shows, .. } = row;
        Self { id, body, region, window, retired, shows }
    }
}

/// What a device shows (窗口评价二维码).
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterScreen {
    /// Window.
    #[schema(example = "A03")]
    window: String,
    /// Name of the matter or service; absent when there is nothing to review.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("施工许可咨询"))]
    matter_name: Option<String>,
    /// The link, to be opened on the person's own device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("/reviews/v1/links/AUx3"))]
    link: Option<String>,
    /// The link as a QR code, SVG.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("<svg …>"))]
    code: Option<String>,
    /// Until when it may be reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-12T16:00:00Z"))]
    expires_at: Option<DateTime<Utc>>,
}

impl CounterScreen {
    /// The screen of `window` with a right, if there is one.
    ///
    /// # Errors
    /// When no code can be made.
    pub fn of(desk: &Desk, window: String, right: Option<(String, Review)>) -> Result<Self, Fault> {
        let Some((id, review)) = right else {
            return Ok(Self {
                window,
                matter_name: None,
                link: None,
                code: None,
                expires_at: None,
            });
        };
        let link = link(desk, &id);
        Ok(Self {
            window,
            matter_name: Some(review.right.matter_name),
            code: Some(picture(&link)?),
            link: Some(link),
            expires_at: review.right.expires_at,
        })
    }
}

/// 登记窗口评价设备: by those who supervise the region.
#[utoipa::path(
    post, path = "/v1/counters", tag = "counters", operation_id = "register_counter_device",
    summary = "登记窗口评价设备 Register a device at a counter",
    params(("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless")),
    request_body(content = CounterEntry, description = "设备 the device"),
    responses(
        (status = 201, description = "已登记 registered", body = CounterView),
        (status = 409, description = "已登记过 registered already", body = ProblemDocument,
            example = json!({"code": "already_registered", "title": "该设备已登记"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn register(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    body: Body<CounterEntry>,
) -> Result<Response, Problem> {
    let (CounterEntry { device, body, region, window }, request) = (body.value, body.request);
    let request = request.as_ref();
    let answer = app::register(&desk, &device, body, region, window, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 窗口评价设备列表: a supervisor's region, or the clerk's own body.
#[utoipa::path(
    get, path = "/v1/counters", tag = "counters", operation_id = "list_counter_devices",
    summary = "窗口评价设备列表 List devices at counters",
    params(PageQuery),
    responses((status = 200, description = "设备 devices", body = Page<CounterView>)),
    extensions(("x-access" = json!({
        "kinds": ["officer"], "roles": ["supervisor", "window_clerk"], "scoped": true,
    }))),
)]
pub async fn list(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CounterView>>, Problem> {
    let found = store::list(desk.host.db(), Scope::of(&caller.principal), &page).await?;
    let items = found.items.into_iter().map(CounterView::from).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 窗口屏幕: what the device that asks is to show.
#[utoipa::path(
    get, path = "/v1/counter-screen", tag = "counters", operation_id = "read_counter_screen",
    summary = "窗口评价二维码 Read what a device at a counter is to show",
    params(("tongban-device" = Option<String>, Header, description = "设备标识 what the device says it is", example = "7f9c2ba4e88f827d616045507605853e")),
    responses(
        (status = 200, description = "出示内容 what to show", body = CounterScreen),
        (status = 404, description = "设备未登记 not registered", body = ProblemDocument,
            example = json!({"code": "no_such_counter", "title": "该设备未登记为窗口评价设备"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn screen(
    State(desk): State<Desk>,
    headers: HeaderMap,
) -> Result<Json<CounterScreen>, Problem> {
    Ok(Json(app::screen(&desk, origin::device(&headers)).await?))
}

/// 出示评价二维码: the clerk chooses which; the device gets the link, the clerk does not.
#[utoipa::path(
    post, path = "/v1/counters/{id}/showing", tag = "counters", operation_id = "show_review_code",
    summary = "出示评价二维码 Let a device show a right's code",
    params(
        ("id" = Uuid, Path, description = "设备标识 identifier of the device", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = CounterShowing, description = "出示内容 what to show"),
    responses(
        (status = 200, description = "已出示 shown", body = CounterView),
        (status = 404, description = "没有该设备或办件 no such device or right", body = ProblemDocument,
            example = json!({"title": "找不到该设备，或无权查看"})),
        (status = 409, description = "不可评价 not open", body = ProblemDocument,
            example = json!({"code": "right_not_open", "title": "该评价已提交或已超过有效期"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["window_clerk"], "scoped": true}))),
)]
pub async fn show(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<CounterShowing>,
) -> Result<Response, Problem> {
    let (review, request) = (body.value.review, body.request);
    let answer = app::show(&desk, &id, review, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 停用窗口评价设备: it still gives no reviews.
#[utoipa::path(
    post, path = "/v1/counters/{id}/retirement", tag = "counters", operation_id = "retire_counter_device",
    summary = "停用窗口评价设备 Retire a device at a counter",
    params(
        ("id" = Uuid, Path, description = "设备标识 identifier of the device", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = ReviewEnding, description = "理由 why"),
    responses(
        (status = 200, description = "已停用 retired", body = CounterView),
        (status = 404, description = "没有该设备 no such device", body = ProblemDocument,
            example = json!({"title": "找不到该设备，或无权查看"})),
        (status = 409, description = "已停用 retired already", body = ProblemDocument,
            example = json!({"code": "counter_retired", "title": "该设备已停用"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer"], "roles": ["supervisor"], "scoped": true}))),
)]
pub async fn retire(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
    body: Body<ReviewEnding>,
) -> Result<Response, Problem> {
    let command = Command::Retire { reason: body.value.reason };
    let answer = app::act(&desk, &id, command, &caller, body.request.as_ref()).await?;
    Ok(reply(answer).into_response())
}
