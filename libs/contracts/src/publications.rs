//! What supervision tells of published results (结果公示): when they are due, shown, corrected or withdrawn.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;

/// What is published (公示类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "inspection")]
pub enum PublicationKind {
    /// 抽查检查结果
    Inspection,
    /// 行政处罚: an ordinary penalty.
    Penalty,
    /// 行政处罚（数额较小）: a small one, shown for a shorter time.
    SmallPenalty,
}

/// What is to be published, and by when (公示事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicationDuty {
    /// What kind of thing it is.
    pub kind: PublicationKind,
    /// Number of the visit or the penalty (文书编号).
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// The visit or task it comes from, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub task_id: Option<String>,
    /// What the visit or penalty was about, by name (抽查任务 / 处罚案由).
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub title: String,
    /// Matters inspected (抽查事项).
    #[schema(example = json!(["餐饮服务提供者食品安全监督检查"]))]
    pub matters: Vec<String>,
    /// Body whose result it is (公示单位).
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Credit code or citizen's number (当事人代码).
    #[schema(example = "91320706MA0000000X")]
    pub subject_code: String,
    /// Name (当事人).
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub subject_name: String,
    /// Whether it is a natural person, who is shown masked.
    #[schema(example = false)]
    pub natural_person: bool,
    /// Who inspected.
    #[schema(example = json!(["丁示例（11320706000101）"]))]
    pub inspectors: Vec<String>,
    /// Day the check ended or the penalty was decided.
    #[schema(example = "2026-03-11")]
    pub ended_on: NaiveDate,
    /// Last day for its publication; absent until the business days that it counts are known (公示截止日期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-09"))]
    pub due: Option<NaiveDate>,
    /// What is said.
    pub text: PublishedText,
}

/// What is said of the result (公示内容).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedText {
    /// Code of the result; absent for penalties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("E"))]
    pub code: Option<String>,
    /// In words.
    #[schema(example = "从业人员健康管理不符合要求，经责令已改正")]
    pub summary: String,
    /// What was done about it (后续处理).
    #[schema(example = "责令改正，已改正")]
    pub handling: String,
}

/// What became of a decision on a penalty (处罚决定变动情形).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "revoked")]
pub enum PenaltyFate {
    /// 依法变更: it holds with another content.
    Changed,
    /// 依法撤销
    Revoked,
    /// 确认违法
    Unlawful,
    /// 确认无效
    Void,
}

/// A decision that no longer holds as it was published (处罚决定变动).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PenaltyChange {
    /// What became of it.
    pub fate: PenaltyFate,
    /// The paper that says so (依据文书编号).
    #[schema(example = "海政复决〔2026〕示例 3 号")]
    pub basis: String,
    /// Day on which it did.
    #[schema(example = "2026-05-06")]
    pub on: NaiveDate,
    /// Last day for withdrawing or correcting what is shown; absent until the business days that it counts are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-05-11"))]
    pub due: Option<NaiveDate>,
}

/// History of what is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PublicationEvent {
    /// 应公示: there is a result to publish, and a day to do it by.
    Due(Box<PublicationDuty>),
    /// 确定截止日期: the business days it counts are known by now.
    DueSet {
        /// Last day for its publication; after a change of the decision, for its withdrawal or correction.
        #[schema(example = "2026-04-09")]
        due: NaiveDate,
    },
    /// 待公示内容变更: the result changed before it was published.
    Changed {
        /// What is to be said now.
        text: PublishedText,
        /// Why.
        #[schema(example = "经责令已改正")]
        reason: String,
    },
    /// 公示
    Published {
        /// What is said, complete in itself.
        duty: Box<PublicationDuty>,
        /// Last day it is shown (公示期限).
        #[schema(example = "2031-03-11")]
        shown_until: NaiveDate,
    },
    /// 逾期未公示: the day went by.
    Overdue {
        /// The day that went by.
        #[schema(example = "2026-04-09")]
        due: NaiveDate,
    },
    /// 更正: shown from now on with another text; the former stays readable.
    Corrected {
        /// What is said from now on.
        duty: Box<PublicationDuty>,
        /// Why.
        #[schema(example = "经责令已改正")]
        reason: String,
    },
    /// 处罚决定变动: what is shown has to be withdrawn, or corrected where the decision was changed.
    Overruled(PenaltyChange),
    /// 逾期未撤回: the day for withdrawing or correcting it went by.
    WithdrawalOverdue {
        /// The day that went by.
        #[schema(example = "2026-05-11")]
        due: NaiveDate,
    },
    /// 撤回: no longer held to be true; stays readable as withdrawn.
    Withdrawn {
        /// Why.
        #[schema(example = "原检查结果经复议撤销")]
        reason: String,
    },
}

impl DomainEvent for PublicationEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "publication";
}
