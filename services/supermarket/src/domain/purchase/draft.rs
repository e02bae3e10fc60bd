//! A requirement on its way to become a purchase (采购需求).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use tongban_calendar::Calendar;
use tongban_contracts::market::InvestmentProject;
use tongban_contracts::purchases::{
    DirectAward, FundSource, PurchaseOwner, QualificationNeed, QuoteType, SelectionMethod,
    StaffNeed,
};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::rules::PurchaseRules;

/// What an owner hands in (采购需求). Money is in fen (分), rates are in ten thousandths.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PurchaseDraft)]
pub struct Draft {
    /// Name of the project (项目名称).
    #[schema(min_length = 2, max_length = 200, example = "海州区示例科技园一期工程")]
    pub project_name: String,
    /// Investment project code (投资项目代码); public money needs one.
    #[serde(default)]
    #[schema(max_length = 40, examples("2611-320706-47-01-123459"))]
    pub project_code: Option<String>,
    /// The service, as the directory identifies it (中介服务事项).
    #[schema(min_length = 1, max_length = 64, example = "e9820bad-7a46-5afe-a175-bd322a91aa89")]
    pub service: String,
    /// The approval matter it is needed for (关联审批事项).
    #[serde(default)]
    #[schema(examples("ee45007c-cb1d-5453-ba84-3120eaf5f632"))]
    pub matter_id: Option<Uuid>,
    /// The case it is needed for (关联办件).
    #[serde(default)]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub case_id: Option<Uuid>,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Where the money comes from.
    pub fund_source: FundSource,
    /// Budget, also the highest price (预算金额, 最高限价), in fen.
    #[schema(minimum = 1, maximum = 100_000_000_000_i64, example = 3_000_000)]
    pub budget_fen: i64,
    /// How the agency is selected.
    pub method: SelectionMethod,
    /// What a bid says; an amount unless there are bids.
    #[serde(default = "amount")]
    pub quote: QuoteType,
    /// Least discount taken (下浮率下限), in ten thousandths.
    #[serde(default)]
    #[schema(maximum = 10_000, examples(500))]
    pub discount_from: Option<u32>,
    /// Greatest discount taken (下浮率上限), in ten thousandths.
    #[serde(default)]
    #[schema(maximum = 10_000, examples(3000))]
    pub discount_to: Option<u32>,
    /// Size of the large list (大名单), with 信用择优.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000, examples(10))]
    pub large_list: Option<u32>,
    /// Size of the small list (小名单), with 信用择优.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100, examples(3))]
    pub small_list: Option<u32>,
    /// The agency named and why, with 直接选取.
    #[serde(default)]
    pub direct: Option<DirectAward>,
    /// Qualifications asked for.
    pub qualifications: QualificationNeed,
    /// Staff asked for.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub staff: Vec<StaffNeed>,
    /// What is to be done (服务内容).
    #[schema(
        min_length = 5,
        max_length = 2000,
        example = "一期工程用地范围 1:500 规划测绘及成果报告"
    )]
    pub content: String,
    /// Time for the service in calendar days (服务时限).
    #[schema(minimum = 1, maximum = 1000, example = 15)]
    pub service_days: u32,
    /// Whether somebody must stay away (是否回避); then reason and list are needed.
    #[serde(default)]
    #[schema(example = true)]
    pub recusal: bool,
    /// Why (回避原因).
    #[serde(default)]
    #[schema(max_length = 300, examples("与采购人存在股权关系"))]
    pub recusal_reason: Option<String>,
    /// Credit codes of the agencies that must stay away (回避机构名单).
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["91320706MA0000101N"]))]
    pub recusal_agencies: Vec<String>,
    /// Accounts of the witnesses of a draw, one to three (见证人).
    #[serde(default)]
    #[schema(max_items = 3, example = json!(["0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11"]))]
    pub witnesses: Vec<String>,
    /// Telephone for complaints (投诉电话).
    #[schema(min_length = 5, max_length = 40, example = "0518-85400000")]
    pub complaint_phone: String,
    /// Until when agencies register (报名截止时间), by the platform's clock.
    #[schema(example = "2026-11-26T16:00:00Z")]
    pub registration_until: DateTime<Utc>,
    /// The failed purchase that this one repeats (重新采购).
    #[serde(default)]
    #[schema(max_length = 64, examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub repeats: Option<String>,
}

const fn amount() -> QuoteType {
    QuoteType::Amount
}

/// A service of the directory, as far as purchases ask for it.
#[derive(Debug, Clone, Default)]
pub struct ServiceFact {
    /// Its name.
    pub name: String,
    /// Matters that need it.
    pub matters: Vec<String>,
    /// Highest fee by its published standard, in fen (收费上限).
    pub cap_fen: Option<i64>,
}

/// The purchase that is repeated.
#[derive(Debug, Clone)]
pub struct Before {
    /// Whose it was, as [`PurchaseOwner::key`].
    pub owner: String,
    /// Of which service.
    pub service: String,
    /// Whether it failed.
    pub failed: bool,
    /// Which attempt it was.
    pub attempt: u32,
}

/// What is known of the world around a draft.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Who buys.
    pub owner: PurchaseOwner,
    /// Number of the purchase.
    pub number: String,
    /// The service, when the directory has it in force.
    pub service: Option<ServiceFact>,
    /// The project, when the construction platform told of it.
    pub project: Option<InvestmentProject>,
    /// Whether the region in the project code is a known one.
    pub region_known: bool,
    /// The purchase that is repeated, when it was found.
    pub before: Option<Before>,
    /// The published rules.
    pub rules: Arc<PurchaseRules>,
    /// Business days.
    pub calendar: Arc<Calendar>,
}

/// Fen as yuan, for people.
pub fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, (fen % 100).abs())
}
