//! What the intermediary supermarket tells the others of purchases (中介超市采购).

mod requirement;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use requirement::{
    DirectAward, FundSource, Needed, PublishedPurchase, PurchaseOwner, PurchaseRecusal,
    PurchaseRequirement, QualificationNeed, QuoteType, SelectionMethod, StaffNeed,
};

use crate::event::DomainEvent;

/// An agency that registered (报名).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurchaseRegistration {
    /// Identifier of the agency.
    #[schema(example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    pub agency: String,
    /// Account of the agency.
    #[schema(example = "agency.survey")]
    pub account: String,
    /// Its credit code.
    #[schema(example = "91320706MA0000102R")]
    pub code: String,
    /// Its name.
    #[schema(example = "示例测绘有限公司")]
    pub name: String,
    /// Staff put forward, by the agency's own identifiers (拟派人员).
    #[schema(example = json!(["S01"]))]
    pub staff: Vec<String>,
    /// Weight by credit in a draw (信用权重).
    #[schema(example = 100)]
    pub weight: u32,
    /// The bid, sealed until the end of registration (密封报价).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("AW5vbmNl…"))]
    pub sealed: Option<String>,
}

/// A bid, opened (开标结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenedBid {
    /// Whose.
    #[schema(example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    pub agency: String,
    /// What was offered: fen, or ten thousandths of discount.
    #[schema(example = 2_680_000)]
    pub quote: i64,
    /// What it comes to, in fen.
    #[schema(example = 2_680_000)]
    pub price_fen: i64,
    /// Why it does not count (无效原因), as a stable code; absent for a valid bid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("above_budget"))]
    pub invalid: Option<String>,
}

/// An agency that dropped out by a rule (退出选取).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DroppedAgency {
    /// Which.
    #[schema(example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    pub agency: String,
    /// The rule, as a stable code.
    #[schema(example = "agency_excluded")]
    pub rule: String,
    /// In words.
    #[schema(example = "机构已被清退，依规退出选取")]
    pub reason: String,
}

/// The award (中选).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurchaseAward {
    /// The agency.
    #[schema(example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    pub agency: String,
    /// Its credit code.
    #[schema(example = "91320706MA0000102R")]
    pub code: String,
    /// Its name.
    #[schema(example = "示例测绘有限公司")]
    pub name: String,
    /// Price, in fen.
    #[schema(example = 2_680_000)]
    pub price_fen: i64,
    /// How it came about (选取依据).
    #[schema(example = "随机抽取第 1 名")]
    pub ground: String,
    /// The draw it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub draw: Option<String>,
    /// Until when the award is on notice (中选公示截止).
    #[schema(example = "2026-11-30T16:00:00Z")]
    pub notice_until: DateTime<Utc>,
}

/// One of the two sides of a contract (合同双方).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseSide {
    /// 采购人
    Owner,
    /// 中介机构
    Agency,
}

/// An uploaded document (附件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurchaseDocument {
    /// The file.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub file_id: Uuid,
    /// Its name.
    #[schema(example = "服务合同.pdf")]
    pub name: String,
    /// SM3 of its content, in hexadecimal (文件摘要).
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub sm3: String,
}

/// A contract as uploaded (服务合同).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurchaseContract {
    /// Number (合同编号).
    #[schema(example = "HT-2026-0001")]
    pub number: String,
    /// Price, in fen.
    #[schema(example = 2_680_000)]
    pub price_fen: i64,
    /// When it was signed (签订日期).
    #[schema(example = "2026-12-01")]
    pub signed_on: NaiveDate,
    /// First day of the service.
    #[schema(example = "2026-12-02")]
    pub service_from: NaiveDate,
    /// Last day of the service.
    #[schema(example = "2026-12-16")]
    pub service_until: NaiveDate,
    /// The signed document.
    pub document: PurchaseDocument,
    /// Who uploaded it.
    pub uploaded_by: PurchaseSide,
}

/// Six marks of the owner, 1 to 5, 5 for the best (服务评价).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseMarks {
    /// 服务质量
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub quality: u8,
    /// 服务时效
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub timeliness: u8,
    /// 服务态度
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub attitude: u8,
    /// 服务收费
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub fees: u8,
    /// 服务规范
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub conduct: u8,
    /// 综合评价
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub overall: u8,
}

