//! How a case is shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_contracts::intake::{
    Applicant, CaseMatter, CorrectionItem, HandedMaterial, Outcome, RefusalGround,
};
use tongban_kernel::Principal;
use utoipa::ToSchema;

use super::samples;
use crate::domain::case::CaseFile;
use crate::domain::rights::CaseAction;
use crate::domain::stage::{Stage, exchange_name_zh};
use crate::domain::terms::Terms;
use crate::store::case::Model;

/// A required material that was not handed in (缺少的必要材料).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MissingMaterial {
    /// Its code.
    #[schema(example = "M05")]
    pub code: String,
    /// Its name.
    #[schema(example = "施工合同")]
    pub name: String,
}

/// State by the exchange standard for construction approval (数据共享交换标准办件状态).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExchangeState {
    /// Number, 1 to 15.
    #[schema(example = 1)]
    pub code: u8,
    /// Name.
    #[schema(example = "已接件")]
    pub name: String,
}

/// The one correction notice (一次性补正告知).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!(samples::correction())))]
pub struct CorrectionNotice {
    /// Everything to be put right.
    pub items: Vec<CorrectionItem>,
    /// When it was given.
    #[schema(example = "2026-03-11T06:20:05Z")]
    pub at: DateTime<Utc>,
    /// Name of the officer.
    #[schema(example = "王建国")]
    pub by_name: String,
}

/// The acceptance (受理).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({"at": "2026-03-11T06:20:05Z", "by_name": "王建国"})))]
pub struct AcceptanceShown {
    /// When.
    #[schema(example = "2026-03-11T06:20:05Z")]
    pub at: DateTime<Utc>,
    /// Name of the officer.
    #[schema(example = "王建国")]
    pub by_name: String,
}

/// The refusal to accept (不受理 / 不予受理).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!(samples::refusal())))]
pub struct RefusalShown {
    /// Ground.
    pub ground: RefusalGround,
    /// Reason.
    #[schema(example = "该活动依法不需要取得行政许可")]
    pub reason: String,
    /// Body to turn to instead (有权办理机关).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("连云港市住房和城乡建设局（示例）"))]
    pub competent_body: Option<String>,
    /// When.
    #[schema(example = "2026-03-11T06:20:05Z")]
    pub at: DateTime<Utc>,
    /// Name of the officer.
    #[schema(example = "王建国")]
    pub by_name: String,
}

/// The decision (办理决定).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!(samples::decision())))]
pub struct DecisionShown {
    /// Approved or denied.
    pub outcome: Outcome,
    /// Reason.
    #[schema(example = "申请材料齐全，符合法定条件")]
    pub reason: String,
    /// When.
    #[schema(example = "2026-03-13T02:05:30Z")]
    pub at: DateTime<Utc>,
    /// Name of the officer.
    #[schema(example = "高振华")]
    pub by_name: String,
}

/// The withdrawal (撤件).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({"reason": "项目计划变更", "at": "2026-03-12T01:10:00Z"})))]
pub struct WithdrawalShown {
    /// Reason.
    #[schema(example = "项目计划变更")]
    pub reason: String,
    /// When.
    #[schema(example = "2026-03-12T01:10:00Z")]
    pub at: DateTime<Utc>,
}

/// A case as it stands (办件).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseView {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// Case number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub number: String,
    /// State (办件状态).
    pub state: Stage,
    /// What people call it.
    #[schema(example = "已接件")]
    pub state_name: String,
    /// The same by the exchange standard.
    pub exchange_state: ExchangeState,
    /// The matter, with the terms that stay with the case.
    pub matter: CaseMatter,
    /// Who applies.
    pub applicant: Applicant,
    /// The form, as last handed in.
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = tongban_contracts::samples::form)]
    pub form: Value,
    /// The materials, as last handed in.
    #[schema(example = samples::handed)]
    pub materials: Vec<HandedMaterial>,
    /// Required materials that are missing (缺少的必要材料).
    #[schema(example = json!([]))]
    pub missing_materials: Vec<MissingMaterial>,
    /// When it was handed in.
    #[schema(example = "2026-03-11T01:42:10Z")]
    pub submitted_at: DateTime<Utc>,
    /// Last day for the correction notice (告知截止日期).
    #[schema(example = "2026-03-18")]
    pub notice_due: NaiveDate,
    /// Last day for the decision by the promised limit (承诺办结日期), once accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-16"))]
    pub due: Option<NaiveDate>,
    /// Last day by law (法定办结日期), once accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-18"))]
    pub legal_due: Option<NaiveDate>,
    /// The one correction notice, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<CorrectionNotice>,
    /// When it was handed in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-03-12T08:30:00Z"))]
    pub resubmitted_at: Option<DateTime<Utc>>,
    /// The acceptance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<AcceptanceShown>,
    /// The refusal to accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalShown>,
    /// The decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionShown>,
    /// The withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<WithdrawalShown>,
    /// Identifier of the licence issued (电子证照标识).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(
        "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
    ))]
    pub licence: Option<String>,
    /// What the caller may do now (可办操作).
    #[schema(example = json!(["withdraw"]))]
    pub actions: Vec<CaseAction>,
}

