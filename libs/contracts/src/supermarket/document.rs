//! Rules that bodies publish for agencies (管理办法、考核办法).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::event::DomainEvent;

/// What a document regulates (文件类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MarketDocumentKind)]
pub enum DocumentKind {
    /// 管理办法
    Management,
    /// 考核办法
    Assessment,
    /// 其他规定
    Other,
}

/// A file beside the text (附件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DocumentAttachment)]
pub struct Attachment {
    /// The file.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub file_id: Uuid,
    /// Its name.
    #[schema(example = "考核评分表.pdf")]
    pub name: String,
    /// SM3 of its content, in hexadecimal.
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub sm3: String,
}

/// A document as its body publishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ManagementDocument {
    /// The body that publishes it (发布单位).
    pub body: Named,
    /// Its region.
    pub region: RegionCode,
    /// What it regulates.
    pub kind: DocumentKind,
    /// Title (标题).
    #[schema(example = "海州区测绘中介机构考核办法（示例）")]
    pub title: String,
    /// Number of the document (文号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("示例规〔2026〕2号"))]
    pub number: Option<String>,
    /// The text (正文).
    #[schema(example = "第一条 为规范测绘中介服务，制定本办法。")]
    pub text: String,
    /// Files beside it.
    pub attachments: Vec<Attachment>,
}

/// History of a document. What is in force, two officers put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum DocumentEvent {
    /// 拟发布: by the first officer.
    Drafted {
        /// Who.
        by: Named,
        /// The document.
        document: Box<ManagementDocument>,
    },
    /// 拟废止: by the first officer.
    RepealProposed {
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "已有新办法")]
        reason: String,
    },
    /// 退回: by the second officer.
    DraftRejected {
        /// Who.
        by: Named,
        /// Why.
        #[schema(example = "文号有误")]
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
        /// The document.
        document: Box<ManagementDocument>,
    },
    /// 废止: out of force from now on.
    Repealed {
        /// The second officer.
        by: Named,
        /// Day, set by the system (废止日期).
        #[schema(example = "2026-03-11")]
        repealed_on: NaiveDate,
        /// Why.
        #[schema(example = "已有新办法")]
        reason: String,
    },
}

impl DomainEvent for DocumentEvent {
    const SERVICE: &'static str = "supermarket";
    const AGGREGATE: &'static str = "document";
}
