//! The directory of intermediary services (行政审批中介服务事项清单).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::event::DomainEvent;

/// What kind of text a service rests on (设定依据类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceBasisKind)]
pub enum BasisKind {
    /// 法律
    Law,
    /// 行政法规
    AdministrativeRegulation,
    /// 国务院决定
    StateCouncilDecision,
    /// 地方性法规
    LocalRegulation,
    /// 规章
    Rule,
    /// 规范性文件
    OtherDocument,
}

impl BasisKind {
    /// Whether an approval may require a service on it (优化营商环境条例 art. 43).
    pub const fn suffices(self) -> bool {
        matches!(self, Self::Law | Self::AdministrativeRegulation | Self::StateCouncilDecision)
    }
}

/// A text a service rests on (设定依据).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceBasis)]
pub struct Basis {
    /// What kind of text.
    pub kind: BasisKind,
    /// Its title (名称).
    #[schema(min_length = 2, max_length = 100, example = "建设工程质量管理条例")]
    pub title: String,
    /// Article (条款).
    #[schema(min_length = 1, max_length = 60, example = "第十一条")]
    pub article: String,
}

/// An approval that requires the service (对应审批事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequiringApproval)]
pub struct RequiredBy {
    /// Matter of the catalogue.
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
    /// Code of the material that the service's result is (对应材料编码).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 20, examples("M06"))]
    pub material_code: Option<String>,
}

/// Who sets the price (定价方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceFeeKind)]
pub enum FeeKind {
    /// 政府指导价: within a cap.
    GovernmentGuided,
    /// 市场调节价: as the parties agree.
    Market,
}

/// What the service may cost (收费标准).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeStandard {
    /// Who sets the price.
    pub kind: FeeKind,
    /// Most it may cost, in fen for one unit (上限价); must be there for a guided price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_u64, examples(1_000_000))]
    pub cap_fen: Option<u64>,
    /// Of what (计费单位).
    #[schema(min_length = 1, max_length = 30, example = "项")]
    pub unit: String,
    /// Document that sets it (收费依据); must be there for a guided price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, examples("示例价〔2026〕1号"))]
    pub basis: Option<String>,
}

/// Qualifications an agency needs (资质要求).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgencyQualificationRule)]
pub struct QualificationRule {
    /// Whether all are needed, or any one of them.
    #[schema(example = false)]
    pub all: bool,
    /// Codes; none when no qualification is needed.
    #[schema(max_items = 20, example = json!(["surveying-a", "surveying-b"]))]
    pub codes: Vec<String>,
}

/// Professionals an agency needs (人员要求).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgencyStaffRule)]
pub struct StaffRule {
    /// Code of the professional qualification.
    #[schema(min_length = 1, max_length = 40, example = "registered-surveyor")]
    pub code: String,
    /// How many people at least.
    #[schema(minimum = 1, maximum = 1000, example = 1)]
    pub at_least: u32,
}

/// An intermediary service of the directory (中介服务事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntermediaryService {
    /// Name (中介服务事项名称).
    #[schema(min_length = 2, max_length = 100, example = "施工图设计文件审查")]
    pub name: String,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Body that answers for the trade (行业主管部门).
    pub industry_body: Named,
    /// Body that takes over when it keeps silent (上级主管部门).
    pub superior_body: Named,
    /// What it rests on (设定依据).
    #[schema(max_items = 20)]
    pub basis: Vec<Basis>,
    /// Approvals that require it (对应审批事项); none for a service that only the market asks for.
    #[schema(max_items = 100)]
    pub matters: Vec<RequiredBy>,
    /// What it may cost.
    pub fee: FeeStandard,
    /// Longest time for the service, in business days (服务时限).
    #[schema(minimum = 1, maximum = 1000, example = 15)]
    pub business_days: u32,
    /// What the customer gets (服务成果).
    #[schema(min_length = 1, max_length = 100, example = "施工图设计文件审查合格书")]
    pub result: String,
    /// Qualifications an agency needs.
    pub qualifications: QualificationRule,
    /// Professionals it needs.
    #[schema(max_items = 20)]
    pub staff: Vec<StaffRule>,
    /// Fields that the sample city invented; empty for real directories.
    #[serde(default)]
    #[schema(max_items = 40, example = json!(["fee", "business_days"]))]
    pub sample_fields: Vec<String>,
}

/// History of a service in the directory. What is in force, two officers put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum DirectoryEvent {
    /// 拟发布: by the first officer.
    Drafted {
        /// Who.
        by: Named,
        /// The entry.
        service: Box<IntermediaryService>,
    },
    /// 拟取消: by the first officer.
    WithdrawalProposed {
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "设定依据已废止")]
        reason: String,
    },
    /// 退回: by the second officer.
    DraftRejected {
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "收费依据有误")]
        reason: String,
    },
    /// 发布: in force from now on.
    Published {
        /// Version, from 1.
        #[schema(example = 1)]
        revision: u32,
        /// The second officer.
        by: Named,
        /// Day of publication, set by the system (发布日期).
        #[schema(example = "2026-03-11")]
        published_on: NaiveDate,
        /// The entry.
        service: Box<IntermediaryService>,
    },
    /// 取消: out of force from now on.
    Withdrawn {
        /// The second officer.
        by: Named,
        /// Day, set by the system (取消日期).
        #[schema(example = "2026-03-11")]
        withdrawn_on: NaiveDate,
        /// Why.
        #[schema(example = "设定依据已废止")]
        reason: String,
    },
}

impl DomainEvent for DirectoryEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "service";
}
