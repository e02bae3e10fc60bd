//! What is shown of published documents.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::supermarket::{ManagementDocument, Named};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::directory::Withdrawn;
use crate::domain::document::{Paper, Pending, Proposal};
use crate::store::document::Model;

/// A document in a list (管理文件).
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentListed {
    /// Identifier.
    #[schema(format = Uuid, example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66")]
    pub id: String,
    /// Body that publishes it (发布单位).
    #[schema(example = "11320706MB0000011C")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区自然资源和规划分局（示例）")]
    pub body_name: String,
    /// What it regulates (文件类别).
    #[schema(example = "assessment")]
    pub kind: String,
    /// Title (标题).
    #[schema(example = "海州区测绘中介机构考核办法（示例）")]
    pub title: String,
    /// Number (文号).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("示例规〔2026〕2号"))]
    pub number: Option<String>,
    /// Version in force; 0 before the first.
    #[schema(example = 1)]
    pub revision: i64,
    /// Day of publication, set by the system (发布日期).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-11"))]
    pub published_on: Option<NaiveDate>,
}

impl From<Model> for DocumentListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            body: row.body,
            body_name: row.body_name,
            kind: row.kind,
            title: row.title,
            number: row.number,
            revision: row.revision,
            published_on: row.published_on,
        }
    }
}

/// A version of a document (历史版本).
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentVersion {
    /// Version.
    #[schema(example = 1)]
    pub revision: u32,
    /// Day of publication, set by the system.
    #[schema(example = "2026-03-11")]
    pub published_on: NaiveDate,
    /// The document.
    pub document: ManagementDocument,
}

/// What waits for the second officer (拟办意见).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DocumentProposal {
    /// Who proposed it.
    pub by: Named,
    /// When.
    #[schema(example = "2026-03-11T02:00:00Z")]
    pub at: DateTime<Utc>,
    /// The document, when one is to be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<ManagementDocument>,
    /// The reason, when the document is to be repealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("已有新办法"))]
    pub repeal: Option<String>,
}

impl DocumentProposal {
    fn of(proposal: &Proposal) -> Self {
        let (document, repeal) = match &proposal.what {
            Pending::Publication(document) => (Some(document.as_ref().clone()), None),
            Pending::Repeal(reason) => (None, Some(reason.clone())),
        };
        Self { by: proposal.by.clone(), at: proposal.at, document, repeal }
    }
}

/// A document and, for officers, what waits (管理文件).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DocumentFile {
    /// Identifier.
    #[schema(example = "0e9d8c7b-6a5f-5e4d-8c3b-2a190f8e7d66")]
    pub id: Uuid,
    /// Version in force; 0 before the first.
    #[schema(example = 1)]
    pub revision: u32,
    /// Day of publication, set by the system (发布日期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-11"))]
    pub published_on: Option<NaiveDate>,
    /// The document in force, or the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<ManagementDocument>,
    /// When and why it was repealed (废止).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repealed: Option<Withdrawn>,
    /// What waits for the second officer; shown to officers who act on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<DocumentProposal>,
}

impl DocumentFile {
    /// All there is of a document.
    pub fn of(id: Uuid, paper: &Paper) -> Self {
        let proposal = paper.proposal.as_ref().map(DocumentProposal::of);
        Self { proposal, ..Self::published(id, paper) }
    }

    /// What everybody may see of it.
    pub fn published(id: Uuid, paper: &Paper) -> Self {
        let published = paper.published.as_ref();
        Self {
            id,
            revision: published.map_or(0, |one| one.revision),
            published_on: published.map(|one| one.published_on),
            document: published.map(|one| one.document.clone()),
            repealed: published.and_then(|one| one.repealed.clone()),
            proposal: None,
        }
    }
}
