//! Inspection tasks (抽查任务).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::named;
use super::plans::PlanEntry;
use crate::event::DomainEvent;

/// Identifier of the task that an entry of a plan leads to.
pub fn task_id(plan: &str, entry: &str) -> Uuid {
    named("task", &format!("{plan}/{entry}"))
}

/// A task when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionTask {
    /// The plan.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub plan: String,
    /// Its name.
    #[schema(example = "海州区 2026 年度双随机抽查计划")]
    pub plan_name: String,
    /// Year.
    #[schema(example = 2026)]
    pub year: i32,
    /// The entry.
    pub entry: PlanEntry,
}

/// An inspector who was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawnInspector {
    /// Identifier.
    #[schema(format = Uuid, example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807")]
    pub id: String,
    /// Certificate.
    #[schema(example = "JS-HZ-0001")]
    pub certificate: String,
    /// Name.
    #[schema(example = "李检查（示例）")]
    pub name: String,
    /// Account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("7a1f0c52-3c1d-5e2a-9a3b-5d6e7f809102"))]
    pub account: Option<String>,
}

/// Why an inspector was replaced (更换原因).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "unqualified")]
pub enum ReplacementCause {
    /// 不能到场
    Unavailable,
    /// 资格到期或不符
    Unqualified,
    /// 抽取后发现利害关系
    ConflictFound,
}

/// An inspector replaced by the next of the draw's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectorReplacement {
    /// Body.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Who goes.
    #[schema(format = Uuid, example = "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807")]
    pub removed: String,
    /// Who comes.
    pub added: DrawnInspector,
    /// Kind of reason.
    pub cause: ReplacementCause,
    /// In words.
    #[schema(example = "执法证将于检查日前到期")]
    pub reason: String,
}

/// History of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum InspectionTaskEvent {
    /// 下达
    Opened(Box<InspectionTask>),
    /// 发起对象抽取
    ObjectDrawCalled {
        /// The draw.
        #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        draw: String,
        /// Candidates.
        #[schema(example = 25000)]
        candidates: u64,
        /// Left out, with reasons.
        #[schema(example = 320)]
        excluded: u64,
    },
    /// 对象已抽取
    ObjectsDrawn {
        /// The draw.
        #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        draw: String,
        /// How many.
        #[schema(example = 410)]
        number: u64,
    },
    /// 发起检查人员抽取
    InspectorDrawCalled {
        /// Of this body.
        #[schema(example = "11320706MB0000004L")]
        body: String,
        /// The draw.
        #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        draw: String,
    },
    /// 检查人员已抽取
    InspectorsDrawn {
        /// Of this body.
        #[schema(example = "11320706MB0000004L")]
        body: String,
        /// The draw.
        #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
        draw: String,
        /// In the order of drawing: the first two are the first team, and so on.
        inspectors: Vec<DrawnInspector>,
    },
    /// 派发: every object drawn has its visit.
    Dispatched {
        /// Visits of this task.
        #[schema(example = 395)]
        visits: u64,
        /// Objects whose visit for another task takes this one in (合并检查).
        #[schema(example = 15)]
        joined: u64,
    },
    /// 更换检查人员
    InspectorReplaced(Box<InspectorReplacement>),
    /// 取消
    Cancelled {
        /// Why.
        #[schema(example = "抽查事项已取消")]
        reason: String,
    },
}

impl DomainEvent for InspectionTaskEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "task";
}