impl CaseView {
    /// The case as `reader` sees it.
    pub fn of(id: &str, case: &CaseFile, terms: &Terms, reader: &Principal) -> Self {
        let missing = terms.missing(&case.materials).into_iter();
        let exchange = case.exchange_state();
        Self {
            id: id.to_owned(),
            number: case.number.clone(),
            state: case.stage,
            state_name: case.stage_name_zh().to_owned(),
            exchange_state: ExchangeState {
                code: exchange,
                name: exchange_name_zh(exchange).to_owned(),
            },
            matter: case.matter.clone(),
            applicant: case.applicant.clone(),
            form: case.form.clone(),
            materials: case.materials.clone(),
            missing_materials: missing
                .map(|one| MissingMaterial { code: one.code.clone(), name: one.name.clone() })
                .collect(),
            submitted_at: case.submitted_at,
            notice_due: case.notice_due,
            due: case.acceptance.as_ref().map(|one| one.due),
            legal_due: case.acceptance.as_ref().and_then(|one| one.legal_due),
            correction: case.correction.as_ref().map(|one| CorrectionNotice {
                items: one.items.clone(),
                at: one.by.at,
                by_name: one.by.name.clone(),
            }),
            resubmitted_at: case.resubmitted_at,
            acceptance: case
                .acceptance
                .as_ref()
                .map(|one| AcceptanceShown { at: one.by.at, by_name: one.by.name.clone() }),
            refusal: case.refusal.as_ref().map(|one| RefusalShown {
                ground: one.ground,
                reason: one.reason.clone(),
                competent_body: one.competent_body.clone(),
                at: one.by.at,
                by_name: one.by.name.clone(),
            }),
            decision: case.ruling.as_ref().map(|one| DecisionShown {
                outcome: one.outcome,
                reason: one.reason.clone(),
                at: one.by.at,
                by_name: one.by.name.clone(),
            }),
            withdrawal: case
                .retraction
                .as_ref()
                .map(|one| WithdrawalShown { reason: one.reason.clone(), at: one.at }),
            licence: case.licence.clone(),
            actions: case.actions(reader, terms),
        }
    }
}

/// A case in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseListed {
    /// Identifier.
    #[schema(format = Uuid, example = "019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub id: String,
    /// Case number (办件编号).
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub number: String,
    /// Identifier of the matter.
    #[schema(format = Uuid, example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: String,
    /// Name of the matter (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub matter_name: String,
    /// Implementing body (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Region (行政区划).
    #[schema(example = "320706")]
    pub region: String,
    /// Applicant (申请人).
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub applicant_name: String,
    /// State (办件状态).
    #[schema(example = "submitted")]
    pub state: String,
    /// What people call it.
    #[schema(example = "已接件")]
    pub state_name: String,
    /// When it was handed in.
    #[schema(example = "2026-03-11T01:42:10Z")]
    pub submitted_at: DateTime<Utc>,
    /// The day it waits for: that of the notice until acceptance, then that of the decision.
    #[schema(example = "2026-03-18")]
    pub due: NaiveDate,
    /// Identifier of the licence issued (电子证照标识).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples(
        "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
    ))]
    pub licence: Option<String>,
}

impl From<Model> for CaseListed {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            number: row.number,
            matter_id: row.matter_id,
            matter_name: row.matter_name,
            body: row.body,
            body_name: row.body_name,
            region: row.region,
            applicant_name: row.applicant_name,
            state: row.state,
            state_name: row.state_name,
            submitted_at: DateTime::from_timestamp_micros(row.submitted_at).unwrap_or_default(),
            due: row.due,
            licence: row.licence,
        }
    }
}
