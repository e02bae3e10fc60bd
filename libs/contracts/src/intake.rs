//! What the one-window intake tells the others: the life of a case (办件).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_kernel::{PrincipalKind, RegionCode};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::DomainEvent;
use crate::identity::IdentityDocument;
use crate::matters::{LicenceType, TimeLimit};
use crate::samples;

/// The matter a case was filed under, with the terms that stay with it (办理事项).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = samples::case_matter)]
pub struct CaseMatter {
    /// Identifier of the matter in the catalogue.
    #[schema(example = "ee45007c-cb1d-5453-ba84-3120eaf5f632")]
    pub matter_id: Uuid,
    /// Version it was filed under (事项版本).
    #[schema(example = 1)]
    pub revision: u32,
    /// Implementation code (实施编码).
    #[schema(example = "11320706MB0000001B4000117109003")]
    pub code: String,
    /// Name (事项名称).
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
    /// Implementing body (实施主体).
    #[schema(example = "11320706MB0000001B")]
    pub body: String,
    /// Its name.
    #[schema(example = "海州区行政审批局（示例）")]
    pub body_name: String,
    /// Region (行政区划).
    pub region: RegionCode,
    /// Window for the correction notice (一次性告知期限).
    pub notice_limit: TimeLimit,
    /// Promised limit for the decision (承诺办结时限).
    pub promised_limit: TimeLimit,
    /// Limit by law (法定办结时限).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_limit: Option<TimeLimit>,
    /// Name of the result (结果名称).
    #[schema(example = "建筑工程施工许可证")]
    pub result_name: String,
    /// Licence issued on approval (结果证照).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<LicenceType>,
}

/// Who applies (申请人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = samples::applicant)]
pub struct Applicant {
    /// Account at identity.
    #[schema(example = "6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d")]
    pub account: String,
    /// Citizen or organisation.
    pub kind: PrincipalKind,
    /// Name (姓名或名称).
    #[schema(example = "云港示例建设有限公司（示例）")]
    pub name: String,
    /// Identity document (证件).
    pub document: IdentityDocument,
}

/// A material as handed in (提交的材料).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandedMaterial {
    /// Code of the material in the matter (材料编码).
    #[schema(example = "M05")]
    pub code: String,
    /// Name (材料名称).
    #[schema(example = "施工合同")]
    pub name: String,
    /// The uploaded file.
    #[schema(example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub file_id: Uuid,
    /// Its name as uploaded.
    #[schema(example = "施工合同.pdf")]
    pub file_name: String,
    /// SM3 of its content, in hexadecimal (文件摘要).
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub sm3: String,
}

/// One thing to put right (补正事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionItem {
    /// JSON Pointer to what it is about: `/materials/<code>` or `/form/<field>`.
    #[schema(example = "/materials/M05")]
    pub pointer: String,
    /// What is wrong and what is needed (补正要求).
    #[schema(example = "缺少施工合同，请上传双方盖章的完整合同")]
    pub message: String,
}

/// Why an application is not accepted (行政许可法 art. 32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalGround {
    /// 依法不需要取得许可 (art. 32(1)).
    NotNeeded,
    /// 不属于本机关职权范围 (art. 32(2)); the competent body is to be named.
    NotCompetent,
    /// 逾期未补正: the corrections asked for were not made.
    NotCorrected,
}

/// How a case was decided (办理结果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 准予
    Approved,
    /// 不予
    Denied,
}

/// History of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum CaseEvent {
    /// 已接件: handed in.
    Submitted(Box<Submission>),
    /// 补正(开始): the one complete notice of what is missing or wrong.
    CorrectionRequested {
        /// Everything to be put right.
        items: Vec<CorrectionItem>,
    },
    /// 补正(结束): handed in again.
    Resubmitted {
        /// The form, whole.
        #[schema(value_type = std::collections::BTreeMap<String, Value>, example = samples::form)]
        form: Value,
        /// All materials, whole.
        materials: Vec<HandedMaterial>,
    },
    /// 已受理: accepted; the clock for the decision runs.
    Accepted {
        /// Last day for the decision by the promised limit (承诺办结日期).
        #[schema(example = "2026-03-16")]
        due: NaiveDate,
        /// Last day by law (法定办结日期).
        #[schema(example = "2026-03-18")]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legal_due: Option<NaiveDate>,
    },
    /// 不受理 / 不予受理.
    AcceptanceRefused {
        /// On which ground.
        ground: RefusalGround,
        /// Reason told to the applicant.
        #[schema(example = "该活动依法不需要取得行政许可")]
        reason: String,
        /// Body to turn to instead (有权办理机关).
        #[schema(examples("连云港市住房和城乡建设局（示例）"))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        competent_body: Option<String>,
    },
    /// 办结(通过 / 不通过).
    Decided(Box<Decision>),
    /// 撤回: taken back by the applicant before the decision.
    Withdrawn {
        /// Why.
        #[schema(example = "项目计划变更")]
        reason: String,
    },
    /// 出证: the licence for an approved case exists.
    LicenceRecorded {
        /// Identifier of the licence (电子证照标识).
        #[schema(
            example = "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
        )]
        identifier: String,
    },
}

/// What was handed in (申请).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Submission {
    /// Case number (办件编号): implementation code, date and serial.
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub number: String,
    /// Under which matter.
    pub matter: CaseMatter,
    /// By whom.
    pub applicant: Applicant,
    /// The form as filled in.
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = samples::form)]
    pub form: Value,
    /// The materials.
    pub materials: Vec<HandedMaterial>,
    /// Last day for the correction notice (告知截止日期); silence means acceptance (art. 32(4)).
    #[schema(example = "2026-03-18")]
    pub notice_due: NaiveDate,
}

/// A decision, complete in itself for those who act on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Approved or denied.
    pub outcome: Outcome,
    /// Reasons; required for a denial (art. 38).
    #[schema(example = "申请材料齐全，符合法定条件")]
    pub reason: String,
    /// Case number.
    #[schema(example = "11320706MB0000001B4000117109003202603110001")]
    pub number: String,
    /// Under which matter.
    pub matter: CaseMatter,
    /// For whom.
    pub applicant: Applicant,
    /// The form the decision rests on; feeds the face of the licence.
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = samples::form)]
    pub form: Value,
    /// Account of the officer who accepted (受理人).
    #[schema(example = "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11")]
    pub accepted_by: String,
    /// Last day by the promised limit.
    #[schema(example = "2026-03-16")]
    pub due: NaiveDate,
}

impl DomainEvent for CaseEvent {
    const SERVICE: &'static str = "intake";
    const AGGREGATE: &'static str = "case";
}
