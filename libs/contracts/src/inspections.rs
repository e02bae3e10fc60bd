//! What supervision tells of a visit on site (现场检查): its order, findings, results, corrections and hand-overs.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;

/// Whom a visit is paid to (检查对象), as the library of objects had it when the order was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitedObject {
    /// Identifier in the library of objects (检查对象名录库).
    #[schema(example = "91320706MA0000000X")]
    pub id: String,
    /// Credit code, or the citizen's number of a natural person (统一社会信用代码 / 公民身份号码).
    #[schema(example = "91320706MA0000000X")]
    pub code: String,
    /// Name (名称).
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub name: String,
    /// Whether it is a natural person, who is shown masked (自然人).
    #[schema(example = false)]
    pub natural_person: bool,
    /// Account at identity, where it has one: it reads its own orders and answers them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    pub account: Option<String>,
    /// Where the visit takes place (检查地点).
    #[schema(example = "江苏省连云港市海州区示例路 18 号")]
    pub address: String,
    /// Region (行政区划).
    pub region: RegionCode,
}

/// One thing to look at (检查内容).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChecklistItem {
    /// Code, unique within the visit's order.
    #[schema(example = "CL-FOOD-01.03")]
    pub code: String,
    /// What is to be looked at.
    #[schema(example = "从业人员持有效健康证明上岗")]
    pub text: String,
    /// Legal basis (依据).
    #[schema(example = "食品安全法 第四十五条")]
    pub basis: String,
    /// Whether it must be answered before a result may be given (重点项).
    #[schema(example = true)]
    pub key: bool,
}

/// An inspection matter with its checklist as of the order (抽查事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderedMatter {
    /// Identifier of the matter.
    #[schema(example = "SC-0101")]
    pub id: String,
    /// Name (抽查事项名称).
    #[schema(example = "餐饮服务提供者食品安全监督检查")]
    pub name: String,
    /// What is to be looked at.
    pub items: Vec<ChecklistItem>,
}

/// An inspector sent out (执法检查人员).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderedInspector {
    /// Identifier in the library of inspectors (执法检查人员名录库).
    #[schema(example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807")]
    pub id: String,
    /// The inspector's own account.
    #[schema(example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    pub account: String,
    /// Name (姓名).
    #[schema(example = "丁示例")]
    pub name: String,
    /// Number of the enforcement certificate (执法证号).
    #[schema(example = "11320706000101")]
    pub certificate: String,
}

/// What one body does in a visit; each decides its own (各单位分工).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderedPart {
    /// The body, by unified social credit code (检查单位).
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Whether it leads a joint visit (牵头单位).
    #[schema(example = true)]
    pub lead: bool,
    /// What it inspects.
    pub matters: Vec<OrderedMatter>,
    /// Whom it sends.
    pub inspectors: Vec<OrderedInspector>,
}

/// The order to visit one object, all bodies together (检查任务通知书).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitOrder {
    /// Number (任务书编号).
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// The task it belongs to (抽查任务).
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub task_id: String,
    /// Its name.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub task_name: String,
    /// Whom the visit is paid to.
    pub object: VisitedObject,
    /// What each body does.
    pub parts: Vec<OrderedPart>,
    /// First day of the visit (检查起始日期).
    #[schema(example = "2026-03-11")]
    pub from: NaiveDate,
    /// Last day (检查截止日期).
    #[schema(example = "2026-04-10")]
    pub until: NaiveDate,
    /// Short code printed beside the number; together they let anyone verify the order (查验码).
    #[schema(example = "7KQ2MXPA")]
    pub check_code: String,
}

/// How inspectors identified themselves (出示证件, 食品生产经营监督检查管理办法 art. 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownPaper {
    /// 执法证件: enforcement certificates.
    Certificate,
    /// 检查任务书: the order.
    Order,
}

/// A file kept as evidence (证据材料).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// The uploaded file.
    #[schema(format = Uuid, example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub file_id: String,
    /// Its name.
    #[schema(example = "后厨照片.jpg")]
    pub name: String,
    /// Media type.
    #[schema(example = "image/jpeg")]
    pub media_type: String,
    /// SM3 of its content, in hexadecimal (文件摘要).
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub sm3: String,
}

/// What was found of one thing to look at (检查情况).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 符合
    Conforming,
    /// 不符合
    Violating,
    /// 不适用
    NotApplicable,
}

/// A finding (检查记录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionFinding {
    /// The item of the checklist.
    #[schema(example = "CL-FOOD-01.03")]
    pub item: String,
    /// What was found.
    pub verdict: Verdict,
    /// In words; a violation needs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("两名从业人员健康证明过期"))]
    pub note: Option<String>,
    /// What shows it; a violation needs at least one file.
    pub evidence: Vec<Evidence>,
}

/// What the inspected did with the written result (签字确认, art. 34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Signature {
    /// 签字: signed.
    Signed {
        /// By whom.
        #[schema(example = "王示例")]
        name: String,
        /// In which position (职务).
        #[schema(example = "负责人")]
        position: String,
        /// The signed paper.
        paper: Evidence,
    },
    /// 拒绝签字, with a witness (见证人).
    RefusedWitnessed {
        /// What inspectors noted of it.
        #[schema(example = "当事人对检查结果有异议，拒绝签字")]
        note: String,
        /// The witness.
        #[schema(example = "李示例")]
        witness: String,
        /// Who that is.
        #[schema(example = "示例社区居民委员会工作人员")]
        affiliation: String,
    },
    /// 拒绝签字, on a recording (录音录像).
    RefusedRecorded {
        /// What inspectors noted of it.
        #[schema(example = "当事人对检查结果有异议，拒绝签字")]
        note: String,
        /// The recording, or what was taken of it.
        recording: Evidence,
    },
    /// 无法签字: nobody was met, as results 6, 7 and 9 to 12 have it; what shows it is in the evidence.
    NobodyMet {
        /// What inspectors noted of it.
        #[schema(example = "登记住所已无该单位，物业出具证明")]
        note: String,
        /// What shows it.
        proof: Evidence,
    },
}

