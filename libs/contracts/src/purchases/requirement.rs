//! What is bought in the intermediary supermarket, and how (采购需求).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::{PrincipalKind, RegionCode};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who buys (采购人, 项目业主).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurchaseOwner {
    /// Account that published the purchase.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub account: String,
    /// Organisation, or officer of a body.
    pub kind: PrincipalKind,
    /// Name.
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub name: String,
    /// The body it buys for (统一社会信用代码), when an officer buys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("11320706MB0000001B"))]
    pub body: Option<String>,
}

impl PurchaseOwner {
    /// What tells one owner from another: the body an officer buys for, or the account.
    pub fn key(&self) -> &str {
        self.body.as_deref().unwrap_or(&self.account)
    }
}

/// Where the money comes from (资金来源).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FundSource {
    /// 财政资金
    Public,
    /// 社会资金
    Private,
}

/// How the agency is selected (选取方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SelectionMethod {
    /// 随机抽取: drawn from all who registered.
    RandomDraw,
    /// 竞价选取: the lowest valid price.
    LowestPrice,
    /// 均价选取: the valid price nearest to the mean.
    NearestMean,
    /// 信用择优: large list by credit, small list by weighted draw, the owner picks.
    CreditChoice,
    /// 直接选取: the owner names an agency, below a limit and with reasons.
    DirectChoice,
}

/// What a bid says (报价方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuoteType {
    /// 金额: an amount.
    Amount,
    /// 下浮率: a discount on the highest price.
    Discount,
}

/// Whether one of the qualifications is enough (资质要求).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// 满足其一
    Any,
    /// 全部满足
    All,
}

/// Qualifications an agency must hold (资质要求).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualificationNeed {
    /// One of them, or all.
    pub needed: Needed,
    /// Codes of qualifications; empty when none is asked for.
    #[schema(max_items = 10, example = json!(["surveying-b"]))]
    pub codes: Vec<String>,
}

/// Staff an agency must put forward (人员要求).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffNeed {
    /// Code of the professional qualification (执业资格).
    #[schema(max_length = 60, example = "registered-surveyor")]
    pub qualification: String,
    /// How many.
    #[schema(minimum = 1, maximum = 50, example = 1)]
    pub number: u32,
}

/// Agencies that must stay away, and why (回避). Reason and list belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseRecusal {
    /// Why (回避原因).
    #[schema(max_length = 300, example = "与采购人存在股权关系")]
    pub reason: String,
    /// Credit codes of the agencies (回避机构名单).
    #[schema(max_items = 50, example = json!(["91320706MA0000101N"]))]
    pub agencies: Vec<String>,
}

/// What is bought, and how (采购需求). Money is in fen (分), rates are in ten thousandths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurchaseRequirement {
    /// Number of the purchase (采购编号).
    #[schema(example = "CG-320706-20261123-7K3M9Q")]
    pub number: String,
    /// Name of the project (项目名称).
    #[schema(example = "海州区示例科技园一期工程")]
    pub project_name: String,
    /// Investment project code (投资项目代码, GB/T 40058-2021), when the project has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2611-320706-47-01-123459"))]
    pub project_code: Option<String>,
    /// The service, as the directory identifies it (中介服务事项).
    #[schema(example = "e9820bad-7a46-5afe-a175-bd322a91aa89")]
    pub service: String,
    /// Its name.
    #[schema(example = "规划测绘")]
    pub service_name: String,
    /// The approval matter it is needed for (关联审批事项).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("ee45007c-cb1d-5453-ba84-3120eaf5f632"))]
    pub matter_id: Option<Uuid>,
    /// The case it is needed for (关联办件).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub case_id: Option<Uuid>,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Where the money comes from.
    pub fund_source: FundSource,
    /// Budget, also the highest price (预算金额, 最高限价), in fen.
    #[schema(example = 3_000_000)]
    pub budget_fen: i64,
    /// How the agency is selected.
    pub method: SelectionMethod,
    /// What a bid says.
    pub quote: QuoteType,
    /// Least discount taken (下浮率下限), in ten thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(500))]
    pub discount_from: Option<u32>,
    /// Greatest discount taken (下浮率上限), in ten thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(3000))]
    pub discount_to: Option<u32>,
    /// Size of the large list by credit (大名单), with 信用择优.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(10))]
    pub large_list: Option<u32>,
    /// Size of the small list that is drawn from it (小名单), with 信用择优.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(3))]
    pub small_list: Option<u32>,
    /// The agency named and why, with 直接选取.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<DirectAward>,
    /// Qualifications.
    pub qualifications: QualificationNeed,
    /// Staff.
    pub staff: Vec<StaffNeed>,
    /// What is to be done (服务内容).
    #[schema(example = "一期工程用地范围 1:500 规划测绘及成果报告")]
    pub content: String,
    /// Time for the service in calendar days from the contract (服务时限).
    #[schema(example = 15)]
    pub service_days: u32,
    /// Who must stay away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recusal: Option<PurchaseRecusal>,
    /// Accounts of the witnesses of a draw (见证人).
    #[schema(example = json!(["0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11"]))]
    pub witnesses: Vec<String>,
    /// Telephone for complaints (投诉电话).
    #[schema(example = "0518-85400000")]
    pub complaint_phone: String,
    /// Until when agencies register (报名截止时间).
    #[schema(example = "2026-11-26T16:00:00Z")]
    pub registration_until: DateTime<Utc>,
}

/// The agency an owner names, and why (直接选取).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectAward {
    /// Identifier of the agency.
    #[schema(max_length = 64, example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    pub agency: String,
    /// Price agreed, in fen.
    #[schema(minimum = 1, example = 2_500_000)]
    pub price_fen: i64,
    /// Why this one (选取理由).
    #[schema(min_length = 10, max_length = 500, example = "承担前期勘测，资料衔接需要延续服务")]
    pub reason: String,
}

/// A purchase as published (采购公告).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedPurchase {
    /// Who buys.
    pub owner: PurchaseOwner,
    /// What and how.
    pub requirement: PurchaseRequirement,
    /// Which attempt it is (第几次采购), from 1.
    #[schema(example = 1)]
    pub attempt: u32,
    /// The failed purchase it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub repeats: Option<String>,
    /// What is unusual but no ground for refusal (提示), as stable codes.
    #[schema(example = json!(["region_unknown"]))]
    pub warnings: Vec<String>,
    /// Version of the published rules that it was judged by.
    #[schema(example = "2026-1")]
    pub rules: String,
}
