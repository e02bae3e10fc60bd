//! A case (办件) as its history made it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_contracts::Meta;
use tongban_contracts::intake::{
    Applicant, CaseEvent, CaseMatter, CorrectionItem, Decision, HandedMaterial, Outcome,
    RefusalGround, Submission,
};
use tongban_kernel::{Context, Fault, Principal};
use tongban_ledger::Aggregate;
use uuid::Uuid;

use super::command::Command;
use super::decide;
use super::stage::Stage;

/// An officer who acted (经办人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// Account.
    pub account: String,
    /// Name.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Handler {
    fn of(meta: &Meta) -> Self {
        let Principal { account, name, .. } = meta.actor.clone();
        Self { account, name, at: meta.at }
    }
}

/// The one correction notice (一次性补正告知).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Everything to be put right.
    pub items: Vec<CorrectionItem>,
    /// Who gave it.
    pub by: Handler,
}

/// The acceptance (受理).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Last day by the promised limit.
    pub due: NaiveDate,
    /// Last day by law.
    pub legal_due: Option<NaiveDate>,
    /// Who accepted.
    pub by: Handler,
}

/// The refusal to accept (不受理 / 不予受理).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// Ground.
    pub ground: RefusalGround,
    /// Reason.
    pub reason: String,
    /// Body to turn to instead.
    pub competent_body: Option<String>,
    /// Who refused.
    pub by: Handler,
}

/// The decision (办理决定).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// Approved or denied.
    pub outcome: Outcome,
    /// Reason.
    pub reason: String,
    /// Who decided.
    pub by: Handler,
}

/// The withdrawal (撤件).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retraction {
    /// Reason.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A case as it stands (办件).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseFile {
    /// Case number (办件编号).
    pub number: String,
    /// The matter, with the terms that stay with the case.
    pub matter: CaseMatter,
    /// Who applies.
    pub applicant: Applicant,
    /// The form, as last handed in.
    pub form: Value,
    /// The materials, as last handed in.
    pub materials: Vec<HandedMaterial>,
    /// Every file ever handed in: what was replaced still belongs to the record.
    pub files: BTreeSet<Uuid>,
    /// Last day for the correction notice.
    pub notice_due: NaiveDate,
    /// Where it stands.
    pub stage: Stage,
    /// When it was handed in.
    pub submitted_at: DateTime<Utc>,
    /// The one correction notice.
    pub correction: Option<Correction>,
    /// When it was handed in again.
    pub resubmitted_at: Option<DateTime<Utc>>,
    /// The acceptance.
    pub acceptance: Option<Acceptance>,
    /// The refusal to accept.
    pub refusal: Option<Refusal>,
    /// The decision.
    pub ruling: Option<Ruling>,
    /// The withdrawal.
    pub retraction: Option<Retraction>,
    /// Identifier of the licence issued.
    pub licence: Option<String>,
}

impl Aggregate for CaseFile {
    type Event = CaseEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<CaseEvent>, Fault> {
        decide::decide(current, command, context)
    }

    fn evolve(current: Option<Self>, event: &CaseEvent, meta: &Meta) -> Option<Self> {
        let case = match (event, current) {
            (CaseEvent::Submitted(submission), None) => return Some(Self::new(submission, meta)),
            (_, case) => case?,
        };
        case.follow(event, meta)
    }
}

impl CaseFile {
    fn new(submission: &Submission, meta: &Meta) -> Self {
        Self {
            number: submission.number.clone(),
            matter: submission.matter.clone(),
            applicant: submission.applicant.clone(),
            form: submission.form.clone(),
            files: submission.materials.iter().map(|material| material.file_id).collect(),
            materials: submission.materials.clone(),
            notice_due: submission.notice_due,
            stage: Stage::Submitted,
            submitted_at: meta.at,
            correction: None,
            resubmitted_at: None,
            acceptance: None,
            refusal: None,
            ruling: None,
            retraction: None,
            licence: None,
        }
    }

    /// The case after one more event; `None` when it cannot follow.
    fn follow(mut self, event: &CaseEvent, meta: &Meta) -> Option<Self> {
        use Stage::{Accepted, Correcting, Decided, Refused, Resubmitted, Submitted, Withdrawn};
        self.stage = match (event, self.stage) {
            (CaseEvent::CorrectionRequested { items }, Submitted) => {
                self.correction = Some(Correction { items: items.clone(), by: Handler::of(meta) });
                Correcting
            }
            (CaseEvent::Resubmitted { form, materials }, Correcting) => {
                self.form = form.clone();
                self.files.extend(materials.iter().map(|material| material.file_id));
                self.materials.clone_from(materials);
                self.resubmitted_at = Some(meta.at);
                Resubmitted
            }
            (CaseEvent::Accepted { due, legal_due }, Submitted | Resubmitted) => {
                let by = Handler::of(meta);
                self.acceptance = Some(Acceptance { due: *due, legal_due: *legal_due, by });
                Accepted
            }
            (
                CaseEvent::AcceptanceRefused { ground, reason, competent_body },
                Submitted | Correcting | Resubmitted,
            ) => {
                self.refusal = Some(Refusal {
                    ground: *ground,
                    reason: reason.clone(),
                    competent_body: competent_body.clone(),
                    by: Handler::of(meta),
                });
                Refused
            }
            (CaseEvent::Decided(decision), Accepted) => {
                let Decision { outcome, reason, .. } = decision.as_ref();
                let by = Handler::of(meta);
                self.ruling = Some(Ruling { outcome: *outcome, reason: reason.clone(), by });
                Decided
            }
            (CaseEvent::Withdrawn { reason }, Submitted | Correcting | Resubmitted | Accepted) => {
                self.retraction = Some(Retraction { reason: reason.clone(), at: meta.at });
                Withdrawn
            }
            (CaseEvent::LicenceRecorded { identifier }, Decided) if self.licence.is_none() => {
                self.licence = Some(identifier.clone());
                Decided
            }
            _ => return None,
        };
        Some(self)
    }

    /// The day the case waits for: that of the notice until acceptance, then that of the decision.
    pub fn next_due(&self) -> NaiveDate {
        self.acceptance.as_ref().map_or(self.notice_due, |acceptance| acceptance.due)
    }

    /// Whether it ended with an approval.
    pub fn is_approved(&self) -> bool {
        self.ruling.as_ref().is_some_and(|ruling| ruling.outcome == Outcome::Approved)
    }
}
