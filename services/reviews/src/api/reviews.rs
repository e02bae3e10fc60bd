//! `/reviews/v1/reviews/{case_id}`: one review of one case.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::review_sources::ReviewChannel;
use tongban_contracts::reviews::ReviewKind;
use tongban_kernel::{Fault, FaultKind};
use tongban_web::{Body, CallerOf, Problem, Segment, reply};
use utoipa::ToSchema;
use uuid::Uuid;

use super::origin::OriginOf;
use crate::app::give::Said;
use crate::app::{self, Desk};
use crate::domain::review::{Giver, Review};
use crate::domain::tags::Catalogue;

/// What the applicant has to say (评价).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOpinion {
    /// Stars: 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意.
    #[schema(minimum = 1, maximum = 5, example = 5)]
    stars: u8,
    /// Codes of national tags of that level (评价标签).
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["510", "513"]))]
    tags: Vec<String>,
    /// Free text (文字评价).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "窗口人员很耐心")]
    text: Option<String>,
    /// Photographs uploaded by the link of the right before (评价图片).
    #[serde(default)]
    #[schema(max_items = 5, example = json!([]))]
    photos: Vec<Uuid>,
    /// By which way; by default the portal, or by a link the code (评价渠道).
    #[serde(default)]
    #[schema(examples("mobile"))]
    channel: Option<ReviewChannel>,
}

impl ReviewOpinion {
    /// What is said, by `channel` when nothing else is.
    pub fn said(self, channel: ReviewChannel) -> Said {
        Said {
            stars: self.stars,
            tags: self.tags,
            text: self.text,
            photos: self.photos,
            channel: self.channel.unwrap_or(channel),
        }
    }
}

/// A tag as chosen (评价标签).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChosenTag {
    /// Code.
    #[schema(example = "510")]
    pub code: String,
    /// Its words.
    #[schema(example = "一窗受理一次办结")]
    pub name: String,
}

/// A review as given (评价).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    /// The case, or the service.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
    /// Whether a case or a service at a window was reviewed.
    pub kind: ReviewKind,
    /// Its number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub case_number: String,
    /// Identifier of the matter.
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
    /// Name of the matter (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Body that handled it (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Stars, 5 for the best.
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub stars: u8,
    /// The level in words (评价等级).
    #[schema(example = "非常满意")]
    pub level_name: String,
    /// The level's code, 1 for the best (评价等级代码, GB/T 39046-2020 table A.8).
    #[schema(example = "1")]
    pub level_code: String,
    /// Tags chosen (评价标签).
    #[schema(example = json!([{"code": "510", "name": "一窗受理一次办结"}, {"code": "513", "name": "可以全程网上办理"}]))]
    pub tags: Vec<ChosenTag>,
    /// Free text (文字评价).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "窗口人员很耐心")]
    pub text: Option<String>,
    /// Photographs (评价图片).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!([]))]
    pub photos: Vec<Uuid>,
    /// By which way it was given; unknown of the oldest (评价渠道).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("portal"))]
    pub channel: Option<ReviewChannel>,
    /// Whether two officers judged that it does not count (剔除).
    #[serde(default)]
    #[schema(example = false)]
    pub excluded: bool,
    /// When it was given (评价时间).
    #[schema(example = "2026-03-14T12:20:00Z")]
    pub given_at: DateTime<Utc>,
}

impl ReviewView {
    /// The review, when it was given. It does not say by whom.
    pub fn of(review: &Review, tags: &Catalogue) -> Option<Self> {
        let Review { right, given, .. } = review;
        let given = given.as_ref()?;
        let chosen = given.tags.iter().map(|code| ChosenTag {
            name: tags.name(code).unwrap_or(code).to_owned(),
            code: code.clone(),
        });
        Some(Self {
            case_id: right.case_id.clone(),
            kind: right.kind,
            case_number: right.case_number.clone(),
            matter_id: right.matter_id,
            matter_name: right.matter_name.clone(),
            body: right.body.clone(),
            body_name: right.body_name.clone(),
            stars: given.level.stars(),
            level_name: given.level.name_zh().to_owned(),
            level_code: given.level.code().to_owned(),
            tags: chosen.collect(),
            text: given.text.clone(),
            photos: given.photos.iter().map(|photo| photo.file_id).collect(),
            channel: given.source.as_ref().map(|source| source.channel),
            excluded: review.excluded,
            given_at: given.at,
        })
    }
}

/// 评价: by the applicant, once for each case.
#[utoipa::path(
    post, path = "/v1/reviews/{case_id}", tag = "reviews", operation_id = "give_review",
    summary = "评价办件 Review a case",
    params(
        ("case_id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
        ("tongban-device" = Option<String>, Header, description = "设备标识 what the device says it is", example = "7f9c2ba4e88f827d616045507605853e"),
    ),
    request_body(content = ReviewOpinion, description = "评价内容 the review"),
    responses(
        (status = 201, description = "已评价 taken", body = ReviewView),
        (status = 404, description = "没有可评价的该办件 no such case to review", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到可评价的办件，或无权查看"})),
        (status = 409, description = "已经评价 already reviewed", body = tongban_web::ProblemDocument,
            example = json!({"code": "already_reviewed", "title": "该办件已评价，一事一评"})),
    ),
    extensions(("x-access" = json!({"kinds": ["citizen", "organisation"], "scoped": true}))),
)]
pub async fn give(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(case_id): Segment<String>,
    OriginOf(origin): OriginOf,
    body: Body<ReviewOpinion>,
) -> Result<Response, Problem> {
    let said = body.value.said(ReviewChannel::Portal);
    let (by, request) = (Giver::Account, body.request.as_ref());
    let answer = app::give::give(&desk, &case_id, said, by, origin, &caller, request).await?;
    Ok(reply(answer).into_response())
}

/// 查看评价: for the applicant and the region's supervisors, never for the body reviewed.
#[utoipa::path(
    get, path = "/v1/reviews/{case_id}", tag = "reviews", operation_id = "read_review",
    summary = "查看评价 Read a review",
    params(("case_id" = Uuid, Path, description = "办件标识 identifier of the case", example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")),
    responses(
        (status = 200, description = "评价 the review", body = ReviewView),
        (status = 404, description = "没有该办件，或尚未评价 no such case, or not reviewed yet", body = tongban_web::ProblemDocument,
            example = json!({"code": "not_reviewed", "title": "该办件尚未评价"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["citizen", "organisation", "officer"], "roles": ["supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(case_id): Segment<String>,
) -> Result<Json<ReviewView>, Problem> {
    let loaded = desk.host.ledger.load::<Review>(&case_id).await?;
    let review = loaded.ok_or_else(|| Fault::not_found("该办件的评价"))?.state;
    review.may_read(&caller.principal)?;
    let view = ReviewView::of(&review, &desk.tags)
        .ok_or_else(|| Fault::new(FaultKind::NotFound, "not_reviewed", "该办件尚未评价"))?;
    Ok(Json(view))
}
