//! What can be asked of a case.

use serde_json::Value;
use tongban_contracts::intake::{
    Applicant, CorrectionItem, HandedMaterial, Outcome, RefusalGround,
};

use super::terms::Terms;

/// An application, checked, on its way to become a case (申请).
#[derive(Debug, Clone)]
pub struct Filing {
    /// Case number (办件编号).
    pub number: String,
    /// By whom.
    pub applicant: Applicant,
    /// The form as filled in.
    pub form: Value,
    /// The materials.
    pub materials: Vec<HandedMaterial>,
    /// Under which terms.
    pub terms: Terms,
}

/// What can be asked of a case.
#[derive(Debug, Clone)]
pub enum Command {
    /// 接件: files an application.
    Submit(Box<Filing>),
    /// 一次性告知: tells the applicant, once and completely, what is to be put right.
    RequestCorrection {
        /// Everything to be put right.
        items: Vec<CorrectionItem>,
        /// What an item may name.
        terms: Terms,
    },
    /// 补正: hands form and materials in again, whole.
    Resubmit {
        /// The form.
        form: Value,
        /// The materials.
        materials: Vec<HandedMaterial>,
    },
    /// 受理: accepts a complete application.
    Accept {
        /// What completeness and limits are judged by.
        terms: Terms,
    },
    /// 不受理 / 不予受理: refuses acceptance.
    RefuseAcceptance {
        /// On which ground.
        ground: RefusalGround,
        /// Reason told to the applicant.
        reason: String,
        /// Body to turn to instead.
        competent_body: Option<String>,
    },
    /// 决定: approves or denies.
    Decide {
        /// Approved or denied.
        outcome: Outcome,
        /// Reason; a denial needs one.
        reason: String,
    },
    /// 撤件: takes the application back.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// 出证: notes the licence issued for the approved case.
    RecordLicence {
        /// Its identifier.
        identifier: String,
    },
}

impl Command {
    /// Its name in the codes of refusals.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Submit(_) => "submit",
            Self::RequestCorrection { .. } => "request_correction",
            Self::Resubmit { .. } => "resubmit",
            Self::Accept { .. } => "accept",
            Self::RefuseAcceptance { .. } => "refuse_acceptance",
            Self::Decide { .. } => "decide",
            Self::Withdraw { .. } => "withdraw",
            Self::RecordLicence { .. } => "record_licence",
        }
    }

    /// Its name for people.
    pub const fn name_zh(&self) -> &'static str {
        match self {
            Self::Submit(_) => "接件",
            Self::RequestCorrection { .. } => "发出补正通知",
            Self::Resubmit { .. } => "提交补正",
            Self::Accept { .. } => "受理",
            Self::RefuseAcceptance { .. } => "作出不予受理决定",
            Self::Decide { .. } => "作出办理决定",
            Self::Withdraw { .. } => "撤件",
            Self::RecordLicence { .. } => "登记证照",
        }
    }
}
