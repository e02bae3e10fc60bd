//! A visit as its readers see it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::inspections::{
    Evidence, InspectionFinding, OrderedInspector, OrderedMatter, PartResult, SettledResult,
    ShownPaper, VisitedObject,
};
use tongban_kernel::{Principal, Role};
use utoipa::ToSchema;

use crate::domain::inspection::{Inspection, Part, PartStage};
use crate::store::inspection::Model;

/// What a caller may do with a part as it stands (可办操作).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "begin")]
pub enum InspectionAction {
    /// 到场
    Begin,
    /// 记录检查情况
    Record,
    /// 告知检查结果
    Conclude,
    /// 复查
    FollowUp,
    /// 移送
    HandOver,
    /// 接收移送
    Receive,
    /// 更正检查结果
    Amend,
}

/// A follow-up visit (复查).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FollowUpView {
    /// Whether all was put right.
    #[schema(example = true)]
    pub corrected: bool,
    /// What was seen.
    #[schema(example = "两名从业人员已取得有效健康证明")]
    pub note: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// When.
    #[schema(example = "2026-03-20T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// A hand-over to case handling (移送).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HandoverView {
    /// Number (移送书编号).
    #[schema(example = "双随机〔2026〕0001-0001-移01")]
    pub number: String,
    /// Body that is to handle the case.
    #[schema(example = "11320706MB0000004L")]
    pub to_body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub to_name: String,
    /// Why.
    #[schema(example = "责令改正逾期未改")]
    pub reason: String,
    /// When.
    #[schema(example = "2026-03-27T02:00:00Z")]
    pub at: DateTime<Utc>,
    /// Number of the receipt (回执编号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("海市监立〔2026〕3 号"))]
    pub receipt: Option<String>,
}

/// One body's part (检查分工).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InspectionPartView {
    /// The body (检查单位).
    #[schema(example = "11320706MB0000004L")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区市场监督管理局（示例）")]
    pub body_name: String,
    /// Whether it leads.
    #[schema(example = true)]
    pub lead: bool,
    /// Where it stands: `ordered`, `begun`, `correcting`, `settled`, `handed_over` or `received`.
    #[schema(example = "correcting")]
    pub stage: String,
    /// The same in words.
    #[schema(example = "责令改正中")]
    pub stage_name: String,
    /// What it inspects, with checklists.
    pub matters: Vec<OrderedMatter>,
    /// Whom it sends.
    pub inspectors: Vec<OrderedInspector>,
    /// When it began (到场时间).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-11T02:00:00Z"))]
    pub begun_at: Option<DateTime<Utc>>,
    /// Who came.
    #[schema(example = json!(["5b0c8a40-8a52-5f5e-8f0a-3c1b2a190807", "5b0c8a40-8a52-5f5e-8f0a-3c1b2a190808"]))]
    pub present: Vec<String>,
    /// How they identified themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<ShownPaper>,
    /// What was found so far.
    pub findings: Vec<InspectionFinding>,
    /// The result as told on the spot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<PartResult>,
    /// The result as it stands now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<SettledResult>,
    /// Last day to correct, while an order to correct runs (改正截止日期).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-25"))]
    pub correction_due: Option<NaiveDate>,
    /// Whether that day went by.
    #[schema(example = false)]
    pub correction_overdue: bool,
    /// Follow-up visits.
    pub follow_ups: Vec<FollowUpView>,
    /// The hand-over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<HandoverView>,
    /// Why the result was amended, oldest first.
    #[schema(example = json!([]))]
    pub amended: Vec<String>,
    /// What the caller may do now, as far as the stage goes.
    pub actions: Vec<InspectionAction>,
}

/// A visit (现场检查).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InspectionView {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// Number of the order (任务书编号).
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// The task (抽查任务).
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub task_id: String,
    /// Its name.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub task_name: String,
    /// Whom the visit is paid to.
    pub object: VisitedObject,
    /// First day.
    #[schema(example = "2026-03-11")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-04-10")]
    pub until: NaiveDate,
    /// Check code (查验码).
    #[schema(example = "7KQ2MXPA")]
    pub check_code: String,
    /// Text of the QR code on the order (二维码内容): the path at which anyone verifies it.
    #[schema(
        example = "/supervision/v1/task-orders?number=%E5%8F%8C%E9%9A%8F%E6%9C%BA%E3%80%942026%E3%80%950001-0001&check_code=7KQ2MXPA"
    )]
    pub qr_text: String,
    /// The parts of the bodies.
    pub parts: Vec<InspectionPartView>,
}

impl InspectionView {
    /// The visit as `reader` sees it on `today`.
    pub fn of(id: &str, visit: &Inspection, reader: &Principal, today: NaiveDate) -> Self {
        let order = &visit.order;
        let parts = visit.parts.iter().filter_map(|part| part_view(visit, part, reader, today));
        Self {
            id: id.to_owned(),
            number: order.number.clone(),
            task_id: order.task_id.clone(),
            task_name: order.task_name.clone(),
            object: order.object.clone(),
            from: order.from,
            until: order.until,
            check_code: order.check_code.clone(),
            qr_text: qr_text(visit),
            parts: parts.collect(),
        }
    }
}

