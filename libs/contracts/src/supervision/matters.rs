//! The list of inspection matters (抽查事项清单).

use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use super::objects::ObjectKind;
use crate::event::DomainEvent;

/// Whether a matter's share of objects is limited (事项类别; 市场监管总局抽查事项清单).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "general")]
pub enum InspectionKind {
    /// 一般检查事项: the share drawn has a ceiling.
    General,
    /// 重点检查事项: no ceiling; a draw may fix the order only.
    Key,
}

/// How objects are inspected (检查方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "on_site")]
pub enum InspectionMethod {
    /// 现场检查
    OnSite,
    /// 书面检查
    Written,
    /// 网络监测
    Online,
    /// 抽样检测
    Sampling,
    /// 委托专业机构核查
    Commissioned,
}

/// How often one object may be drawn for the matter (同一对象频次上限).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    /// So many times at most …
    #[schema(minimum = 1, maximum = 50, example = 1)]
    pub times: u32,
    /// … within so many months.
    #[schema(minimum = 1, maximum = 60, example = 12)]
    pub months: u32,
}

/// A body that may inspect for the matter (实施部门).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatterBody {
    /// Unified social credit code.
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Name.
    #[schema(min_length = 1, max_length = 200, example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
}

/// Whose objects a matter concerns (检查对象范围); an empty list does not limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectScope {
    /// Kinds of objects.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub kinds: Vec<ObjectKind>,
    /// Industries, by the beginning of their code (行业代码, GB/T 4754).
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["62"]))]
    pub industries: Vec<String>,
    /// Licence types of which they hold one (证照类型代码).
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["11100000000013338W032"]))]
    pub licence_types: Vec<String>,
}

/// An entry of the list (抽查事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionMatter {
    /// Code, unique within the body (事项编号).
    #[schema(min_length = 1, max_length = 40, pattern = "^[A-Za-z0-9-]+$", example = "SP-001")]
    pub code: String,
    /// Name (抽查事项).
    #[schema(min_length = 1, max_length = 200, example = "餐饮服务监督检查")]
    pub name: String,
    /// Field (抽查领域).
    #[schema(min_length = 1, max_length = 100, example = "食品安全")]
    pub field: String,
    /// Legal basis (检查依据).
    #[schema(min_items = 1, max_items = 20, example = json!(["食品生产经营监督检查管理办法 第二十一条、第二十三条"]))]
    pub basis: Vec<String>,
    /// General or key.
    pub kind: InspectionKind,
    /// How often one object may be drawn. A key matter may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// Greatest share of its objects that a task may draw, in ten thousandths; for general matters only, and needed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10000, examples(3000))]
    pub ceiling: Option<u32>,
    /// How objects are inspected.
    #[schema(min_items = 1, max_items = 5)]
    pub methods: Vec<InspectionMethod>,
    /// The body that keeps the entry (发起部门).
    #[schema(min_length = 18, max_length = 18, example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Region it is kept for.
    pub region: RegionCode,
    /// Further bodies that may inspect for it (配合部门).
    #[serde(default)]
    #[schema(max_items = 30)]
    pub partners: Vec<MatterBody>,
    /// Whose objects.
    #[serde(default)]
    pub objects: ObjectScope,
    /// Qualification an inspector needs (所需执法资格).
    #[schema(min_length = 1, max_length = 40, example = "food")]
    pub qualification: String,
    /// Checklists (检查表).
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["CL-FOOD-01"]))]
    pub checklists: Vec<String>,
    /// Members that are made up for the sample (示例字段); absent for a real matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 30, example = json!(["code", "body"]))]
    pub sample_fields: Vec<String>,
}

/// History of an inspection matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum InspectionMatterEvent {
    /// 发布: in force from now on.
    Published {
        /// Version, from 1.
        #[schema(example = 1)]
        revision: u32,
        /// The entry.
        matter: Box<InspectionMatter>,
    },
    /// 取消: no further tasks.
    Withdrawn {
        /// Why.
        #[schema(example = "设定依据已废止")]
        reason: String,
    },
}

impl DomainEvent for InspectionMatterEvent {
    const SERVICE: &'static str = "supervision";
    const AGGREGATE: &'static str = "inspection_matter";
}
