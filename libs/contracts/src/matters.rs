//! What the matters catalogue tells the others: what can be applied for, where, and on which terms.

use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use tongban_calendar::LimitUnit;
use tongban_kernel::RegionCode;
use utoipa::ToSchema;

use crate::event::DomainEvent;
use crate::samples;

/// Types of matters (事项类型, GB/T 39046-2020 table A.1) that people apply for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum MatterType {
    /// 行政许可
    #[serde(rename = "01")]
    Licence,
    /// 行政给付
    #[serde(rename = "05")]
    Benefit,
    /// 行政确认
    #[serde(rename = "07")]
    Confirmation,
    /// 行政奖励
    #[serde(rename = "08")]
    Award,
    /// 行政裁决
    #[serde(rename = "09")]
    Ruling,
    /// 其他行政权力
    #[serde(rename = "10")]
    OtherPower,
    /// 公共服务
    #[serde(rename = "20")]
    PublicService,
}

/// Who may apply (服务对象, GB/T 39046-2020 table A.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum ServiceObject {
    /// 自然人
    #[serde(rename = "1")]
    NaturalPerson,
    /// 企业法人
    #[serde(rename = "2")]
    Enterprise,
    /// 事业法人
    #[serde(rename = "3")]
    PublicInstitution,
    /// 社会组织法人
    #[serde(rename = "4")]
    SocialOrganisation,
    /// 行政机关
    #[serde(rename = "5")]
    Authority,
    /// 其他组织
    #[serde(rename = "6")]
    OtherOrganisation,
}

/// How a matter is handled (办件类型, GB/T 39046-2020 table A.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = "2")]
pub enum HandlingKind {
    /// 即办件: decided on the spot.
    #[serde(rename = "1")]
    Immediate,
    /// 承诺件: decided within the promised limit.
    #[serde(rename = "2")]
    Promised,
}

/// A time limit (时限).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeLimit {
    /// How many units; 0 means on the spot (当场).
    #[schema(example = 5)]
    pub amount: u32,
    /// The unit.
    pub unit: LimitUnit,
    /// Legal basis or explanation (时限说明).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("行政许可法第三十二条"))]
    pub note: Option<String>,
}

/// One material an application needs (申请材料).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Short code, unique within the matter (材料编码).
    #[schema(example = "M01")]
    pub code: String,
    /// Name (材料名称).
    #[schema(example = "居民身份证")]
    pub name: String,
    /// Whether the application is incomplete without it (材料必要性: 必要).
    #[schema(example = true)]
    pub required: bool,
    /// What it must show to be accepted (受理标准).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "在有效期内，与申请人一致")]
    pub acceptance_standard: Option<String>,
    /// Where it comes from (来源渠道): `applicant`, `government` or `other`.
    #[serde(default)]
    pub source: MaterialSource,
}

/// Where a material comes from (来源渠道 10/20/99).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaterialSource {
    /// 申请人自备
    #[default]
    Applicant,
    /// 政府部门核发
    Government,
    /// 其他
    Other,
}

/// What an approved application results in (办理结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatterResult {
    /// Name of the result (结果名称).
    #[schema(example = "老年人优待证")]
    pub name: String,
    /// Type of the e-licence issued on approval (电子证照类型); absent when none is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<LicenceType>,
}

/// Type of an electronic licence (电子证照类型, GB/T 36904).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceType {
    /// 21 characters: credit code of the authority that defines the type and a 3-digit serial.
    #[schema(example = "11100000000013338W032")]
    pub code: String,
    /// Name on the licence's face (证照名称).
    #[schema(example = "建筑工程施工许可证")]
    pub name: String,
    /// How many months it is valid from the day of issue; absent for an unlimited term (有效期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(60))]
    pub valid_months: Option<u32>,
}

/// The implementation entry of a matter (实施清单): what one body really does, and on which terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = samples::matter)]
pub struct Matter {
    /// Basic code (基本编码), 12 characters.
    #[schema(example = "000117109003")]
    pub basic_code: String,
    /// Implementation code (实施编码), 31 characters; not unique in real data.
    #[schema(example = "11320706MB0000001B4000117109003")]
    pub code: String,
    /// Name (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
    /// Type (事项类型).
    pub matter_type: MatterType,
    /// Implementing body (实施主体), by unified social credit code.
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Name of the implementing body (实施主体名称).
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Region it is handled for (行政区划).
    pub region: RegionCode,
    /// Who may apply (服务对象).
    #[schema(example = json!(["2", "3", "4", "6"]))]
    pub serves: Vec<ServiceObject>,
    /// How it is handled (办件类型).
    pub handling: HandlingKind,
    /// Legal basis (设定依据): law and article, one entry each.
    #[schema(example = json!(["建筑法 第七条、第八条、第九条"]))]
    pub legal_basis: Vec<String>,
    /// Conditions for acceptance (受理条件).
    #[serde(default)]
    #[schema(example = json!(["已确定施工企业，施工图设计文件审查合格"]))]
    pub conditions: Vec<String>,
    /// Limit by law (法定办结时限); absent where the law sets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_limit: Option<TimeLimit>,
    /// Promised limit (承诺办结时限), never longer than the legal one.
    pub promised_limit: TimeLimit,
    /// Window for the one correction notice (一次性告知期限); 5 business days unless a special law says less.
    pub notice_limit: TimeLimit,
    /// Materials (申请材料).
    pub materials: Vec<Material>,
    /// JSON Schema (2020-12) of the application form, with Chinese titles (申请表单).
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = samples::form_schema)]
    pub form_schema: Value,
    /// Result (办理结果).
    pub result: MatterResult,
    /// How often people must come in person (到办事现场次数).
    #[schema(example = 0)]
    pub visits: u32,
    /// Fields that the sample city invented; empty for real catalogues.
    #[serde(default)]
    #[schema(example = json!(["code", "body", "body_name"]))]
    pub sample_fields: Vec<String>,
}

/// History of a matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum MatterEvent {
    /// 发布: in force from now on, replacing the version before.
    Published {
        /// Version of the matter (事项版本), from 1.
        #[schema(example = 1)]
        revision: u32,
        /// The whole entry.
        matter: Box<Matter>,
    },
    /// 取消: no further applications; cases under way go on under the version they were filed with.
    Withdrawn {
        /// Why (取消原因).
        #[schema(example = "法律依据已废止")]
        reason: String,
    },
}

impl DomainEvent for MatterEvent {
    const SERVICE: &'static str = "matters";
    const AGGREGATE: &'static str = "matter";
}
