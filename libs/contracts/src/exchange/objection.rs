//! Objections to readings (查询异议): whose data were read asks the body that read them to account for it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::call::CallCase;
use super::resource::Purpose;
use crate::event::DomainEvent;
use crate::supermarket::Named;

/// The reading that is objected to, as it was recorded (被异议的查询).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ObjectedReading {
    /// The call (调用编号).
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub call_id: Uuid,
    /// The grant it rested on.
    #[schema(example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub grant_id: Uuid,
    /// The resource.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: Uuid,
    /// Its code.
    #[schema(example = "306011/000001")]
    pub resource_code: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// Body that read (使用部门).
    pub reader: Named,
    /// Body that answers for the data (数源部门).
    pub source_body: Named,
    /// Region of the resource.
    pub region: RegionCode,
    /// Account that called, a system's or an officer's.
    pub caller: Named,
    /// Who sat before the calling system, as it said (经办人).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("王经办"))]
    pub operator: Option<String>,
    /// What for (用途).
    pub purpose: Purpose,
    /// For which case (办件).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CallCase>,
    /// Keys of the items (信息项).
    #[schema(example = json!(["id_number", "state"]))]
    pub items: Vec<String>,
    /// When.
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// An objection (查询异议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ObjectionRaised {
    /// What is objected to.
    pub reading: ObjectedReading,
    /// Keyed hash of the number of the objector's identity document, as it stands in the call.
    #[schema(example = "5b1e0c0f5a8d4a5d9d3f6f1f2f4f8a90")]
    pub subject: String,
    /// Why; numbers of persons in it are masked (异议内容).
    #[schema(example = "本人没有申请过该事项")]
    pub text: String,
    /// Last day for the body's answer (答复期限).
    #[schema(example = "2026-03-26")]
    pub due: NaiveDate,
    /// Day after which it goes up to the supervisor without an answer (督办日期).
    #[schema(example = "2026-04-02")]
    pub escalates_after: NaiveDate,
}

/// What was found about a reading (认定结果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "unlawful")]
pub enum ReadingFinding {
    /// 查询合法
    Lawful,
    /// 查询违规
    Unlawful,
}

impl ReadingFinding {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lawful => "lawful",
            Self::Unlawful => "unlawful",
        }
    }
}

/// What was done about an unlawful reading (处理措施).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "grant_suspended")]
pub enum ReadingMeasure {
    /// 授权已暂停: nothing more is read by it until somebody takes it up again.
    GrantSuspended,
    /// 授权已终止
    GrantEnded,
    /// 已责成经办人员改正
    OfficerInstructed,
}

/// What an objection waits for (所处环节).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObjectionStep {
    /// 答复: the answer of the body that read.
    Answer,
    /// 复核: the supervisor's decision.
    Review,
}

/// History of an objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ObjectionEvent {
    /// 提出异议: by whoever the reading was about.
    Raised(Box<ObjectionRaised>),
    /// 答复: by the body that read.
    Answered {
        /// Who.
        by: Named,
        /// Credit code of that body.
        #[schema(example = "11320706MB0000001B")]
        body: String,
        /// What was found.
        finding: ReadingFinding,
        /// Why.
        #[schema(example = "该查询未对应在办办件，属违规查询")]
        reason: String,
        /// What was done.
        measures: Vec<ReadingMeasure>,
    },
    /// 逾期: a step was not done in time; for supervisors.
    Overdue {
        /// Which.
        step: ObjectionStep,
        /// Last day of the limit that passed.
        #[schema(example = "2026-03-26")]
        due: NaiveDate,
    },
    /// 督办: without an answer it went up to the supervisor, who may decide now.
    Escalated {
        /// Last day of the limit that passed.
        #[schema(example = "2026-04-02")]
        due: NaiveDate,
    },
    /// 申请复核: the objector asks the supervisor, once.
    ReviewAsked {
        /// Why.
        #[schema(example = "答复没有说明对应的办件")]
        reason: String,
        /// Last day for the decision (复核期限).
        #[schema(example = "2026-04-16")]
        due: NaiveDate,
    },
    /// 复核决定: by the supervisor; it is final.
    Reviewed {
        /// Who.
        by: Named,
        /// Credit code of the supervisor's body.
        #[schema(example = "11320700MB0000001L")]
        body: String,
        /// What was found.
        finding: ReadingFinding,
        /// Why.
        #[schema(example = "经核查，该查询没有对应办件")]
        reason: String,
        /// What was done.
        measures: Vec<ReadingMeasure>,
    },
}

impl DomainEvent for ObjectionEvent {
    const SERVICE: &'static str = "exchange";
    const AGGREGATE: &'static str = "objection";
}
