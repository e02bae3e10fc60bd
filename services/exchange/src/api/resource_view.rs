//! What is shown of the directory.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::{DataResource, Delivery};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::resource::{Resource, Withdrawn};
use crate::store::resource::Model;

/// A resource in a list (数据资源).
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceListed {
    /// Identifier.
    #[schema(format = Uuid, example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub id: String,
    /// Code (信息资源代码).
    #[schema(example = "306011/000001")]
    pub code: String,
    /// Name (信息资源名称).
    #[schema(example = "婚姻登记信息（示例）")]
    pub name: String,
    /// Body that answers for it (数源部门).
    #[schema(example = "11320706MB0000003H")]
    pub source_body: String,
    /// Its name.
    #[schema(example = "海州区民政局（示例）")]
    pub source_body_name: String,
    /// Region it covers.
    #[schema(example = "320706")]
    pub region: String,
    /// How far it is shared (共享类型).
    #[schema(example = "conditional")]
    pub sharing: String,
    /// How it is delivered (共享方式).
    #[schema(example = "interface")]
    pub delivery: String,
    /// Version in force.
    #[schema(example = 1)]
    pub revision: i64,
    /// Day of that version, set by the system (发布日期).
    #[schema(example = "2026-03-11")]
    pub published_on: NaiveDate,
}

impl From<Model> for ResourceListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name: row.name,
            source_body: row.source_body,
            source_body_name: row.source_body_name,
            region: row.region,
            sharing: row.sharing,
            delivery: row.delivery,
            revision: row.revision,
            published_on: row.published_on,
        }
    }
}

/// A resource of the directory (数据资源).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ResourceView {
    /// Identifier, made of the code.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub id: Uuid,
    /// Version (版本).
    #[schema(example = 1)]
    pub revision: u32,
    /// Day of that version, set by the system (发布日期).
    #[schema(example = "2026-03-11")]
    pub published_on: NaiveDate,
    /// What it says.
    pub resource: DataResource,
    /// How the source body's system is reached; for that body and the authority alone (接入配置).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// When and why it was withdrawn (注销).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

impl ResourceView {
    /// The resource, `whole` with how its system is reached.
    pub fn of(id: Uuid, state: &Resource, whole: bool) -> Self {
        Self {
            id,
            revision: state.revision,
            published_on: state.published_on,
            resource: state.resource.clone(),
            delivery: whole.then(|| state.delivery.clone()),
            withdrawn: state.withdrawn.clone(),
        }
    }
}

/// A version of a resource (历史版本).
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceVersion {
    /// Version.
    #[schema(example = 1)]
    pub revision: u32,
    /// Its day, set by the system.
    #[schema(example = "2026-03-11")]
    pub published_on: NaiveDate,
    /// What it said.
    pub resource: DataResource,
}
