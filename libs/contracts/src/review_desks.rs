//! What review aggregation tells of the ways by which reviews reach it: devices at counters, other systems, and
//! pushed reviews whose case is not known yet.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;
use crate::review_sources::ReviewChannel;

/// A device that faces people at a counter (窗口评价设备). It shows codes and can never give a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CounterDevice {
    /// Body of the counter.
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Region.
    pub region: RegionCode,
    /// Window (窗口编号).
    #[schema(example = "A03")]
    pub window: String,
    /// Keyed hash of what the device says it is.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e2")]
    pub device: String,
}

/// History of a device at a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum CounterEvent {
    /// 登记设备
    Registered(Box<CounterDevice>),
    /// 出示评价二维码: it shows the code of a right.
    Shown {
        /// The right.
        #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        review: String,
    },
    /// 停用设备: it still can give no review.
    Retired {
        /// Why.
        #[schema(example = "设备更换")]
        reason: String,
    },
}

impl DomainEvent for CounterEvent {
    const SERVICE: &'static str = "reviews";
    const AGGREGATE: &'static str = "counter";
}

/// Another system that may push services and reviews (评价来源系统).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushingSystem {
    /// Its account at identity.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub account: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理许可系统（示例）")]
    pub name: String,
    /// Region whose bodies it may tell of.
    pub region: RegionCode,
}

/// History of a pushing system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PushingSystemEvent {
    /// 登记
    Registered(PushingSystem),
    /// 更换密钥: the key of before is no longer taken.
    Rekeyed,
    /// 停用
    Retired {
        /// Why.
        #[schema(example = "系统下线")]
        reason: String,
    },
}

impl DomainEvent for PushingSystemEvent {
    const SERVICE: &'static str = "reviews";
    const AGGREGATE: &'static str = "pushing_system";
}

/// A review as another system pushed it (来源系统评价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushedReview {
    /// Account of the system.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub system: String,
    /// Body of the system.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Region within its reach.
    pub region: RegionCode,
    /// Its identifier there.
    #[schema(example = "PJ202603140001")]
    pub id: String,
    /// Number of the case (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub case_number: String,
    /// Number of the service within the case (服务编号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2"))]
    pub service_number: Option<String>,
    /// Stars, 5 for the best.
    #[schema(example = 2)]
    pub stars: u8,
    /// Codes of the national tags chosen.
    #[schema(example = json!(["209"]))]
    pub tags: Vec<String>,
    /// Free text, numbers of persons masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "超过承诺时间没有办完")]
    pub text: Option<String>,
    /// By which way it was given there.
    pub channel: ReviewChannel,
    /// When it was given there.
    #[schema(example = "2026-03-14T12:20:00Z")]
    pub said_at: DateTime<Utc>,
    /// Whether silence was counted as it (默认评价).
    #[serde(default)]
    #[schema(example = false)]
    pub is_default: bool,
}

/// History of a pushed review whose case was not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum HeldReviewEvent {
    /// 待匹配: kept apart.
    Held(Box<PushedReview>),
    /// 已匹配: the case came, the review was taken.
    Matched {
        /// The right it was given by.
        #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        review: String,
    },
    /// 未采纳: the case came, and the review could not be taken.
    Dropped {
        /// Code of the refusal.
        #[schema(example = "already_reviewed")]
        code: String,
        /// In words.
        #[schema(example = "该办件已评价，一事一评")]
        reason: String,
    },
}

impl DomainEvent for HeldReviewEvent {
    const SERVICE: &'static str = "reviews";
    const AGGREGATE: &'static str = "held_review";
}