/// Why a service is stopped (服务中止事由).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopGround {
    /// 协商一致
    Agreed,
    /// 中介机构违约
    AgencyBreach,
    /// 采购人违约
    OwnerBreach,
    /// 不可抗力等客观原因
    Circumstances,
}

/// History of a purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PurchaseEvent {
    /// 发布采购公告: the notice is public, agencies may register.
    Published(Box<PublishedPurchase>),
    /// 报名: an agency registered.
    Registered(Box<PurchaseRegistration>),
    /// 撤回报名: an agency withdrew before the end.
    RegistrationWithdrawn {
        /// Which.
        #[schema(example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
        agency: String,
    },
    /// 报名截止、开标: nobody registers any more; the bids are open.
    RegistrationClosed {
        /// The bids, in order of registration.
        bids: Vec<OpenedBid>,
        /// Who dropped out meanwhile.
        dropped: Vec<DroppedAgency>,
    },
    /// 退出选取: agencies dropped out by a rule during the selection.
    Dropped {
        /// Who.
        dropped: Vec<DroppedAgency>,
    },
    /// 启动抽取: the draw was proposed.
    DrawProposed {
        /// Identifier of the draw.
        #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        draw: String,
        /// Agencies to be drawn from.
        #[schema(example = json!(["019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77"]))]
        candidates: Vec<String>,
    },
    /// 小名单产生: the owner picks from these.
    ShortListed {
        /// The draw.
        #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        draw: String,
        /// In the order of drawing.
        #[schema(example = json!(["019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77"]))]
        agencies: Vec<String>,
    },
    /// 中选: the award is on notice.
    Awarded(Box<PurchaseAward>),
    /// 中选确认: the notice is over; the contract is to be signed.
    AwardConfirmed {
        /// Last day for the contract (合同签订期限).
        #[schema(example = "2026-12-14")]
        contract_due: NaiveDate,
    },
    /// 上传合同
    ContractUploaded(Box<PurchaseContract>),
    /// 退回合同: the other side does not confirm.
    ContractReturned {
        /// Why.
        #[schema(example = "服务期限与公告不符")]
        reason: String,
    },
    /// 确认合同: the service begins.
    ContractConfirmed,
    /// 合同逾期未签
    ContractOverdue,
    /// 上传服务结果
    ResultDelivered {
        /// What was delivered.
        documents: Vec<PurchaseDocument>,
        /// Remark.
        #[schema(example = "规划测绘成果报告")]
        note: String,
    },
    /// 退回服务结果
    ResultReturned {
        /// Why.
        #[schema(example = "缺少控制点成果表")]
        reason: String,
    },
    /// 服务完成: accepted by the owner.
    ResultAccepted {
        /// Last day for the rating (评价期限).
        #[schema(example = "2027-06-01")]
        rating_due: NaiveDate,
    },
    /// 服务评价
    Rated {
        /// Six marks.
        marks: PurchaseMarks,
        /// In words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(examples("成果规范，交付及时"))]
        text: Option<String>,
    },
    /// 逾期默认评价: nobody rated in time; counted apart.
    RatingDefaulted,
    /// 服务中止
    Stopped {
        /// By whom.
        by: PurchaseSide,
        /// On which ground.
        ground: StopGround,
        /// Why.
        #[schema(example = "中介机构逾期三十日未提交成果")]
        reason: String,
    },
    /// 违约认定: an officer found on a breach that one side named.
    BreachDecided {
        /// Whether it was one.
        #[schema(example = true)]
        found: bool,
        /// Why.
        #[schema(example = "经核实，中介机构无正当理由未履行合同")]
        reason: String,
        /// The breach recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
        breach: Option<String>,
    },
    /// 流标: no agency could be selected.
    Failed {
        /// Why, as a stable code.
        #[schema(example = "too_few_registrations")]
        code: String,
        /// In words.
        #[schema(example = "报名机构不足 2 家")]
        reason: String,
    },
    /// 作废: taken back by the owner, or annulled by an officer.
    Cancelled {
        /// Why.
        #[schema(example = "项目取消")]
        reason: String,
    },
}

impl DomainEvent for PurchaseEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "purchase";
}
