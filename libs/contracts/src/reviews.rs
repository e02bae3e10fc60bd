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
    pub case_id: String,
    /// Its number (办件编号).
    pub case_number: String,
    /// Identifier of the matter.
    pub matter_id: Uuid,
    /// Name of the matter (事项名称).
    pub matter_name: String,
    /// Body that handled it (实施主体).
    pub body: String,
    /// Its name.
    pub body_name: String,
    /// Region.
    pub region: RegionCode,
    /// Account of the applicant, who alone may use the right.
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
        stars: u8,
        /// Codes of the national tags chosen (评价标签).
        tags: Vec<String>,
        /// Free text (文字评价).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

impl DomainEvent for ReviewEvent {
    const SERVICE: &'static str = "reviews";
    const AGGREGATE: &'static str = "review";
}
