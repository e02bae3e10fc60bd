//! An electronic licence (电子证照) and its end.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::licences::{Licence, LicenceEvent, RevocationGround};
use tongban_kernel::{Context, Fault, Principal, Role};
use tongban_ledger::Aggregate;

use super::validity::LicenceState;

/// A licence as it stands. Its identifier in the ledger is the case's: one case, one licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The licence as issued.
    pub licence: Licence,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// How it ended early, if it did.
    pub revocation: Option<Revocation>,
}

/// An early end (撤销、吊销、注销).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Ground.
    pub ground: RevocationGround,
    /// Reason told to the holder.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What can be asked of a licence.
#[derive(Debug, Clone)]
pub enum Command {
    /// 签发: a case was approved.
    Issue(Box<Licence>),
    /// 撤销、吊销、注销.
    Revoke {
        /// Ground.
        ground: RevocationGround,
        /// Reason told to the holder.
        reason: String,
    },
}

impl Aggregate for Record {
    type Event = LicenceEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<LicenceEvent>, Fault> {
        match (command, current) {
            (Command::Issue(licence), None) => Ok(vec![LicenceEvent::Issued(licence)]),
            (Command::Issue(_), Some(_)) => Ok(Vec::new()),
            (Command::Revoke { .. }, None) => Err(Fault::not_found("该证照")),
            (Command::Revoke { ground, reason }, Some(record)) => {
                record.revoke(ground, reason, &context.actor)
            }
        }
    }

    fn evolve(current: Option<Self>, event: &LicenceEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (LicenceEvent::Issued(licence), None) => Some(Self {
                licence: licence.as_ref().clone(),
                issued_at: meta.at,
                revocation: None,
            }),
            (LicenceEvent::Revoked { ground, reason }, Some(record)) => Some(Self {
                revocation: Some(Revocation {
                    ground: *ground,
                    reason: reason.clone(),
                    at: meta.at,
                }),
                ..record
            }),
            _ => None,
        }
    }
}

impl Record {
    /// What it is worth on `today`.
    pub fn state_on(&self, today: NaiveDate) -> LicenceState {
        let Licence { valid_from, valid_until, .. } = &self.licence;
        LicenceState::on(today, *valid_from, *valid_until, self.revocation.is_some())
    }

    /// Whether `actor` may see it whole: its holder, the issuer's licence officers, the region's supervisors.
    ///
    /// # Errors
    /// A refusal for anyone else.
    pub fn may_read(&self, actor: &Principal) -> Result<(), Fault> {
        let Licence { issuer, region, .. } = &self.licence;
        let supervises = actor.roles.contains(&Role::Supervisor) && actor.reaches(region);
        let issued = actor.holds(Role::LicenceOfficer, issuer, region);
        if self.is_held_by(actor) || supervises || issued {
            return Ok(());
        }
        Err(Fault::forbidden(
            "not_your_licence",
            "只有持证人、颁发机构和本区域监督人员可以查看该证照",
        ))
    }

    /// Whether `actor` may present it on `today` (亮证): its holder, while it is valid.
    ///
    /// # Errors
    /// A refusal for anyone else, or a conflict that tells its state.
    pub fn may_present(&self, actor: &Principal, today: NaiveDate) -> Result<(), Fault> {
        if !self.is_held_by(actor) {
            return Err(Fault::forbidden("not_the_holder", "只有持证人可以出示证照"));
        }
        match self.state_on(today) {
            LicenceState::Valid => Ok(()),
            LicenceState::Expired => {
                Err(Fault::conflict("licence_expired", "证照已过有效期，不能出示"))
            }
            LicenceState::Revoked => {
                Err(Fault::conflict("licence_revoked", "证照已撤销、吊销或注销，不能出示"))
            }
            LicenceState::NotYetValid => {
                Err(Fault::conflict("licence_not_yet_valid", "证照尚未生效，不能出示"))
            }
        }
    }

    fn is_held_by(&self, actor: &Principal) -> bool {
        actor.account == self.licence.holder_account
    }

    fn revoke(
        &self,
        ground: RevocationGround,
        reason: String,
        actor: &Principal,
    ) -> Result<Vec<LicenceEvent>, Fault> {
        let Licence { issuer, region, .. } = &self.licence;
        if !actor.holds(Role::LicenceOfficer, issuer, region) {
            return Err(Fault::forbidden(
                "not_your_body",
                "只有颁发机构本单位、本区域的证照管理员可以撤销该证照",
            ));
        }
        if self.revocation.is_some() {
            return Err(Fault::conflict(
                "already_revoked",
                "该证照已撤销、吊销或注销，不能再次办理",
            ));
        }
        Ok(vec![LicenceEvent::Revoked { ground, reason }])
    }
}
