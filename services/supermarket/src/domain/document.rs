//! A document that a body publishes for agencies (管理办法、考核办法); its dates are the system's.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supermarket::{DocumentEvent, ManagementDocument, Named};
use tongban_kernel::{Context, Fault, Faults, Principal, Role, civil_date};
use tongban_ledger::Aggregate;

use super::directory::Withdrawn;
use super::ground::{another, named, registered};

/// What waits for the second officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    /// 拟发布
    Publication(Box<ManagementDocument>),
    /// 拟废止
    Repeal(String),
}

/// A proposal of the first officer (待复核).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What is proposed.
    pub what: Pending,
    /// Who.
    pub by: Named,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is or was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Version, from 1.
    pub revision: u32,
    /// Since when.
    pub published_on: NaiveDate,
    /// The document.
    pub document: ManagementDocument,
    /// When and why it was repealed.
    pub repealed: Option<Withdrawn>,
}

/// A document as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// What waits for the second officer.
    pub proposal: Option<Proposal>,
    /// What is or was in force.
    pub published: Option<Published>,
}

/// What can be asked of a document.
#[derive(Debug, Clone)]
pub enum Command {
    /// 拟发布: by the first officer.
    Draft {
        /// The document.
        document: Box<ManagementDocument>,
        /// Names of the registered bodies that it may name, by credit code.
        bodies: BTreeMap<String, String>,
    },
    /// 拟废止: by the first officer.
    ProposeRepeal(String),
    /// 复核: by the second officer.
    Decide {
        /// Whether it is confirmed.
        confirmed: bool,
        /// Why not.
        reason: String,
    },
}

impl Aggregate for Paper {
    type Event = DocumentEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<DocumentEvent>, Fault> {
        let (actor, by) = (&context.actor, named(&context.actor));
        match (command, current) {
            (Command::Draft { document, bodies }, current) => {
                editor(actor, &document)?;
                if let Some(paper) = current {
                    paper.nothing_pending()?;
                    if let Some(before) = paper.document() {
                        editor(actor, before)?;
                    }
                }
                let mut faults = Faults::new();
                registered(&mut faults, "/body", &document.body, &bodies);
                faults.into_result("invalid_document", "文件要素有误")?;
                Ok(vec![DocumentEvent::Drafted { by, document }])
            }
            (_, None) => Err(Fault::not_found("该文件")),
            (Command::ProposeRepeal(reason), Some(paper)) => {
                if let Some(document) = paper.document() {
                    editor(actor, document)?;
                }
                if paper.published.as_ref().is_none_or(|one| one.repealed.is_some()) {
                    return Err(Fault::conflict("not_in_force", "该文件未在用"));
                }
                paper.nothing_pending()?;
                Ok(vec![DocumentEvent::RepealProposed { by, reason }])
            }
            (Command::Decide { confirmed, reason }, Some(paper)) => {
                paper.second(confirmed, reason, context)
            }
        }
    }

    fn evolve(current: Option<Self>, event: &DocumentEvent, meta: &Meta) -> Option<Self> {
        let mut paper = current.unwrap_or_default();
        let proposal = |what, by: &Named| Some(Proposal { what, by: by.clone(), at: meta.at });
        match event {
            DocumentEvent::Drafted { by, document } => {
                paper.proposal = proposal(Pending::Publication(document.clone()), by);
            }
            DocumentEvent::RepealProposed { by, reason } => {
                paper.proposal = proposal(Pending::Repeal(reason.clone()), by);
            }
            DocumentEvent::DraftRejected { .. } => paper.proposal = None,
            DocumentEvent::Published { revision, published_on, document, .. } => {
                paper.proposal = None;
                paper.published = Some(Published {
                    revision: *revision,
                    published_on: *published_on,
                    document: document.as_ref().clone(),
                    repealed: None,
                });
            }
            DocumentEvent::Repealed { repealed_on, reason, .. } => {
                paper.proposal = None;
                let repealed = Withdrawn { on: *repealed_on, reason: reason.clone() };
                paper.published.as_mut()?.repealed = Some(repealed);
            }
        }
        Some(paper)
    }
}

impl Paper {
    /// The document that is spoken of: the one in force, the last one, or the draft of the first.
    pub fn document(&self) -> Option<&ManagementDocument> {
        match (&self.published, &self.proposal) {
            (Some(published), _) => Some(&published.document),
            (None, Some(Proposal { what: Pending::Publication(document), .. })) => Some(document),
            (None, _) => None,
        }
    }

    fn nothing_pending(&self) -> Result<(), Fault> {
        if self.proposal.is_some() {
            return Err(Fault::conflict("proposal_pending", "已有待复核的拟办意见"));
        }
        Ok(())
    }

    fn second(
        &self,
        confirmed: bool,
        reason: String,
        context: &Context,
    ) -> Result<Vec<DocumentEvent>, Fault> {
        let Some(proposal) = &self.proposal else {
            return Err(Fault::conflict("nothing_proposed", "没有待复核的拟办意见"));
        };
        let document = match &proposal.what {
            Pending::Publication(document) => Some(document.as_ref()),
            Pending::Repeal(_) => self.document(),
        };
        let document = document.ok_or_else(|| Fault::internal("a repeal of nothing"))?;
        editor(&context.actor, document)?;
        another(&context.actor, &[&proposal.by])?;
        let (by, today) = (named(&context.actor), civil_date(context.now));
        Ok(vec![match &proposal.what {
            _ if !confirmed => DocumentEvent::DraftRejected { by, reason },
            Pending::Repeal(reason) => {
                DocumentEvent::Repealed { by, repealed_on: today, reason: reason.clone() }
            }
            Pending::Publication(document) => DocumentEvent::Published {
                revision: self.published.as_ref().map_or(0, |one| one.revision).saturating_add(1),
                by,
                published_on: today,
                document: document.clone(),
            },
        }])
    }
}

/// Only reviewers and managers of the body that publishes, and managers of the supermarket of the region.
fn editor(actor: &Principal, document: &ManagementDocument) -> Result<(), Fault> {
    let ManagementDocument { body, region, .. } = document;
    let manages = actor.roles.contains(&Role::MarketManager) && actor.reaches(region);
    if manages || actor.holds(Role::IndustryReviewer, &body.id, region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_body", "只能维护本单位、本区域的文件"))
}
