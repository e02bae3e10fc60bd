//! Who may do what with a case.

use serde::{Deserialize, Serialize};
use tongban_contracts::intake::CaseMatter;
use tongban_kernel::{Fault, Principal, Role};
use utoipa::ToSchema;

use super::case::CaseFile;
use super::stage::Stage;
use super::terms::Terms;

/// What a caller may do with a case as it stands (可办操作).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseAction {
    /// 一次性补正告知
    RequestCorrection,
    /// 提交补正
    Resubmit,
    /// 受理
    Accept,
    /// 不予受理
    RefuseAcceptance,
    /// 作出决定
    Decide,
    /// 撤件
    Withdraw,
}

/// Only officers of the body and region, in the role the act needs.
pub fn officer(actor: &Principal, role: Role, matter: &CaseMatter) -> Result<(), Fault> {
    if actor.holds(role, &matter.body, &matter.region) {
        return Ok(());
    }
    if !actor.roles.contains(&role) {
        return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
    }
    Err(Fault::forbidden("not_your_body", "只能办理本单位、本区域的办件"))
}

impl CaseFile {
    /// Only the applicant.
    ///
    /// # Errors
    /// `not_your_case`.
    pub fn check_applicant(&self, actor: &Principal) -> Result<(), Fault> {
        if self.applicant.account == actor.account {
            return Ok(());
        }
        Err(Fault::forbidden("not_your_case", "只有申请人本人可以办理此操作"))
    }

    /// Whether `actor` may see the case: its applicant, clerks and approvers of the body and region,
    /// supervisors of the region.
    pub fn may_see(&self, actor: &Principal) -> bool {
        let CaseMatter { body, region, .. } = &self.matter;
        self.applicant.account == actor.account
            || actor.holds(Role::WindowClerk, body, region)
            || actor.holds(Role::Approver, body, region)
            || (actor.roles.contains(&Role::Supervisor) && actor.reaches(region))
    }

    /// Refuses those who may not see the case.
    ///
    /// # Errors
    /// `not_your_case`.
    pub fn check_sight(&self, actor: &Principal) -> Result<(), Fault> {
        if self.may_see(actor) {
            return Ok(());
        }
        Err(Fault::forbidden("not_your_case", "只能查看本人的办件，或本单位、本区域的办件"))
    }

    /// Whether `actor` accepted the case or gave its correction notice, and so may not decide it (I-3).
    pub fn handled_by(&self, actor: &Principal) -> bool {
        let accepted = self.acceptance.as_ref().map(|acceptance| &acceptance.by);
        let corrected = self.correction.as_ref().map(|correction| &correction.by);
        [accepted, corrected].into_iter().flatten().any(|by| by.account == actor.account)
    }

    /// What `actor` may do with the case now; everything listed would be let through by `decide`.
    pub fn actions(&self, actor: &Principal, terms: &Terms) -> Vec<CaseAction> {
        let mut actions = Vec::new();
        let CaseMatter { body, region, .. } = &self.matter;
        let at_window = matches!(self.stage, Stage::Submitted | Stage::Resubmitted);
        if actor.holds(Role::WindowClerk, body, region) {
            if self.stage == Stage::Submitted {
                actions.push(CaseAction::RequestCorrection);
            }
            if at_window && terms.missing(&self.materials).is_empty() {
                actions.push(CaseAction::Accept);
            }
            if at_window || self.stage == Stage::Correcting {
                actions.push(CaseAction::RefuseAcceptance);
            }
        }
        if self.stage == Stage::Accepted
            && actor.holds(Role::Approver, body, region)
            && !self.handled_by(actor)
        {
            actions.push(CaseAction::Decide);
        }
        if self.applicant.account == actor.account {
            if self.stage == Stage::Correcting {
                actions.push(CaseAction::Resubmit);
            }
            if !self.stage.is_end() {
                actions.push(CaseAction::Withdraw);
            }
        }
        actions
    }
}
