//! What is shown of grants.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::GrantTerms;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::grant::{Ending, Grant, Notice, Standing, Suspension};
use crate::store::grant::Model;

/// A grant in a list (共享授权).
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantListed {
    /// Identifier.
    #[schema(format = Uuid, example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub id: String,
    /// Body that may read (使用部门).
    #[schema(example = "11320706MB0000001B")]
    pub holder: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub holder_name: String,
    /// The resource.
    #[schema(format = Uuid, example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// Body that answers for the data (数源部门).
    #[schema(example = "11320706MB0000003H")]
    pub source_body: String,
    /// What for (用途).
    #[schema(example = "public_service")]
    pub purpose: String,
    /// Where it stands (授权状态).
    #[schema(example = "active")]
    pub standing: String,
    /// Last day (使用期限).
    #[schema(example = "2026-12-31")]
    pub through: NaiveDate,
}

impl From<Model> for GrantListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            holder: row.holder,
            holder_name: row.holder_name,
            resource_id: row.resource_id,
            resource_name: row.resource_name,
            source_body: row.source_body,
            purpose: row.purpose,
            standing: row.standing,
            through: row.through,
        }
    }
}

/// A grant (共享授权).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct GrantView {
    /// Identifier.
    #[schema(example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub id: Uuid,
    /// What is granted.
    pub terms: GrantTerms,
    /// Since when.
    #[schema(example = "2026-03-12T02:00:00Z")]
    pub given_at: DateTime<Utc>,
    /// Where it stands.
    pub standing: Standing,
    /// The suspension that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// The last corrections that readers were told of, the last first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

impl GrantView {
    /// The grant.
    pub fn of(id: Uuid, grant: &Grant) -> Self {
        Self {
            id,
            terms: grant.terms.clone(),
            given_at: grant.given_at,
            standing: grant.standing(),
            suspension: grant.suspension.clone(),
            ending: grant.ending.clone(),
            notices: grant.notices.clone(),
        }
    }
}
