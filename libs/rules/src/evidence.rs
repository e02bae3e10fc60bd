//! What a judgement leaves behind, so that it can be gone over later.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::given::Provenance;
use crate::set::Source;

/// What a machine may decide (机器审批结果). There is no denial among it, and none can be added by a rule set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MachineOutcome)]
pub enum Outcome {
    /// 准予: every condition holds.
    Approve,
    /// 转人工: a person decides.
    HandOver,
}

/// What became of an input (取数情况).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleInputTaken)]
pub enum Taken {
    /// 已取得
    Taken,
    /// 查无此项
    Absent,
    /// 未取得
    Failed,
    /// 无法识别: had, but not what the rules declare.
    Unreadable,
}

/// An input as it was read (输入凭据). Values are not in it: whoever has value and salt can show by the digest that
/// they are the ones that were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleInputEvidence)]
pub struct InputEvidence {
    /// Its name in expressions.
    #[schema(example = "birth_date")]
    pub name: String,
    /// Where it should be had from.
    pub source: Source,
    /// What became of it.
    pub taken: Taken,
    /// Where it was had from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    /// SHA-256 over the canonical JSON of name, salt and value, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Why it could not be had or read: stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("deadline"))]
    pub code: Option<String>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("在限定时间内没有取得“申请人出生日期”"))]
    pub reason: Option<String>,
}

/// What a condition came to (判定结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ConditionFinding)]
pub enum Finding {
    /// 成立
    Holds,
    /// 不成立
    Fails,
    /// 无法判定
    Unjudged {
        /// Stable code, such as `missing`, `division_by_zero` or that of an input that could not be had.
        code: String,
        /// Why, for people.
        reason: String,
    },
}

/// A condition as it was judged (判定过程).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConditionStep)]
pub struct Step {
    /// Number of the condition.
    #[schema(example = "1")]
    pub number: String,
    /// What was run.
    #[schema(example = "full_years(birth_date, submitted_on) >= 60")]
    pub expression: String,
    /// Names of the inputs it reads.
    pub inputs: Vec<String>,
    /// What it came to.
    pub finding: Finding,
}

/// Why a person has to decide (转人工原因).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandOverReason)]
pub struct Reason {
    /// Number of the condition.
    #[schema(example = "1")]
    pub condition: String,
    /// Stable code: `not_met`, or why it could not be judged.
    #[schema(example = "not_met")]
    pub code: String,
    /// For the officer who decides.
    #[schema(example = "条件 1“申请之日年满六十周岁”不成立（老年人权益保障法第二条）")]
    pub text: String,
}

/// What a machine found, whole (机器审批记录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MachineJudgement)]
pub struct Judgement {
    /// Language and meaning of the expressions, see [`LANGUAGE`](crate::LANGUAGE).
    #[schema(example = "tongban-rules/1")]
    pub language: String,
    /// Digest of the rule set, see [`RuleSet::digest`](crate::RuleSet::digest).
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub rules: String,
    /// Approve or hand over.
    pub outcome: Outcome,
    /// Why it was handed over: every condition that does not hold or could not be judged.
    pub reasons: Vec<Reason>,
    /// What became of each input, in the order of the rule set.
    pub inputs: Vec<InputEvidence>,
    /// What became of each condition, in the order of the rule set.
    pub trace: Vec<Step>,
}
