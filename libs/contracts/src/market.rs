//! What the intermediary supermarket tells the others besides purchases: complaints, investment projects,
//! purchases made outside, and the red and black list.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::DomainEvent;

/// A complaint about a purchase (投诉).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarketComplaint {
    /// The purchase.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub purchase: String,
    /// Its number (采购编号).
    #[schema(example = "CG-320706-20261123-7K3M9Q")]
    pub purchase_number: String,
    /// Region of the purchase.
    pub region: RegionCode,
    /// Account of who complains.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub account: String,
    /// Name of who complains.
    #[schema(example = "示例测绘有限公司")]
    pub name: String,
    /// What about (投诉事项).
    #[schema(example = "中选机构拟派人员证书已过期")]
    pub subject: String,
    /// Facts and what is asked for (事实与请求).
    #[schema(example = "拟派注册测绘师证书于公告期内到期，请求核查")]
    pub text: String,
    /// Last day to say whether it is taken up (受理期限).
    #[schema(example = "2026-11-30")]
    pub accept_due: NaiveDate,
}

/// History of a complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ComplaintEvent {
    /// 收到投诉
    Filed(Box<MarketComplaint>),
    /// 受理
    TakenUp {
        /// Last day for the decision (处理期限).
        #[schema(example = "2027-01-05")]
        decide_due: NaiveDate,
    },
    /// 不予受理
    Declined {
        /// Why.
        #[schema(example = "投诉事项不属于本平台采购活动")]
        reason: String,
    },
    /// 作出处理决定
    Decided {
        /// Whether the complaint is right (投诉成立).
        #[schema(example = true)]
        upheld: bool,
        /// Reasons.
        #[schema(example = "经查，人员证书已过期，投诉成立")]
        reason: String,
    },
    /// 超期: a clock ran out.
    Overdue {
        /// Which: `acceptance` or `decision`.
        #[schema(example = "decision")]
        step: String,
        /// The day it ran out.
        #[schema(example = "2027-01-05")]
        due: NaiveDate,
    },
}

impl DomainEvent for ComplaintEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "complaint";
}

/// An investment project as the construction platform knows it (投资项目).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvestmentProject {
    /// Project code (投资项目代码).
    #[schema(min_length = 24, max_length = 24, example = "2611-320706-47-01-123459")]
    pub code: String,
    /// Name (项目名称).
    #[schema(min_length = 2, max_length = 200, example = "海州区示例科技园一期工程")]
    pub name: String,
    /// Name of the developer (建设单位).
    #[schema(min_length = 2, max_length = 200, example = "云港示例建设有限公司（示例）")]
    pub developer: String,
    /// Whether it goes on; a project that was closed takes no further purchases (项目有效).
    #[schema(example = true)]
    pub active: bool,
}

/// History of an investment project as the supermarket knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ProjectEvent {
    /// 同步项目: told by the construction platform.
    Told(InvestmentProject),
}

impl DomainEvent for ProjectEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "project";
}

/// A report in a case that was not bought here (体外采购线索).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutsidePurchase {
    /// The case.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub case_id: String,
    /// Its number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub case_number: String,
    /// The matter.
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
    /// Its name.
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Body that handles it, which has to answer.
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Region.
    pub region: RegionCode,
    /// Name of the applicant.
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub applicant: String,
    /// The service that the report is the result of.
    #[schema(example = "e9820bad-7a46-5afe-a175-bd322a91aa89")]
    pub service: String,
    /// Its name.
    #[schema(example = "规划测绘")]
    pub service_name: String,
    /// Code of the material in the matter.
    #[schema(example = "M02")]
    pub material_code: String,
    /// Its name.
    #[schema(example = "规划测绘报告")]
    pub material_name: String,
    /// Last day for the body's answer (答复期限).
    #[schema(example = "2026-12-07")]
    pub answer_due: NaiveDate,
}

/// How a body explains a purchase outside (体外采购说明).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutsideGround {
    /// 无需采购: the applicant has the means to do it itself.
    OwnWork,
    /// 采购早于平台启用: bought before the supermarket covered the service.
    BoughtEarlier,
    /// 达到招标或政府采购限额: had to be tendered elsewhere.
    Tendered,
    /// 应采未采: should have been bought here.
    ShouldHaveBeen,
    /// 其他
    Other,
}

/// History of a purchase outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum OutsideEvent {
    /// 发现线索、要求说明: found; an answer is demanded.
    Found(Box<OutsidePurchase>),
    /// 作出说明: the body answered.
    Answered {
        /// On which ground.
        ground: OutsideGround,
        /// In words.
        #[schema(example = "该报告在服务事项纳入中介超市前已委托完成")]
        explanation: String,
    },
    /// 逾期未说明，提级督办
    Escalated {
        /// The day the clock ran out.
        #[schema(example = "2026-12-07")]
        due: NaiveDate,
    },
    /// 办结: an officer of the market looked at the answer.
    Closed {
        /// Whether it should have been bought here (属应采未采).
        #[schema(example = false)]
        should_have_been: bool,
        /// Reasons.
        #[schema(example = "说明属实")]
        reason: String,
    },
}

impl DomainEvent for OutsideEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "outside";
}

/// The two lists (红黑榜).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HonourColour {
    /// 红榜
    Red,
    /// 黑榜
    Black,
}

/// An entry in the red or black list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HonourEntry {
    /// Which list.
    pub colour: HonourColour,
    /// Identifier of the agency.
    #[schema(example = "019cd1a0-5a80-7c3e-9b61-2f6f5d0c1a77")]
    pub agency: String,
    /// Its account.
    #[schema(example = "agency.survey")]
    pub account: String,
    /// Its credit code.
    #[schema(example = "91320706MA0000102R")]
    pub code: String,
    /// Its name.
    #[schema(example = "示例测绘有限公司")]
    pub name: String,
    /// Version of the published rule.
    #[schema(example = "2026-1")]
    pub rule: String,
    /// Why (列入理由).
    #[schema(example = "一年内完成服务 5 项，平均评分 4.80，无违约")]
    pub reason: String,
    /// Purchases it rests on.
    #[schema(example = json!(["019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"]))]
    pub evidence: Vec<String>,
    /// Last day in the list (列入期限).
    #[schema(example = "2027-11-22")]
    pub until: NaiveDate,
    /// Until when the agency may object (异议期限).
    #[schema(example = "2026-12-07T16:00:00Z")]
    pub object_until: DateTime<Utc>,
}

/// History of an entry in the red or black list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum HonourEvent {
    /// 列入
    Listed(Box<HonourEntry>),
    /// 提出异议
    Objected {
        /// Why.
        #[schema(example = "所依据的评价已更正")]
        text: String,
    },
    /// 异议处理
    ObjectionDecided {
        /// Whether the agency is right; then the entry goes.
        #[schema(example = true)]
        upheld: bool,
        /// Reasons.
        #[schema(example = "经核实，异议成立，予以移出")]
        reason: String,
    },
    /// 期满移出
    Expired,
}

impl DomainEvent for HonourEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "honour";
}
