//! What is shown of requests.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::{ItemAnswer, RequestFiled, RequestStep};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::request::{AnswerGiven, Request, Stage, grant_id};
use crate::store::request::Model;

/// A request in a list (共享申请).
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestListed {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub id: String,
    /// Body that asks (使用部门).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// The resource.
    #[schema(format = Uuid, example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// Body that answers (数源部门).
    #[schema(example = "11320706MB0000003H")]
    pub source_body: String,
    /// Where it stands (申请状态).
    #[schema(example = "pending")]
    pub stage: String,
    /// Last day for the step it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-18"))]
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told to supervisors (是否逾期).
    #[schema(example = false)]
    pub overdue: bool,
}

impl From<Model> for RequestListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            body: row.body,
            body_name: row.body_name,
            resource_id: row.resource_id,
            resource_name: row.resource_name,
            source_body: row.source_body,
            stage: row.stage,
            due: row.due,
            overdue: row.overdue,
        }
    }
}

/// A request (共享申请).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DataRequestView)]
pub struct RequestView {
    /// Identifier.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub id: Uuid,
    /// What was asked.
    pub filed: RequestFiled,
    /// When.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub filed_at: DateTime<Utc>,
    /// Where it stands.
    pub stage: Stage,
    /// The step it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<RequestStep>,
    /// Last day for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-18"))]
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told to supervisors.
    #[schema(example = false)]
    pub overdue: bool,
    /// What was last said about each item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemAnswer>,
    /// The last answer or ruling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerGiven>,
    /// Why the body that asked objected (异议).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("核实监护关系须有该信息项"))]
    pub objection: Option<String>,
    /// Whether the authority ruled; that is final.
    #[schema(example = false)]
    pub ruled: bool,
    /// The grant, once anything was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44"))]
    pub grant_id: Option<Uuid>,
}

impl RequestView {
    /// The request.
    pub fn of(id: Uuid, request: &Request) -> Self {
        Self {
            id,
            filed: request.filed.clone(),
            filed_at: request.filed_at,
            stage: request.stage,
            waits_for: request.waits_for(),
            due: request.due,
            overdue: request.overdue,
            items: request.items.clone(),
            answer: request.answer.clone(),
            objection: request.objection.clone(),
            ruled: request.ruled,
            grant_id: request.granted.then(|| grant_id(id)),
        }
    }
}
