//! What is shown of the handling of a bad review.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tongban_contracts::handlings::{AppealGround, CallBackOutcome, HandlingStep};
use tongban_contracts::review_sources::ReviewChannel;
use utoipa::ToSchema;

use super::reviews::ChosenTag;
use crate::domain::facts::TagCheck;
use crate::domain::handling::{Appeal, Handling, HandlingStage};
use crate::domain::tags::Catalogue;
use crate::store::handling::Model;
use crate::store::moment;

/// A clock that runs (期限).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandlingClock {
    /// For which step.
    step: HandlingStep,
    /// When it ends.
    #[schema(example = "2026-03-20T16:00:00Z")]
    ends: DateTime<Utc>,
    /// Whether it ran out, and that was told.
    #[schema(example = false)]
    overdue: bool,
}

/// One officer's judgement of an appeal (复核意见).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppealJudgement {
    /// Account of the officer.
    #[schema(example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    by: String,
    /// Whether the review is to be excluded.
    #[schema(example = true)]
    exclude: bool,
    /// Reasons.
    #[schema(example = "所述窗口不属于该单位，属于误评")]
    reason: String,
}

/// The body's appeal (申诉).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppealView {
    /// Why.
    ground: AppealGround,
    /// Reasons.
    #[schema(example = "评价内容针对另一部门的事项")]
    reason: String,
    /// Judgements so far; it takes two to exclude.
    judgements: Vec<AppealJudgement>,
    /// Whether the review is excluded; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(true))]
    upheld: Option<bool>,
}

impl From<&Appeal> for AppealView {
    fn from(appeal: &Appeal) -> Self {
        let judgements = appeal.judgements.iter().map(|one| AppealJudgement {
            by: one.by.clone(),
            exclude: one.exclude,
            reason: one.reason.clone(),
        });
        Self {
            ground: appeal.ground,
            reason: appeal.reason.clone(),
            judgements: judgements.collect(),
            upheld: appeal.upheld,
        }
    }
}

/// A bad review as it is dealt with (差评处理). It does not say whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandlingView {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// The review.
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    review: String,
    /// Number of the case (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    case_number: String,
    /// Name of the matter (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    matter_name: String,
    /// Body to deal with it (责任单位).
    #[schema(example = "11320706MB0000001B")]
    body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    body_name: String,
    /// Stars, 1 or 2.
    #[schema(example = 1)]
    stars: u8,
    /// Tags chosen.
    #[schema(example = json!([{"code": "110", "name": "无理由超过法定办理时间"}]))]
    tags: Vec<ChosenTag>,
    /// Those tags that the case can say something of, each with what it says (标签核验).
    checks: Vec<TagCheck>,
    /// Free text, numbers of persons masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("等了二十天没有人联系"))]
    text: Option<String>,
    /// By which way it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("portal"))]
    channel: Option<ReviewChannel>,
    /// When it was received.
    #[schema(example = "2026-03-13T02:00:00Z")]
    received_at: DateTime<Utc>,
    /// Where it stands.
    stage: HandlingStage,
    /// Which time it is dealt with.
    #[schema(example = 1)]
    round: u32,
    /// The clocks that run.
    clocks: Vec<HandlingClock>,
    /// How many clocks ran out so far (超期次数).
    #[schema(example = 0)]
    escalations: u32,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("经查，材料于第 12 日才转交审批人员"))]
    findings: Option<String>,
    /// What the person was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("已向您说明情况并致歉，证照今日送达"))]
    answer: Option<String>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("窗口与审批人员之间改为当日转交"))]
    measures: Option<String>,
    /// What the last call-back brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("satisfied"))]
    call_back: Option<CallBackOutcome>,
    /// What was said then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("本人表示满意"))]
    call_back_note: Option<String>,
    /// The body's appeal.
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal: Option<AppealView>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-04-08T02:00:00Z"))]
    ended_at: Option<DateTime<Utc>>,
}

