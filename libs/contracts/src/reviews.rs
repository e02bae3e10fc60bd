//! What review aggregation tells the others: rights to review, and reviews given (好差评).

use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::DomainEvent;

/// One right to review one completed case (一事一评).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewRight {
    /// The completed case.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
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
    /// Region.
    pub region: RegionCode,
    /// Account of the applicant, who alone may use the right.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub applicant_account: String,
}

/// History of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ReviewEvent {
    /// 开放评价: the case is completed, the applicant may review it once.
    Opened(ReviewRight),
    /// 已评价
    Given {
        /// Stars: 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意.
        #[schema(example = 5)]
        stars: u8,
        /// Codes of the national tags chosen (评价标签).
        #[schema(example = json!(["510", "513"]))]
        tags: Vec<String>,
        /// Free text (文字评价).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "窗口人员很耐心")]
        text: Option<String>,
    },
}

impl DomainEvent for ReviewEvent {
    const SERVICE: &'static str = "reviews";
    const AGGREGATE: &'static str = "review";
}
