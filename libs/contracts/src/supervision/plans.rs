//! Inspection plans (抽查计划).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use super::matters::{Frequency, InspectionKind, ObjectScope};
use crate::credit::CreditClass;
use crate::event::DomainEvent;

/// Kinds of plans (计划类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "yearly")]
pub enum PlanKind {
    /// 年度计划
    Yearly,
    /// 专项、临时计划
    AdHoc,
}

/// How many of a class are drawn (分级抽查比例).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatioRow {
    /// The class.
    pub grade: CreditClass,
    /// Ten thousandths of it.
    #[schema(maximum = 10000, example = 200)]
    pub rate: u32,
}

/// A dated table of ratios (抽查比例表). Provinces differ, and change theirs from year to year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatioTable {
    /// Identifier.
    #[schema(min_length = 1, max_length = 40, example = "henan-2021")]
    pub id: String,
    /// Name.
    #[schema(min_length = 1, max_length = 100, example = "河南省 2021 年分级抽查比例")]
    pub name: String,
    /// Year it is of.
    #[schema(minimum = 2015, maximum = 2100, example = 2021)]
    pub year: i32,
    /// Codes of the matters it is for; empty for all.
    #[serde(default)]
    #[schema(max_items = 200, example = json!(["SP-001"]))]
    pub matters: Vec<String>,
    /// Rates by class.
    #[schema(min_items = 1, max_items = 4)]
    pub rows: Vec<RatioRow>,
    /// Where it comes from (来源).
    #[schema(min_length = 1, max_length = 500, example = "河南省 2021 年公布的比例（网页）")]
    pub source: String,
    /// Whether it stands here as a sample only.
    #[schema(example = true)]
    pub sample: bool,
}

/// A matter of a task, as it was in force when the plan was drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryMatter {
    /// Identifier.
    #[schema(format = Uuid, example = "b0ad6a32-6d5c-5c55-8a4e-0f3b7d0c4e11")]
    pub id: String,
    /// Version.
    #[schema(example = 1)]
    pub revision: u32,
    /// Code.
    #[schema(example = "SP-001")]
    pub code: String,
    /// Name.
    #[schema(example = "餐饮服务监督检查")]
    pub name: String,
    /// General or key.
    pub kind: InspectionKind,
    /// The body that inspects for it in this task.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// How often an object may be drawn for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// Greatest share of the objects, in ten thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(3000))]
    pub ceiling: Option<u32>,
    /// Qualification an inspector needs.
    #[schema(example = "food")]
    pub qualification: String,
    /// Checklists.
    #[schema(example = json!(["CL-FOOD-01"]))]
    pub checklists: Vec<String>,
}

/// A body of a task (检查部门).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskBody {
    /// Unified social credit code.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Whether it leads (牵头部门).
    #[schema(example = true)]
    pub lead: bool,
    /// How many inspectors are drawn of it, two at least.
    #[schema(example = 2)]
    pub inspectors: u32,
}

/// Figures of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GradeFigures {
    /// The class.
    pub grade: CreditClass,
    /// Objects that can be drawn.
    #[schema(example = 12500)]
    pub objects: u64,
    /// Left out because they were drawn within a matter's limit.
    #[schema(example = 320)]
    pub recently_drawn: u64,
    /// Ten thousandths that are drawn.
    #[schema(example = 200)]
    pub rate: u32,
}

/// What an entry came to when the plan was generated (计划测算).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryFigures {
    /// By class.
    pub grades: Vec<GradeFigures>,
    /// Objects to draw.
    #[schema(example = 410)]
    pub number: u64,
}

/// An entry of a plan: one task (计划任务).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanEntry {
    /// Number within the plan.
    #[schema(example = "001")]
    pub id: String,
    /// Name.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub name: String,
    /// Matters inspected, all in one visit.
    pub matters: Vec<EntryMatter>,
    /// Bodies that inspect together.
    pub bodies: Vec<TaskBody>,
    /// Region of the objects: it and everything below.
    pub region: RegionCode,
    /// Whose objects.
    pub scope: ObjectScope,
    /// First day of inspections.
    #[schema(example = "2026-04-01")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-06-30")]
    pub until: NaiveDate,
    /// Why the usual ratio or frequency does not bind this entry; key matters only (例外说明).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("直接涉及公共安全的重点检查事项，随机抽取仅确定检查次序"))]
    pub exception: Option<String>,
    /// What it came to.
    pub figures: EntryFigures,
}

/// A plan (抽查计划).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionPlan {
    /// Name.
    #[schema(example = "海州区 2026 年度双随机抽查计划")]
    pub name: String,
    /// Kind.
    pub kind: PlanKind,
    /// Year.
    #[schema(example = 2026)]
    pub year: i32,
    /// Body that drafted it.
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region.
    pub region: RegionCode,
    /// The ratios it goes by.
    pub ratios: RatioTable,
    /// Its tasks.
    pub entries: Vec<PlanEntry>,
}

/// History of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PlanEvent {
    /// 编制
    Drafted(Box<InspectionPlan>),
    /// 修订: another draft in its place.
    Revised(Box<InspectionPlan>),
    /// 退回: to be drafted anew.
    Returned {
        /// Why.
        #[schema(example = "三季度任务过于集中")]
        reason: String,
    },
    /// 审批: approved by somebody else than who drafted it.
    Approved,
    /// 公布: open to everyone; its tasks begin.
    Published,
    /// 废止: no further tasks are drawn.
    Withdrawn {
        /// Why.
        #[schema(example = "机构改革，职责调整")]
        reason: String,
    },
}

impl DomainEvent for PlanEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "plan";
}
