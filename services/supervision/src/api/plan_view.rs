//! What is asked for when a plan is drafted, and what is shown of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::supervision::{InspectionPlan, ObjectScope, PlanKind, TaskBody};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::domain::plan::{Plan, PlanStage};
use crate::store::plan::Model;

/// A matter of a task (任务事项).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryMatterRequest {
    /// The matter.
    #[schema(format = Uuid, min_length = 1, max_length = 64, example = "b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11")]
    pub matter: String,
    /// The body that inspects for it.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
}

/// A task of a plan (计划任务).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanEntryRequest {
    /// Name.
    #[schema(min_length = 1, max_length = 200, example = "2026 年餐饮服务单位部门联合抽查")]
    pub name: String,
    /// Matters, all inspected in one visit.
    #[schema(min_items = 1, max_items = 20)]
    pub matters: Vec<EntryMatterRequest>,
    /// Bodies, one of which leads; several make it a joint inspection (部门联合抽查).
    #[schema(min_items = 1, max_items = 10)]
    pub bodies: Vec<TaskBody>,
    /// Region of the objects: it and everything below.
    pub region: RegionCode,
    /// Whose objects; absent for all of the region.
    #[serde(default)]
    pub scope: Option<ObjectScope>,
    /// First day of inspections.
    #[schema(example = "2026-04-01")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-06-30")]
    pub until: NaiveDate,
    /// Why the usual ratio and frequency do not bind it; key matters only (例外说明).
    #[serde(default)]
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "直接涉及公共安全的重点检查事项，随机抽取仅确定检查次序"
    )]
    pub exception: Option<String>,
    /// With an exception: the share of every class, in ten thousandths; the table's when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10000, example = 10000)]
    pub rate: Option<u32>,
}

/// A plan to be drafted (计划内容).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// Name.
    #[schema(min_length = 1, max_length = 200, example = "海州区 2026 年度双随机抽查计划")]
    pub name: String,
    /// Kind.
    pub kind: PlanKind,
    /// Year.
    #[schema(minimum = 2020, maximum = 2100, example = 2026)]
    pub year: i32,
    /// Name of the caller's body.
    #[schema(min_length = 1, max_length = 200, example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region.
    pub region: RegionCode,
    /// Table of ratios.
    #[schema(min_length = 1, max_length = 40, example = "henan-2021")]
    pub ratio_table: String,
    /// Tasks.
    #[schema(min_items = 1, max_items = 500)]
    pub entries: Vec<PlanEntryRequest>,
}

/// A plan as it stands (抽查计划).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InspectionPlanView {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// Where it stands.
    pub stage: PlanStage,
    /// The same in Chinese.
    #[schema(example = "已公布")]
    pub stage_name: String,
    /// When it was drafted or revised last.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub drafted_at: DateTime<Utc>,
    /// When it was published (公布时间).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-12T02:00:00Z"))]
    pub published_at: Option<DateTime<Utc>>,
    /// Why it was returned last (退回理由).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("三季度任务过于集中"))]
    pub returned: Option<String>,
    /// Why it was withdrawn (废止理由).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("机构改革，职责调整"))]
    pub withdrawn: Option<String>,
    /// What is planned.
    pub plan: InspectionPlan,
}

impl InspectionPlanView {
    /// The view of a plan.
    pub fn of(id: &str, plan: &Plan) -> Self {
        Self {
            id: id.to_owned(),
            stage: plan.stage,
            stage_name: plan.stage.name_zh().to_owned(),
            drafted_at: plan.drafted_at,
            published_at: plan.published_at,
            returned: plan.returned.clone(),
            withdrawn: plan.withdrawn.clone(),
            plan: plan.plan.clone(),
        }
    }
}

/// A plan in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanListed {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// Name.
    #[schema(example = "海州区 2026 年度双随机抽查计划")]
    pub name: String,
    /// `yearly` or `ad_hoc`.
    #[schema(example = "yearly")]
    pub kind: String,
    /// Year.
    #[schema(example = 2026)]
    pub year: i32,
    /// Body.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region.
    #[schema(example = "320706")]
    pub region: String,
    /// Where it stands.
    #[schema(example = "published")]
    pub stage: String,
    /// Number of tasks.
    #[schema(example = 24)]
    pub tasks: i32,
}

impl From<Model> for PlanListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            kind: row.kind,
            year: row.year,
            body: row.body,
            body_name: row.body_name,
            region: row.region,
            stage: row.stage,
            tasks: row.tasks,
        }
    }
}