/// An order to correct (责令改正通知书).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CorrectionOrder {
    /// What is to be put right.
    #[schema(example = json!(["两名从业人员取得有效健康证明后方可上岗"]))]
    pub requirements: Vec<String>,
    /// Last day (改正截止日期).
    #[schema(example = "2026-03-25")]
    pub due: NaiveDate,
}

/// The result of one body's part (检查结果), told in writing on the spot (art. 35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartResult {
    /// Code of the list of results (检查结果代码).
    #[schema(example = "3")]
    pub code: String,
    /// In words.
    #[schema(example = "从业人员健康管理不符合要求")]
    pub summary: String,
    /// The written notice (检查结果告知书).
    pub notice: Evidence,
    /// What the inspected did with it.
    pub signature: Signature,
    /// What is to be corrected, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<CorrectionOrder>,
}

/// The result as others read it (检查结果): complete in itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettledResult {
    /// The body whose result it is.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// The visit's number (任务书编号).
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// The task (抽查任务).
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub task_id: String,
    /// Its name.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub task_name: String,
    /// Whom the visit was paid to.
    pub object: VisitedObject,
    /// What was inspected, by name.
    #[schema(example = json!(["餐饮服务提供者食品安全监督检查"]))]
    pub matters: Vec<String>,
    /// Who inspected, by name and certificate.
    #[schema(example = json!(["丁示例（11320706000101）", "戊示例（11320706000102）"]))]
    pub inspectors: Vec<String>,
    /// Day of the visit's result.
    #[schema(example = "2026-03-11")]
    pub inspected_on: NaiveDate,
    /// Code of the result.
    #[schema(example = "E")]
    pub code: String,
    /// In words.
    #[schema(example = "从业人员健康管理不符合要求，经责令已改正")]
    pub summary: String,
    /// What was done about it (后续处理).
    #[schema(example = "责令改正，已改正")]
    pub handling: String,
    /// Whether nothing about it is open any more: no order to correct runs.
    #[schema(example = true)]
    pub settled: bool,
}

/// History of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum InspectionEvent {
    /// 下达任务书
    Ordered(Box<VisitOrder>),
    /// 合并检查: further bodies or matters join before the visit began; the whole order as it is now.
    Joined(Box<VisitOrder>),
    /// 调整检查人员: others are sent by one body.
    InspectorsReplaced {
        /// The body.
        #[schema(example = "11320706MB0000004L")]
        body: String,
        /// Whom it sends now.
        inspectors: Vec<OrderedInspector>,
        /// Why.
        #[schema(example = "原检查人员执法资格到期")]
        reason: String,
    },
    /// 到场: one body's part of the visit began.
    Begun {
        /// The body.
        #[schema(example = "11320706MB0000004L")]
        body: String,
        /// Identifiers of the inspectors present.
        #[schema(example = json!(["5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807", "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190808"]))]
        present: Vec<String>,
        /// How they identified themselves.
        shown: ShownPaper,
    },
    /// 记录检查情况
    Found {
        /// The body.
        #[schema(example = "11320706MB0000004L")]
        body: String,
        /// What was found; a later finding of an item replaces the one before.
        findings: Vec<InspectionFinding>,
    },
    /// 告知检查结果
    Concluded {
        /// What was told, and what the inspected did with it.
        told: Box<PartResult>,
        /// As others read it.
        settled: Box<SettledResult>,
    },
    /// 逾期未改正: the day to correct by went by without a follow-up visit.
    CorrectionLapsed {
        /// The body.
        #[schema(example = "11320706MB0000004L")]
        body: String,
        /// The day that went by.
        #[schema(example = "2026-03-25")]
        due: NaiveDate,
    },
    /// 复查: a follow-up visit.
    FollowedUp {
        /// Whether all was put right.
        #[schema(example = true)]
        corrected: bool,
        /// What was seen.
        #[schema(example = "两名从业人员已取得有效健康证明")]
        note: String,
        /// What shows it.
        evidence: Vec<Evidence>,
        /// Identifiers of the inspectors present.
        #[schema(example = json!(["5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807", "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190808"]))]
        present: Vec<String>,
        /// As others read it.
        settled: Box<SettledResult>,
    },
    /// 移送: handed over to case handling.
    HandedOver {
        /// Number of the hand-over (移送书编号).
        #[schema(example = "双随机〔2026〕0001-0001-移01")]
        number: String,
        /// Body that is to handle the case (承办单位).
        #[schema(example = "11320706MB0000004L")]
        to_body: String,
        /// Its name.
        #[schema(example = "海州区市场监督管理局（示例）")]
        to_name: String,
        /// Why.
        #[schema(example = "责令改正逾期未改，涉嫌违法，依法移送立案")]
        reason: String,
        /// As others read it.
        settled: Box<SettledResult>,
    },
    /// 移送回执: the body that is to handle the case took it.
    HandoverReceived {
        /// The body that had handed over.
        #[schema(example = "11320706MB0000004L")]
        body: String,
        /// Number of the receipt (回执编号).
        #[schema(example = "海市监立〔2026〕3 号")]
        receipt: String,
    },
    /// 更正检查结果: a result was wrong.
    Amended {
        /// Why.
        #[schema(example = "复核认定原检查结果适用条款有误")]
        reason: String,
        /// As others read it from now on.
        settled: Box<SettledResult>,
    },
}

impl DomainEvent for InspectionEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "inspection";
}
