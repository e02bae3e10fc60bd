//! Data reported as wrong (数据校核).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::DomainEvent;
use crate::supermarket::Named;

/// What a reader reports (校核申请).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CorrectionReport {
    /// Body that read the data (使用部门).
    pub body: Named,
    /// Officer who reports.
    pub by: Named,
    /// The grant it read them by.
    #[schema(example = "7d2b9c31-0a4e-5f86-b1d0-9e8c7a6b5f44")]
    pub grant_id: Uuid,
    /// The resource.
    #[schema(example = "3f0b7a52-6a0e-5d4b-9c7e-2a1b6c8d9e0f")]
    pub resource_id: Uuid,
    /// Its code.
    #[schema(example = "306011/000001")]
    pub resource_code: String,
    /// Its name.
    #[schema(example = "婚姻登记信息（示例）")]
    pub resource_name: String,
    /// Body that answers for the data (数源部门).
    pub source_body: Named,
    /// Region of the resource.
    pub region: RegionCode,
    /// Keys of the items that seem wrong.
    #[schema(example = json!(["registered_on"]))]
    pub items: Vec<String>,
    /// The record, as the source body calls it; no personal data.
    #[schema(example = "婚登 2019-000123")]
    pub record: String,
    /// What seems wrong.
    #[schema(example = "登记日期与结婚证记载不一致")]
    pub wrong: String,
    /// What shows it.
    #[schema(example = "结婚证原件")]
    pub evidence: String,
    /// Last day for the answer (校核期限).
    #[schema(example = "2026-03-18")]
    pub due: NaiveDate,
}

/// History of a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum CorrectionEvent {
    /// 提出校核
    Reported(Box<CorrectionReport>),
    /// 答复: by the source body.
    Answered {
        /// Who.
        by: Named,
        /// Whether the data were wrong.
        #[schema(example = true)]
        upheld: bool,
        /// Why.
        #[schema(example = "登记日期录入错误，已更正")]
        reason: String,
        /// Day it was put right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(examples("2026-03-16"))]
        corrected_on: Option<NaiveDate>,
    },
    /// 逾期: not answered in time; for supervisors.
    Overdue {
        /// Last day of the limit that passed.
        #[schema(example = "2026-03-18")]
        due: NaiveDate,
    },
}

impl DomainEvent for CorrectionEvent {
    const SERVICE: &'static str = "exchange";
    const AGGREGATE: &'static str = "correction";
}
