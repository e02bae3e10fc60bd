//! What is shown of the directory.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::supermarket::{IntermediaryService, Named};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::directory::{Entry, Pending, Proposal, Withdrawn};
use crate::store::directory::Model;

/// A service in a list (中介服务事项).
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceListed {
    /// Identifier.
    #[schema(format = Uuid, example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub id: String,
    /// Name (中介服务事项名称).
    #[schema(example = "施工图设计文件审查")]
    pub name: String,
    /// Region (行政区划).
    #[schema(example = "320706")]
    pub region: String,
    /// Body that answers for the trade (行业主管部门).
    #[schema(example = "11320706MB0000005P")]
    pub industry_body: String,
    /// Its name.
    #[schema(example = "海州区住房和城乡建设局（示例）")]
    pub industry_body_name: String,
    /// Whether approvals require it (是否行政审批中介服务).
    #[schema(example = true)]
    pub statutory: bool,
    /// Most it may cost, in fen for one unit (上限价).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(1_000_000))]
    pub cap_fen: Option<i64>,
    /// Of what (计费单位).
    #[schema(example = "项")]
    pub unit: String,
    /// Longest time for the service, in business days (服务时限).
    #[schema(example = 15)]
    pub business_days: i32,
    /// Version in force; 0 before the first.
    #[schema(example = 1)]
    pub revision: i64,
    /// Day of publication, set by the system (发布日期).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-11"))]
    pub published_on: Option<NaiveDate>,
}

impl From<Model> for ServiceListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            region: row.region,
            industry_body: row.industry_body,
            industry_body_name: row.industry_body_name,
            statutory: row.statutory,
            cap_fen: row.cap_fen,
            unit: row.unit,
            business_days: row.business_days,
            revision: row.revision,
            published_on: row.published_on,
        }
    }
}

/// An approval that requires a service, by name (对应审批事项).
#[derive(Debug, Serialize, ToSchema)]
pub struct RequiringMatter {
    /// The matter.
    #[schema(format = Uuid, example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: String,
    /// Its name.
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
    /// Its body.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
}

/// A service of the directory as everybody may see it (中介服务事项).
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceView {
    /// Identifier.
    #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub id: Uuid,
    /// Version (版本).
    #[schema(example = 1)]
    pub revision: u32,
    /// Day of publication, set by the system (发布日期).
    #[schema(example = "2026-03-11")]
    pub published_on: NaiveDate,
    /// The entry.
    pub service: IntermediaryService,
    /// The approvals that require it, in force, by name.
    pub matters: Vec<RequiringMatter>,
    /// When and why it was withdrawn (取消).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

/// A version of an entry (历史版本).
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceVersion {
    /// Version.
    #[schema(example = 1)]
    pub revision: u32,
    /// Day of publication, set by the system.
    #[schema(example = "2026-03-11")]
    pub published_on: NaiveDate,
    /// The entry.
    pub service: IntermediaryService,
}

/// What waits for the second officer (拟办意见).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceProposal {
    /// Who proposed it.
    pub by: Named,
    /// When.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub at: DateTime<Utc>,
    /// The entry, when one is to be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<IntermediaryService>,
    /// The reason, when the entry is to be withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("设定依据已废止"))]
    pub withdrawal: Option<String>,
}

impl ServiceProposal {
    fn of(proposal: &Proposal) -> Self {
        let (service, withdrawal) = match &proposal.what {
            Pending::Publication(service) => (Some(service.as_ref().clone()), None),
            Pending::Withdrawal(reason) => (None, Some(reason.clone())),
        };
        Self { by: proposal.by.clone(), at: proposal.at, service, withdrawal }
    }
}

/// An entry with what waits, for officers (中介服务事项维护).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceFile {
    /// Identifier.
    #[schema(example = "5a1c9d0e-7b3f-5e62-8d41-0c9e8b7a6f55")]
    pub id: Uuid,
    /// Version in force; 0 before the first.
    #[schema(example = 1)]
    pub revision: u32,
    /// Day of publication, set by the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-11"))]
    pub published_on: Option<NaiveDate>,
    /// The entry in force, or the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<IntermediaryService>,
    /// When and why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
    /// What waits for the second officer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ServiceProposal>,
}

impl ServiceFile {
    /// All there is of an entry.
    pub fn of(id: Uuid, entry: &Entry) -> Self {
        let published = entry.published.as_ref();
        Self {
            id,
            revision: published.map_or(0, |one| one.revision),
            published_on: published.map(|one| one.published_on),
            service: published.map(|one| one.service.clone()),
            withdrawn: published.and_then(|one| one.withdrawn.clone()),
            proposal: entry.proposal.as_ref().map(ServiceProposal::of),
        }
    }
}
