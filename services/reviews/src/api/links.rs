//! `/reviews/v1/links/{token}`: a right by its link, for whoever holds it, signed in or not.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;
use tongban_contracts::review_sources::ReviewChannel;
use tongban_contracts::reviews::ReviewKind;
use tongban_kernel::Fault;
use tongban_ledger::Caller;
use tongban_web::{Body, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;

use super::origin::OriginOf;
use super::reviews::{ReviewOpinion, ReviewView};
use crate::app::{Desk, give as app, links};
use crate::domain::review::{Giver, Review};

/// Account that stands for whoever holds a link.
const HOLDER: &str = "reviews.link";

/// What a link lets review (待评价事项). It does not say whose the case is.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedRight {
    /// Whether a case or a service at a window.
    pub kind: ReviewKind,
    /// Last characters of the number, to tell it from others (办件编号后六位).
    #[schema(example = "110001")]
    pub number_ends: String,
    /// Name of the matter or service (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Name of the body (实施主体).
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Window that served (窗口编号).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("A03"))]
    pub window: Option<String>,
    /// Until when it may be reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-12T16:00:00Z"))]
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it still may.
    #[schema(example = true)]
    pub open: bool,
}

impl LinkedRight {
    fn of(review: &Review, now: DateTime<Utc>) -> Self {
        let right = &review.right;
        let length = right.case_number.chars().count();
        Self {
            kind: right.kind,
            number_ends: right.case_number.chars().skip(length.saturating_sub(6)).collect(),
            matter_name: right.matter_name.clone(),
            body_name: right.body_name.clone(),
            window: right.window.clone(),
            expires_at: right.expires_at,
            open: review.is_open(now),
        }
    }
}

/// A QR code as a picture.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, example = "<svg …>")]
#[expect(dead_code, reason = "only described: the picture is sent as it is")]
pub struct CodePicture(String);

/// 打开评价链接: what may be reviewed by it.
#[utoipa::path(
    get, path = "/v1/links/{token}", tag = "links", operation_id = "read_review_link",
    summary = "打开评价链接 Read what a link lets review",
    params(("token" = String, Path, description = "链接凭证 token of the link", example = "AUx3")),
    responses(
        (status = 200, description = "待评价事项 what may be reviewed", body = LinkedRight),
        (status = 404, description = "链接无效 no such link", body = ProblemDocument,
            example = json!({"code": "no_such_link", "title": "评价链接无效，请从办件或回执重新打开"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn read(
    State(desk): State<Desk>,
    Segment(token): Segment<String>,
) -> Result<Json<LinkedRight>, Problem> {
    let (_, loaded) = links::open(&desk, &token).await?;
    Ok(Json(LinkedRight::of(&loaded.state, desk.host.clock.now())))
}

/// 凭链接评价: once, by whoever holds the link; never from a counter.
#[utoipa::path(
    post, path = "/v1/links/{token}", tag = "links", operation_id = "give_review_by_link",
    summary = "凭链接评价 Review by a link",
    params(
        ("token" = String, Path, description = "链接凭证 token of the link", example = "AUx3"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
        ("tongban-device" = Option<String>, Header, description = "设备标识 what the device says it is", example = "7f9c2ba4e88f827d616045507605853e"),
    ),
    request_body(content = ReviewOpinion, description = "评价内容 the review"),
    responses(
        (status = 201, description = "已评价 taken", body = ReviewView),
        (status = 401, description = "登录凭证无效 a token that vouches for nobody", body = ProblemDocument,
            example = json!({"code": "invalid_token", "title": "登录凭证无效或已过期，请重新登录"})),
        (status = 403, description = "工作人员或窗口设备 an officer, or a device at a counter", body = ProblemDocument,
            example = json!({"code": "counter_device", "title": "窗口评价设备只出示二维码，不能提交评价"})),
        (status = 404, description = "链接无效 no such link", body = ProblemDocument,
            example = json!({"code": "no_such_link", "title": "评价链接无效，请从办件或回执重新打开"})),
        (status = 409, description = "已经评价或已过期 already reviewed, or too late", body = ProblemDocument,
            example = json!({"code": "already_reviewed", "title": "该办件已评价，一事一评"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn give(
    State(desk): State<Desk>,
    Segment(token): Segment<String>,
    OriginOf(origin): OriginOf,
    body: Body<ReviewOpinion>,
) -> Result<Response, Problem> {
    let (id, _) = links::open(&desk, &token).await?;
    let said = body.value.said(ReviewChannel::QrCode);
    let caller = Caller::service(HOLDER, tongban_telemetry::current_traceparent());
    // Nobody is signed in: keys of different rights must not meet.
    let request = body.request.map(|mut request| {
        request.account = format!("{HOLDER}:{id}");
        request
    });
    let answer =
        app::give(&desk, &id, said, Giver::Link, origin, &caller, request.as_ref()).await?;
    Ok(reply(answer).into_response())
}

/// 评价二维码: the link as a code, for receipts, the portal and kiosks.
#[utoipa::path(
    get, path = "/v1/links/{token}/code", tag = "links", operation_id = "read_review_code",
    summary = "评价二维码 Show a link as a QR code",
    params(("token" = String, Path, description = "链接凭证 token of the link", example = "AUx3")),
    responses(
        (status = 200, description = "二维码 the code", body = CodePicture, content_type = "image/svg+xml"),
        (status = 404, description = "链接无效 no such link", body = ProblemDocument,
            example = json!({"code": "no_such_link", "title": "评价链接无效，请从办件或回执重新打开"})),
    ),
    extensions(("x-access" = json!({"public": true}))),
)]
pub async fn code(
    State(desk): State<Desk>,
    Segment(token): Segment<String>,
) -> Result<Response, Problem> {
    links::open(&desk, &token).await?;
    let picture = picture(&format!("/reviews/v1/links/{token}"))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}

/// `text` as a picture of a QR code.
///
/// # Errors
/// When it is too long for one.
pub fn picture(text: &str) -> Result<String, Fault> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Fault::internal)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(200, 200).build())
}
