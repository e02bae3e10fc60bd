//! Objections as they are shown (查询异议).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::{CallCase, Purpose, ReadingFinding, ReadingMeasure};
use tongban_contracts::supermarket::Named;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::objection::{Objection, ObjectionStage, ReviewAsked, Said};
use crate::store::objection::Model;

/// An objection in a list (查询异议).
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectionListed {
    /// Identifier.
    #[schema(format = Uuid, example = "2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a")]
    pub id: String,
    /// Body that read (使用部门).
    #[schema(example = "海州区行政审批局（示例）")]
    pub reader: String,
    /// What was read (数据资源).
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource: String,
    /// Body that answers for the data (数源部门).
    #[schema(example = "海州区民政局（示例）")]
    pub source_body: String,
    /// Where it stands: `answering`, `answered`, `reviewing` or `closed` (异议状态).
    #[schema(example = "answering")]
    pub stage: String,
    /// What was found last: `lawful` or `unlawful` (认定结果).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("unlawful"))]
    pub finding: Option<String>,
    /// Last day of the step it waits for (办理期限).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-26"))]
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told to supervisors.
    #[schema(example = false)]
    pub overdue: bool,
}

impl From<Model> for ObjectionListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            reader: row.reader_name,
            resource: row.resource_name,
            source_body: row.source_body_name,
            stage: row.stage,
            finding: row.finding,
            due: row.due,
            overdue: row.overdue,
        }
    }
}

/// What was said about a reading (认定意见).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReadingWord {
    /// Credit code of the body that says it.
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Which officer says it; told to officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Named>,
    /// What was found.
    pub finding: ReadingFinding,
    /// Why (理由).
    #[schema(example = "该查询未对应在办办件，属违规查询")]
    pub reason: String,
    /// What was done (处理措施).
    pub measures: Vec<ReadingMeasure>,
    /// When.
    #[schema(example = "2026-03-20T02:00:00Z")]
    pub at: DateTime<Utc>,
}

impl ReadingWord {
    fn of(said: &Said, officer: bool) -> Self {
        Self {
            body: said.body.clone(),
            by: officer.then(|| said.by.clone()),
            finding: said.finding,
            reason: said.reason.clone(),
            measures: said.measures.clone(),
            at: said.at,
        }
    }
}

/// An objection (查询异议). Who objects is not in it: the objector knows, and the others need the reading alone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ObjectionView {
    /// Identifier.
    #[schema(example = "2a6f0c1d-8e3b-5d47-9f10-6b5c4d3e2f1a")]
    pub id: Uuid,
    /// The reading that is objected to (调用编号).
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub reading_id: Uuid,
    /// Body that read (使用部门).
    pub reader: Named,
    /// Body that answers for the data (数源部门).
    pub source_body: Named,
    /// What was read (数据资源).
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource: String,
    /// Keys of the items (信息项).
    #[schema(example = json!(["id_number", "state"]))]
    pub items: Vec<String>,
    /// What for (用途).
    pub purpose: Purpose,
    /// For which case (办件).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CallCase>,
    /// When it was read (查询时间).
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub read_at: DateTime<Utc>,
    /// The grant it rested on (授权); told to officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"))]
    pub grant_id: Option<Uuid>,
    /// Account that called; told to officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Named>,
    /// Who sat before the calling system (经办人); told to officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("王经办"))]
    pub operator: Option<String>,
    /// Why it is objected to (异议内容).
    #[schema(example = "本人没有申请过该事项")]
    pub text: String,
    /// When.
    #[schema(example = "2026-03-12T06:00:00Z")]
    pub raised_at: DateTime<Utc>,
    /// Where it stands.
    pub stage: ObjectionStage,
    /// Last day of the step it waits for (办理期限).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-26"))]
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told to supervisors (逾期).
    #[schema(example = false)]
    pub overdue: bool,
    /// Whether it went up to the supervisor without an answer (督办).
    #[schema(example = false)]
    pub escalated: bool,
    /// The answer of the body that read (答复).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ReadingWord>,
    /// What the objector asked the supervisor (复核申请).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewAsked>,
    /// The supervisor's decision; it is final (复核决定).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<ReadingWord>,
}

impl ObjectionView {
    /// The objection, for officers or for the objector: those see which body, these which of its people.
    pub fn of(id: Uuid, one: &Objection, officer: bool) -> Self {
        let reading = &one.raised.reading;
        Self {
            id,
            reading_id: reading.call_id,
            reader: reading.reader.clone(),
            source_body: reading.source_body.clone(),
            resource: reading.resource_name.clone(),
            items: reading.items.clone(),
            purpose: reading.purpose,
            case: reading.case.clone(),
            read_at: reading.at,
            grant_id: officer.then_some(reading.grant_id),
            caller: officer.then(|| reading.caller.clone()),
            operator: reading.operator.clone().filter(|_| officer),
            text: one.raised.text.clone(),
            raised_at: one.raised_at,
            stage: one.stage(),
            due: one.waits_for().map(|(_, due)| due),
            overdue: one.overdue,
            escalated: one.escalated,
            answer: one.answer.as_ref().map(|said| ReadingWord::of(said, officer)),
            review: one.review.clone(),
            decision: one.decision.as_ref().map(|said| ReadingWord::of(said, officer)),
        }
    }
}
