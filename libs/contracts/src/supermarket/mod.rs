//! What the intermediary supermarket tells the others (网上中介服务超市).

pub mod agency;
pub mod directory;
pub mod document;
pub mod link;

pub use agency::{
    AgencyEvent, AgencyProfile, Contact, Measure, Offer, Qualification, Sanction, StaffMember,
};
pub use directory::{
    Basis, BasisKind, DirectoryEvent, FeeKind, FeeStandard, IntermediaryService, QualificationRule,
    RequiredBy, StaffRule,
};
pub use document::{Attachment, DocumentEvent, DocumentKind, ManagementDocument};
pub use link::{LinkEnd, LinkEvent, LinkRequest};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person or body named by its identifier and its name (人员或者单位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NamedParty)]
pub struct Named {
    /// Account of a person, or unified social credit code of a body.
    #[schema(min_length = 1, max_length = 64, example = "11320706MB0000011C")]
    pub id: String,
    /// Name (名称).
    #[schema(min_length = 1, max_length = 100, example = "海州区自然资源和规划分局（示例）")]
    pub name: String,
}
