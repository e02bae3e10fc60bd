//! What the intermediary supermarket tells of breaches (中介超市违约失信行为), which count for credit.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;

/// A breach held to be true (违约失信行为).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SupermarketBreach {
    /// Credit code of who broke the rule (主体代码).
    #[schema(example = "91320706MA0000101N")]
    pub subject_code: String,
    /// Its name.
    #[schema(example = "示例测绘有限公司（示例）")]
    pub subject_name: String,
    /// Its account at identity, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    pub subject_account: Option<String>,
    /// Which rule, as a stable code (事由).
    #[schema(example = "contract_not_signed")]
    pub ground: String,
    /// What happened.
    #[schema(example = "中选后无正当理由不签订合同")]
    pub summary: String,
    /// Day it happened.
    #[schema(example = "2026-03-11")]
    pub occurred_on: NaiveDate,
    /// Body that holds it true (认定单位).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Region (行政区划).
    pub region: RegionCode,
    /// The purchase (采购项目).
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub purchase_id: String,
}

/// History of a breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum BreachEvent {
    /// 认定
    Recorded(Box<SupermarketBreach>),
    /// 撤销: it does not hold.
    Lifted {
        /// Why.
        #[schema(example = "经复核，未签约系采购人原因")]
        reason: String,
    },
}

impl DomainEvent for BreachEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "breach";
}