impl HandlingView {
    /// The handling, with what the case says of its tags.
    pub fn of(id: &str, handling: &Handling, checks: Vec<TagCheck>, tags: &Catalogue) -> Self {
        let bad = &handling.bad;
        let chosen = bad.tags.iter().map(|code| ChosenTag {
            name: tags.name(code).unwrap_or(code).to_owned(),
            code: code.clone(),
        });
        let clocks = handling.clocks().into_iter().map(|(step, ends)| HandlingClock {
            step,
            ends,
            overdue: handling.overdue.contains(&step),
        });
        let (call_back, call_back_note) = handling.called_back.clone().unzip();
        Self {
            id: id.to_owned(),
            review: bad.review.clone(),
            case_number: bad.case_number.clone(),
            matter_name: bad.matter_name.clone(),
            body: bad.body.clone(),
            body_name: bad.body_name.clone(),
            stars: bad.stars,
            tags: chosen.collect(),
            checks,
            text: bad.text.clone(),
            channel: bad.channel,
            received_at: handling.received_at,
            stage: handling.stage,
            round: handling.round,
            clocks: clocks.collect(),
            escalations: handling.escalations,
            findings: handling.findings.clone(),
            answer: handling.answer.clone(),
            measures: handling.measures.clone(),
            call_back,
            call_back_note,
            appeal: handling.appeal.as_ref().map(AppealView::from),
            ended_at: handling.ended_at,
        }
    }
}

/// What somebody who reviewed sees of what became of it (差评办理进度).
#[derive(Debug, Serialize, ToSchema)]
pub struct HandlingProgress {
    /// Where it stands.
    stage: HandlingStage,
    /// Which time it is dealt with.
    #[schema(example = 1)]
    round: u32,
    /// Until when it is to be answered.
    #[schema(example = "2026-03-20T16:00:00Z")]
    answer_by: DateTime<Utc>,
    /// Until when it is to be put right.
    #[schema(example = "2026-04-07T16:00:00Z")]
    rectify_by: DateTime<Utc>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("已向您说明情况并致歉，证照今日送达"))]
    answer: Option<String>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("窗口与审批人员之间改为当日转交"))]
    measures: Option<String>,
}

impl From<&Handling> for HandlingProgress {
    fn from(handling: &Handling) -> Self {
        Self {
            stage: handling.stage,
            round: handling.round,
            answer_by: handling.terms.answer_by,
            rectify_by: handling.terms.rectify_by,
            answer: handling.answer.clone(),
            measures: handling.measures.clone(),
        }
    }
}

/// A bad review in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandlingListed {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    id: String,
    /// Number of the case.
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    case_number: String,
    /// Name of the matter.
    #[schema(example = "建筑工程施工许可证核发")]
    matter_name: String,
    /// Name of the body.
    #[schema(example = "海州区行政审批局（示例）")]
    body_name: String,
    /// Stars.
    #[schema(example = 1)]
    stars: i32,
    /// Where it stands.
    #[schema(example = "received")]
    stage: String,
    /// Which time it is dealt with.
    #[schema(example = 1)]
    round: i32,
    /// When it was received.
    #[schema(example = "2026-03-13T02:00:00Z")]
    received_at: DateTime<Utc>,
    /// When the next clock ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-16T16:00:00Z"))]
    due: Option<DateTime<Utc>>,
    /// Whether something is late.
    #[schema(example = false)]
    overdue: bool,
    /// How many clocks ran out so far.
    #[schema(example = 0)]
    escalations: i32,
    /// Whether an appeal is open.
    #[schema(example = false)]
    appealed: bool,
}

impl From<Model> for HandlingListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            case_number: row.case_number,
            matter_name: row.matter_name,
            body_name: row.body_name,
            stars: row.stars,
            stage: row.stage,
            round: row.round,
            received_at: moment(row.received_at),
            due: row.due.map(moment),
            overdue: row.overdue,
            escalations: row.escalations,
            appealed: row.appealed,
        }
    }
}
