//! What supervision tells of credit (信用监管): events in the register, and the class that follows by rule.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;

/// Class of credit risk (信用风险分类), from low to high.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[schema(example = "C")]
pub enum CreditClass {
    /// A 类: low.
    A,
    /// B 类: fairly low.
    B,
    /// C 类: fairly high.
    C,
    /// D 类: high.
    D,
}

impl CreditClass {
    /// All of them, the lowest risk first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// Its letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    /// The class of a letter.
    pub fn of(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.letter() == letter)
    }
}

/// Where a credit event comes from (信用事件来源).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "inspection")]
pub enum CreditSource {
    /// 检查结果
    Inspection,
    /// 逾期未履行承诺
    Promise,
    /// 证照撤销、吊销
    Licence,
    /// 中介超市违约
    Supermarket,
    /// 其他系统报送
    Imported,
}

/// Whose credit it is (信用主体).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditSubject {
    /// Credit code, or the citizen's number (主体代码).
    #[schema(example = "91320706MA0000000X")]
    pub code: String,
    /// Name (主体名称).
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub name: String,
    /// Whether it is a natural person.
    #[schema(example = false)]
    pub natural_person: bool,
    /// Account at identity, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    pub account: Option<String>,
}

/// One event in the register (信用事件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditEntry {
    /// Identifies it; what is recorded again under it changes nothing (事件标识).
    #[schema(example = "inspection:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77:11320706MB0000004L:1")]
    pub id: String,
    /// Where it comes from.
    pub source: CreditSource,
    /// Its ground in the rule (事由).
    #[schema(example = "inspection.corrected")]
    pub ground: String,
    /// Points it adds; below zero it takes away (分值).
    #[schema(example = -20)]
    pub points: i32,
    /// Worst class that it leaves possible whatever the points, where the rule says so (一票否决).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_best: Option<CreditClass>,
    /// What happened.
    #[schema(example = "从业人员健康管理不符合要求，经责令已改正")]
    pub summary: String,
    /// Day it happened.
    #[schema(example = "2026-03-11")]
    pub occurred_on: NaiveDate,
    /// Last day it counts (有效期至).
    #[schema(example = "2027-03-11")]
    pub counts_until: NaiveDate,
    /// What shows it (佐证).
    pub evidence: EvidenceReference,
    /// Body that holds it true (认定单位).
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Account of the officer who established it, and may not decide on an objection to it.
    #[schema(example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    pub recorded_by: String,
    /// Version of the rule that gave points and term (规则版本).
    #[schema(example = "2026-1")]
    pub rule: String,
}

/// Where the record of what happened is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceReference {
    /// Service or system that keeps it.
    #[schema(example = "supervision")]
    pub service: String,
    /// What kind of thing it is.
    #[schema(example = "inspection")]
    pub kind: String,
    /// Which one.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
}

/// An event that counted for a class (计入事件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedEntry {
    /// The event.
    #[schema(example = "inspection:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77:11320706MB0000004L:1")]
    pub id: String,
    /// Its ground.
    #[schema(example = "inspection.corrected")]
    pub ground: String,
    /// Its points.
    #[schema(example = -20)]
    pub points: i32,
    /// Last day it counts.
    #[schema(example = "2027-03-11")]
    pub counts_until: NaiveDate,
}

/// A class and why it is that one (信用类别变更说明).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClassChange {
    /// Whose class.
    pub subject: CreditSubject,
    /// The class before.
    pub former: CreditClass,
    /// The class from now on.
    pub class: CreditClass,
    /// Points it follows from.
    #[schema(example = 70)]
    pub points: i32,
    /// What is added up with the events (基础分).
    #[schema(example = 90)]
    pub base: i32,
    /// Every event that counted.
    pub counted: Vec<CountedEntry>,
    /// Event that allows no better class, where one decided (一票否决事件).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("licence:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub bound_by: Option<String>,
    /// Version of the rule (规则版本).
    #[schema(example = "2026-1")]
    pub rule: String,
    /// Day it is judged by.
    #[schema(example = "2026-03-25")]
    pub on: NaiveDate,
}

/// What is asked of an event in the register (异议、修复).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditRequest {
    /// Identifies it (申请编号).
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// The event.
    #[schema(example = "inspection:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77:11320706MB0000004L:1")]
    pub entry: String,
    /// What for.
    pub kind: CreditRequestKind,
    /// In the subject's words.
    #[schema(example = "已按要求完成整改并作出信用承诺，申请信用修复")]
    pub statement: String,
    /// Last day for the answer; absent until the business days that it counts are known (答复截止日期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-08"))]
    pub due: Option<NaiveDate>,
}

/// What may be asked of an event in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "repair")]
pub enum CreditRequestKind {
    /// 异议: it is not true.
    Objection,
    /// 信用修复: it was made good.
    Repair,
}

/// History of somebody's credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum CreditEvent {
    /// 记录信用事件
    Recorded {
        /// Whose.
        subject: CreditSubject,
        /// What.
        entry: Box<CreditEntry>,
    },
    /// 注销信用事件: its source says that it does not hold.
    Cancelled {
        /// The event.
        #[schema(example = "inspection:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77:11320706MB0000004L:1")]
        entry: String,
        /// Why.
        #[schema(example = "检查结果已更正")]
        reason: String,
    },
    /// 更正信用事件: its source says it in other words; points and term stay.
    Restated {
        /// The event.
        #[schema(example = "penalty:019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        entry: String,
        /// What is said from now on.
        #[schema(example = "罚款金额更正为 2000 元")]
        summary: String,
        /// Why.
        #[schema(example = "复议变更")]
        reason: String,
    },
    /// 提出异议、申请修复
    Requested(CreditRequest),
    /// 确定答复截止日期: the business days it counts are known by now.
    DueSet {
        /// The request.
        #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        request: String,
        /// Last day for the answer.
        #[schema(example = "2026-04-08")]
        due: NaiveDate,
    },
    /// 答复异议、修复申请
    Answered {
        /// The request.
        #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        request: String,
        /// Whether it is granted: the event no longer counts.
        #[schema(example = true)]
        granted: bool,
        /// Reason.
        #[schema(example = "经核查，已完成整改，准予修复")]
        reason: String,
    },
    /// 复核: judged again by the clock or by another version of the rule, and the class stays.
    Judged {
        /// The day it was judged by.
        #[schema(example = "2027-03-12")]
        on: NaiveDate,
        /// Version of the rule (规则版本).
        #[schema(example = "2026-1")]
        rule: String,
    },
    /// 类别变更
    ClassChanged(Box<ClassChange>),
}

impl DomainEvent for CreditEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "credit";
}
