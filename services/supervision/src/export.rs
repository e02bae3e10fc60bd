//! What a record says (报送数据).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tongban_contracts::publications::{PublicationDuty, PublicationEvent, PublicationKind};
use tongban_kernel::RegionCode;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::masked;

/// What is to be done with the record at the receiver's (操作).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "publish")]
pub enum ExportAction {
    /// 公示
    Publish,
    /// 更正: it replaces what was sent under the same publication before.
    Correct,
    /// 撤回
    Withdraw,
}

/// A record for other platforms (报送记录). Of one publication, that with the highest version holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportRecord {
    /// Identifies the record; the same one may come again (记录编号).
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: Uuid,
    /// Identifies the publication (公示编号).
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub publication: String,
    /// Place in the publication's history (版本).
    #[schema(example = 2)]
    pub version: i64,
    /// What is to be done.
    pub action: ExportAction,
    /// What kind of thing it is.
    pub kind: PublicationKind,
    /// Number of the visit or the penalty (文书编号).
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// Task, where there is one (抽查任务).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub task_id: Option<String>,
    /// Name of the task, or cause of the penalty.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub title: String,
    /// Matters inspected (抽查事项).
    #[schema(example = json!(["餐饮服务提供者食品安全监督检查"]))]
    pub matters: Vec<String>,
    /// Credit code; of natural persons masked (统一社会信用代码).
    #[schema(example = "91320706MA0000000X")]
    pub subject_code: String,
    /// Name; of natural persons masked (当事人).
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub subject_name: String,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Body (检查单位).
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Who inspected (检查人员).
    #[schema(example = json!(["丁示例（11320706000101）"]))]
    pub inspectors: Vec<String>,
    /// Day of the check or decision (检查日期).
    #[schema(example = "2026-03-11")]
    pub ended_on: NaiveDate,
    /// Code of the result; absent for penalties (检查结果代码).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("E"))]
    pub result_code: Option<String>,
    /// In words.
    #[schema(example = "从业人员健康管理不符合要求，经责令已改正")]
    pub summary: String,
    /// What was done about it (后续处理).
    #[schema(example = "责令改正，已改正")]
    pub handling: String,
    /// Day of this step of the publication (公示日期).
    #[schema(example = "2026-03-12")]
    pub on: NaiveDate,
    /// Why it was corrected or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("经责令已改正"))]
    pub reason: Option<String>,
}

impl ExportRecord {
    /// The record of an event of a publication for `target`; none for events nobody outside is told of. `duty` is
    /// what is published at that time.
    pub fn of(
        target: &str,
        publication: &str,
        version: i64,
        event: &PublicationEvent,
        duty: &PublicationDuty,
        on: NaiveDate,
    ) -> Option<Self> {
        let (action, reason) = match event {
            PublicationEvent::Published { .. } => (ExportAction::Publish, None),
            PublicationEvent::Corrected { reason, .. } => (ExportAction::Correct, Some(reason)),
            PublicationEvent::Withdrawn { reason } => (ExportAction::Withdraw, Some(reason)),
            _ => return None,
        };
        let name = format!("tongban:supervision:export:{target}/{publication}/{version}");
        let shown = |text: &str| match duty.natural_person {
            true => masked::within(text, &duty.subject_name, &duty.subject_code),
            false => text.to_owned(),
        };
        Some(Self {
            id: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()),
            publication: publication.to_owned(),
            version,
            action,
            kind: duty.kind,
            number: duty.number.clone(),
            task_id: duty.task_id.clone(),
            title: shown(&duty.title),
            matters: duty.matters.clone(),
            subject_code: shown(&duty.subject_code),
            subject_name: shown(&duty.subject_name),
            region: duty.region.clone(),
            body: duty.body.clone(),
            body_name: duty.body_name.clone(),
            inspectors: duty.inspectors.clone(),
            ended_on: duty.ended_on,
            result_code: duty.text.code.clone(),
            summary: shown(&duty.text.summary),
            handling: shown(&duty.text.handling),
            on,
            reason: reason.map(|reason| shown(reason)),
        })
    }
}