/// The path at which anyone verifies the order.
pub fn qr_text(visit: &Inspection) -> String {
    let mut number = String::new();
    for byte in visit.order.number.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            number.push(char::from(byte));
        } else {
            number.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("/supervision/v1/task-orders?number={number}&check_code={}", visit.order.check_code)
}

fn part_view(
    visit: &Inspection,
    part: &Part,
    reader: &Principal,
    today: NaiveDate,
) -> Option<InspectionPartView> {
    let ordered = visit.ordered(&part.body)?;
    let follow_ups = part.follow_ups.iter().map(|one| FollowUpView {
        corrected: one.corrected,
        note: one.note.clone(),
        evidence: one.evidence.clone(),
        at: one.at,
    });
    let handover = part.handover.as_ref().map(|one| HandoverView {
        number: one.number.clone(),
        to_body: one.to_body.clone(),
        to_name: one.to_name.clone(),
        reason: one.reason.clone(),
        at: one.at,
        receipt: one.receipt.as_ref().map(|(number, _)| number.clone()),
    });
    let begun = part.begun.as_ref();
    Some(InspectionPartView {
        body: part.body.clone(),
        body_name: ordered.body_name.clone(),
        lead: ordered.lead,
        stage: part.stage.code().to_owned(),
        stage_name: part.stage.name_zh().to_owned(),
        matters: ordered.matters.clone(),
        inspectors: ordered.inspectors.clone(),
        begun_at: begun.map(|one| one.at),
        present: begun.map(|one| one.present.clone()).unwrap_or_default(),
        shown: begun.map(|one| one.shown),
        findings: part.findings.values().cloned().collect(),
        told: part.told.as_ref().map(|told| told.result.clone()),
        result: part.settled.clone(),
        correction_due: part.correction_due(),
        correction_overdue: part.correction_due().is_some_and(|due| today > due),
        follow_ups: follow_ups.collect(),
        handover,
        amended: part.amended.iter().map(|(reason, _)| reason.clone()).collect(),
        actions: actions(visit, part, reader),
    })
}

fn actions(visit: &Inspection, part: &Part, reader: &Principal) -> Vec<InspectionAction> {
    use InspectionAction::{Amend, Begin, Conclude, FollowUp, HandOver, Receive, Record};
    let region = &visit.order.object.region;
    let mut actions = Vec::new();
    let sent = visit
        .ordered(&part.body)
        .is_some_and(|ordered| ordered.inspectors.iter().any(|one| one.account == reader.account));
    if sent && reader.holds(Role::Inspector, &part.body, region) {
        actions.extend_from_slice(match part.stage {
            PartStage::Ordered => &[Begin],
            PartStage::Begun => &[Record, Conclude],
            PartStage::Correcting => &[FollowUp, HandOver],
            PartStage::Settled => &[HandOver],
            PartStage::HandedOver | PartStage::Received => &[],
        });
    }
    let to_handle = part.handover.as_ref().filter(|_| part.stage == PartStage::HandedOver);
    if to_handle.is_some_and(|one| reader.holds(Role::CaseHandler, &one.to_body, region)) {
        actions.push(Receive);
    }
    let told_by_other = part.told.as_ref().is_some_and(|told| told.by != reader.account);
    if told_by_other
        && part.correction_due().is_none()
        && reader.holds(Role::InspectionApprover, &part.body, region)
    {
        actions.push(Amend);
    }
    actions
}

/// A visit in a list (检查任务).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InspectionSummary {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// Number of the order (任务书编号).
    #[schema(example = "双随机〔2026〕0001-0001")]
    pub number: String,
    /// Task (抽查任务).
    #[schema(example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub task_id: String,
    /// Its name.
    #[schema(example = "2026 年餐饮服务单位部门联合抽查")]
    pub task_name: String,
    /// Whom the visit is paid to, by code.
    #[schema(example = "91320706MA0000000X")]
    pub object_code: String,
    /// By name.
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub object_name: String,
    /// Region.
    #[schema(example = "320706")]
    pub region: String,
    /// First day.
    #[schema(example = "2026-03-11")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-04-10")]
    pub until: NaiveDate,
    /// Whether any part waits for something.
    #[schema(example = true)]
    pub open: bool,
    /// The soonest day to correct by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-25"))]
    pub correction_due: Option<NaiveDate>,
}

impl From<Model> for InspectionSummary {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            number: row.number,
            task_id: row.task_id,
            task_name: row.task_name,
            object_code: row.object_code,
            object_name: row.object_name,
            region: row.region,
            from: row.from_day,
            until: row.until_day,
            open: row.open,
            correction_due: row.correction_due,
        }
    }
}
