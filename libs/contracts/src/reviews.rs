//! What review aggregation tells the others: rights to review, and reviews given (好差评).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::DomainEvent;
use crate::review_sources::ReviewSource;
use crate::version::Upcast;

/// What a right to review is for (评价对象).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "case")]
pub enum ReviewKind {
    /// 一事一评: a completed case.
    #[default]
    Case,
    /// 一次一评: one service at a window.
    Window,
}

impl ReviewKind {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Window => "window",
        }
    }
}

/// One right to review one completed case (一事一评) or one service at a window (一次一评).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewRight {
    /// The completed case; of a window service, its own identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
    /// Number of the case (办件编号); of a service outside any case, the service's own.
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
    /// Region.
    pub region: RegionCode,
    /// Account of the applicant, who alone may use the right besides whoever holds its link; empty when the person
    /// served has none.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub applicant_account: String,
    /// What it is for.
    #[serde(default)]
    pub kind: ReviewKind,
    /// Number of the service within the case (服务编号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2"))]
    pub service_number: Option<String>,
    /// Window that served (窗口编号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("A03"))]
    pub window: Option<String>,
    /// Accounts, or another system's staff numbers, of those who are reviewed (被评价人员).
    #[serde(default)]
    #[schema(example = json!(["0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11"]))]
    pub officers: Vec<String>,
    /// Until when it may be used; absent for rights from before there was an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-12T16:00:00Z"))]
    pub expires_at: Option<DateTime<Utc>>,
    /// Account of the other system that told of the service; absent for our own (来源系统).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    pub system: Option<String>,
}

/// A photograph with a review (评价图片).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewPhoto {
    /// The uploaded file.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub file_id: Uuid,
    /// Its name.
    #[schema(example = "窗口.jpg")]
    pub name: String,
    /// SM3 of its content, in hexadecimal (文件摘要).
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub sm3: String,
}

/// Whose record a pushed review is (来源系统评价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewPushed {
    /// Account of the system that pushed it.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub system: String,
    /// Its identifier there.
    #[schema(example = "PJ202603140001")]
    pub id: String,
    /// When it was given there.
    #[schema(example = "2026-03-14T12:20:00Z")]
    pub said_at: DateTime<Utc>,
}

/// A review as given (评价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewGiven {
    /// Stars: 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意.
    #[schema(example = 5)]
    pub stars: u8,
    /// Codes of the national tags chosen (评价标签).
    #[schema(example = json!(["510", "513"]))]
    pub tags: Vec<String>,
    /// Free text, numbers of persons masked (文字评价).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "窗口人员很耐心")]
    pub text: Option<String>,
    /// Photographs (评价图片).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<ReviewPhoto>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ReviewSource>,
    /// Whose record it is, when another system pushed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<ReviewPushed>,
}

/// History of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ReviewEvent {
    /// 开放评价: the case is completed or the service given; it may be reviewed once.
    Opened(Box<ReviewRight>),
    /// 已评价
    Given(Box<ReviewGiven>),
    /// 默认评价: another system counts silence as a review. Never counted as given; the right stays open.
    Defaulted {
        /// Stars that the other system puts down.
        #[schema(example = 3)]
        stars: u8,
        /// Account of that system.
        #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
        system: String,
        /// From when it counts there.
        #[schema(example = "2026-03-21T12:20:00Z")]
        at: DateTime<Utc>,
    },
    /// 剔除: mistaken or malicious by the judgement of two officers; it no longer counts.
    Excluded {
        /// The handling in which that was judged.
        #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        handling: String,
    },
}

impl DomainEvent for ReviewEvent {
    const SERVICE: &'static str = "reviews";
    const AGGREGATE: &'static str = "review";

    /// What came with the second versions may be absent.
    fn upcasts() -> &'static [Upcast] {
        const STEPS: [Upcast; 2] = [
            Upcast { name: "opened", from: 1, to: "opened", data: Ok },
            Upcast { name: "given", from: 1, to: "given", data: Ok },
        ];
        &STEPS
    }
}
