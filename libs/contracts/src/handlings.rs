//! What review aggregation tells of bad reviews and how they are dealt with (差评处理).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::DomainEvent;
use crate::review_sources::ReviewChannel;

/// A bad review that has to be dealt with (差评): one or two stars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadReview {
    /// The review.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub review: String,
    /// Number of the case (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub case_number: String,
    /// Identifier of the matter.
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
    /// Name of the matter (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Body to deal with it (责任单位).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Region.
    pub region: RegionCode,
    /// Accounts of those reviewed, who take no part in it.
    #[schema(example = json!(["0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11"]))]
    pub officers: Vec<String>,
    /// Stars, 1 or 2.
    #[schema(example = 1)]
    pub stars: u8,
    /// Codes of the tags chosen.
    #[schema(example = json!(["110"]))]
    pub tags: Vec<String>,
    /// Free text, numbers of persons masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "等了二十天没有人联系")]
    pub text: Option<String>,
    /// By which way it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ReviewChannel>,
}

/// A step of the handling that has a clock (差评处理环节).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(example = "answer")]
pub enum HandlingStep {
    /// 核实: who reviewed is contacted, what happened is verified.
    Verification,
    /// 答复
    Answer,
    /// 整改
    Rectification,
    /// 回访
    CallBack,
}

/// The moments at which the clocks of a round end (办理期限).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandlingTerms {
    /// For the verification.
    #[schema(example = "2026-03-16T16:00:00Z")]
    pub verify_by: DateTime<Utc>,
    /// For the answer.
    #[schema(example = "2026-03-20T16:00:00Z")]
    pub answer_by: DateTime<Utc>,
    /// For putting it right.
    #[schema(example = "2026-04-07T16:00:00Z")]
    pub rectify_by: DateTime<Utc>,
}

/// Why a body holds that a review should not count (申诉理由).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "mistaken")]
pub enum AppealGround {
    /// 误评: meant for somebody else, or another level was meant.
    Mistaken,
    /// 恶意评价
    Malicious,
}

/// What a call-back brought (回访结果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "satisfied")]
pub enum CallBackOutcome {
    /// 满意: it is closed.
    Satisfied,
    /// 不满意: it begins anew.
    Dissatisfied,
    /// 未接通: nobody was reached; it is tried again, and closed after the last attempt.
    Unreachable,
}

/// History of the handling of a bad review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum HandlingEvent {
    /// 收到差评: assigned to the body.
    Received {
        /// The review.
        bad: Box<BadReview>,
        /// Its clocks.
        terms: HandlingTerms,
        /// Version of the rules they follow.
        #[schema(example = "2026-11")]
        rules: String,
    },
    /// 已核实
    Verified {
        /// Whether the person was reached.
        #[schema(example = true)]
        contacted: bool,
        /// What was found.
        #[schema(example = "经查，材料于第 12 日才转交审批人员")]
        findings: String,
    },
    /// 已答复
    Answered {
        /// What the person was told.
        #[schema(example = "已向您说明情况并致歉，证照今日送达")]
        answer: String,
        /// Whether something remains to be put right.
        #[schema(example = true)]
        to_rectify: bool,
    },
    /// 已整改
    Rectified {
        /// What was done.
        #[schema(example = "窗口与审批人员之间改为当日转交")]
        measures: String,
    },
    /// 待回访: put right, or nothing to put right; the clock of the call-back runs.
    CallBackDue {
        /// Until when.
        #[schema(example = "2026-04-10T16:00:00Z")]
        by: DateTime<Utc>,
    },
    /// 已回访
    CalledBack {
        /// What it brought.
        outcome: CallBackOutcome,
        /// What was said.
        #[schema(example = "本人表示满意")]
        note: String,
    },
    /// 重新办理: the person is still not content.
    Reopened {
        /// Which round begins, from 2.
        #[schema(example = 2)]
        round: u32,
        /// Its clocks.
        terms: HandlingTerms,
    },
    /// 办结
    Closed {
        /// Whether the person was reached in the end.
        #[schema(example = true)]
        reached: bool,
    },
    /// 申诉: the body holds that the review should not count.
    Appealed {
        /// Why.
        ground: AppealGround,
        /// Reasons.
        #[schema(example = "评价内容针对另一部门的事项")]
        reason: String,
    },
    /// 复核意见: of one officer; it takes two who agree.
    Judged {
        /// Whether the review is to be excluded.
        #[schema(example = true)]
        exclude: bool,
        /// Reasons.
        #[schema(example = "所述窗口不属于该单位，属于误评")]
        reason: String,
    },
    /// 剔除: two officers agree; the review no longer counts.
    Excluded,
    /// 申诉不成立: the review counts on.
    AppealRejected,
    /// 超期: a clock ran out; told to those who supervise the body (升级督办).
    Overdue {
        /// Which.
        step: HandlingStep,
        /// When it ran out.
        #[schema(example = "2026-03-20T16:00:00Z")]
        at: DateTime<Utc>,
    },
}

impl DomainEvent for HandlingEvent {
    const SERVICE: &'static str = "reviews";
    const AGGREGATE: &'static str = "handling";
}
