//! A rule set as it is written down.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::digest;

/// The rules by which a machine may approve applications for a matter (机器审批规则).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Title (规则名称).
    #[schema(min_length = 1, max_length = 500, example = "老年人优待证办理机器审批规则")]
    pub title: String,
    /// What lets a machine decide this matter at all (机器审批依据).
    #[schema(min_length = 1, max_length = 500, example = "老年人权益保障法第五十三条")]
    pub basis: String,
    /// What the conditions read (输入项).
    #[schema(max_items = 64)]
    pub inputs: Vec<Input>,
    /// All of these hold, or a person decides (审批条件).
    #[schema(min_items = 1, max_items = 64)]
    pub conditions: Vec<Condition>,
}

impl RuleSet {
    /// SHA-256 over the set's canonical JSON (RFC 8785), hexadecimal: what a judgement names its rules by.
    pub fn digest(&self) -> String {
        digest::of(self)
    }
}

/// Types of inputs (数据类型).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleInputKind)]
pub enum Kind {
    /// 是否: `true` or `false`.
    Boolean,
    /// 整数: a whole number. Money is counted in fen (分).
    Integer,
    /// 文本: text or a code.
    Text,
    /// 日期: a civil day in China, `YYYY-MM-DD`.
    Date,
    /// 文本列表: a list of texts.
    TextList,
}

impl Kind {
    /// Its Chinese name.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Boolean => "是否",
            Self::Integer => "整数",
            Self::Text => "文本",
            Self::Date => "日期",
            Self::TextList => "文本列表",
        }
    }
}

/// Something that conditions read (输入项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleInput)]
pub struct Input {
    /// Its name in expressions (变量名).
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[a-z][a-z0-9_]*$",
        example = "birth_date"
    )]
    pub name: String,
    /// Type.
    pub kind: Kind,
    /// What it is, for people (含义).
    #[schema(min_length = 1, max_length = 500, example = "申请人出生日期")]
    pub meaning: String,
    /// Where it is had from.
    pub source: Source,
    /// The only values it may have, for texts and codes (值域); empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub choices: Vec<Choice>,
}

/// A value that an input may have (代码项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleInputChoice)]
pub struct Choice {
    /// In data (代码).
    #[schema(min_length = 1, max_length = 64, example = "1")]
    pub value: String,
    /// For people (名称).
    #[schema(min_length = 1, max_length = 500, example = "正常")]
    pub name: String,
}

/// Where an input is had from (数据来源).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = RuleInputSource)]
pub enum Source {
    /// 申请表单: a field that the applicant filled in.
    Form {
        /// JSON Pointer into the form.
        #[schema(max_length = 500, example = "/bank_account")]
        pointer: String,
    },
    /// 电子证照: a field on the face of the applicant's licence in force.
    Licence {
        /// Code of the type of licence (证照类型代码).
        #[schema(max_length = 500, example = "11100000000013338W032")]
        licence_type: String,
        /// Field of the face.
        #[schema(max_length = 500, example = "birth_date")]
        field: String,
    },
    /// 数据共享: an item of a resource, asked for through the exchange for the applicant.
    Exchange {
        /// Code of the resource (资源编码).
        #[schema(max_length = 500, example = "306011/000001")]
        resource: String,
        /// Key of the item (字段名).
        #[schema(max_length = 500, example = "birth_date")]
        item: String,
    },
    /// 时钟: a day of the case itself.
    Clock {
        /// Which.
        day: Day,
    },
}

/// Days of a case (办件日期), in China's civil time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleInputDay)]
pub enum Day {
    /// 申请日: the application was handed in.
    Submitted,
    /// 受理日: it was accepted.
    Accepted,
    /// 审批日: it is judged.
    Judged,
}

/// Something that has to hold (审批条件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleCondition)]
pub struct Condition {
    /// Its number, by which people name it (条件编号).
    #[schema(min_length = 1, max_length = 64, example = "1")]
    pub number: String,
    /// What it demands, in the words of the rule (条件内容).
    #[schema(min_length = 1, max_length = 500, example = "申请之日年满六十周岁")]
    pub text: String,
    /// Where that is laid down (法律依据).
    #[schema(min_length = 1, max_length = 500, example = "老年人权益保障法第二条")]
    pub basis: String,
    /// The same in CEL (表达式).
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "full_years(birth_date, submitted_on) >= 60"
    )]
    pub expression: String,
}
