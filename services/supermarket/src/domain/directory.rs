//! A service of the directory (行政审批中介服务事项): what is in force, two officers put there, on a day that the
//! system sets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supermarket::{DirectoryEvent, FeeKind, IntermediaryService, Named};
use tongban_kernel::{Context, Fault, Faults, Principal, Role, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ground::{another, named, registered};

/// What waits for the second officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    /// 拟发布
    Publication(Box<IntermediaryService>),
    /// 拟取消
    Withdrawal(String),
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
    /// The entry.
    pub service: IntermediaryService,
    /// When and why it was withdrawn.
    pub withdrawn: Option<Withdrawn>,
}

/// The end of an entry (取消).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PublicationEnd)]
pub struct Withdrawn {
    /// Day, set by the system (取消日期).
    #[schema(example = "2026-03-11")]
    pub on: NaiveDate,
    /// Why (取消原因).
    #[schema(example = "设定依据已废止")]
    pub reason: String,
}

/// A service of the directory as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What waits for the second officer.
    pub proposal: Option<Proposal>,
    /// What is or was in force.
    pub published: Option<Published>,
}

/// What others tell of what an entry names.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The matters that the catalogue has in force.
    pub matters: BTreeSet<Uuid>,
    /// Names of the bodies, by credit code.
    pub bodies: BTreeMap<String, String>,
}

/// What can be asked of a service.
#[derive(Debug, Clone)]
pub enum Command {
    /// 拟发布: by the first officer.
    Draft(Box<IntermediaryService>, Known),
    /// 拟取消: by the first officer.
    ProposeWithdrawal(String),
    /// 复核: by the second officer; with a reason it goes back.
    Decide {
        /// Whether it is confirmed.
        confirmed: bool,
        /// Why not.
        reason: String,
    },
}

impl Aggregate for Entry {
    type Event = DirectoryEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<DirectoryEvent>, Fault> {
        match (command, current) {
            (Command::Draft(service, known), current) => draft(current, service, &known, context),
            (_, None) => Err(Fault::not_found("该中介服务事项")),
            (Command::ProposeWithdrawal(reason), Some(entry)) => {
                if let Some(service) = entry.service() {
                    editor(&context.actor, service)?;
                }
                if entry.in_force().is_none() {
                    return Err(Fault::conflict("not_in_force", "该中介服务事项未在用"));
                }
                entry.nothing_pending()?;
                Ok(vec![DirectoryEvent::WithdrawalProposed { by: named(&context.actor), reason }])
            }
            (Command::Decide { confirmed, reason }, Some(entry)) => {
                entry.second(confirmed, reason, context)
            }
        }
    }

    fn evolve(current: Option<Self>, event: &DirectoryEvent, meta: &Meta) -> Option<Self> {
        let mut entry = current.unwrap_or_default();
        let proposal = |what, by: &Named| Some(Proposal { what, by: by.clone(), at: meta.at });
        match event {
            DirectoryEvent::Drafted { by, service } => {
                entry.proposal = proposal(Pending::Publication(service.clone()), by);
            }
            DirectoryEvent::WithdrawalProposed { by, reason } => {
                entry.proposal = proposal(Pending::Withdrawal(reason.clone()), by);
            }
            DirectoryEvent::DraftRejected { .. } => entry.proposal = None,
            DirectoryEvent::Published { revision, published_on, service, .. } => {
                entry.proposal = None;
                entry.published = Some(Published {
                    revision: *revision,
                    published_on: *published_on,
                    service: service.as_ref().clone(),
                    withdrawn: None,
                });
            }
            DirectoryEvent::Withdrawn { withdrawn_on, reason, .. } => {
                entry.proposal = None;
                let withdrawn = Withdrawn { on: *withdrawn_on, reason: reason.clone() };
                entry.published.as_mut()?.withdrawn = Some(withdrawn);
            }
        }
        Some(entry)
    }
}

impl Entry {
    /// The entry in force.
    pub fn in_force(&self) -> Option<&IntermediaryService> {
        let published = self.published.as_ref()?;
        published.withdrawn.is_none().then_some(&published.service)
    }

    /// The entry that is spoken of: the one in force, the last one, or the draft of the first.
    pub fn service(&self) -> Option<&IntermediaryService> {
        match (&self.published, &self.proposal) {
            (Some(published), _) => Some(&published.service),
            (None, Some(Proposal { what: Pending::Publication(service), .. })) => Some(service),
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
    ) -> Result<Vec<DirectoryEvent>, Fault> {
        let Some(proposal) = &self.proposal else {
            return Err(Fault::conflict("nothing_proposed", "没有待复核的拟办意见"));
        };
        let service = match &proposal.what {
            Pending::Publication(service) => Some(service.as_ref()),
            Pending::Withdrawal(_) => self.service(),
        };
        let service = service.ok_or_else(|| Fault::internal("a withdrawal of nothing"))?;
        super::ground::manager(&context.actor, &service.region)?;
        another(&context.actor, &[&proposal.by])?;
        let (by, today) = (named(&context.actor), civil_date(context.now));
        Ok(vec![match &proposal.what {
            _ if !confirmed => DirectoryEvent::DraftRejected { by, reason },
            Pending::Withdrawal(reason) => {
                DirectoryEvent::Withdrawn { by, withdrawn_on: today, reason: reason.clone() }
            }
            Pending::Publication(service) => DirectoryEvent::Published {
                revision: self.published.as_ref().map_or(0, |one| one.revision).saturating_add(1),
                by,
                published_on: today,
                service: service.clone(),
            },
        }])
    }
}

fn draft(
    current: Option<&Entry>,
    service: Box<IntermediaryService>,
    known: &Known,
    context: &Context,
) -> Result<Vec<DirectoryEvent>, Fault> {
    editor(&context.actor, &service)?;
    if let Some(entry) = current {
        entry.nothing_pending()?;
        if let Some(before) = entry.service() {
            editor(&context.actor, before)?;
        }
    }
    check(&service, known)?;
    Ok(vec![DirectoryEvent::Drafted { by: named(&context.actor), service }])
}

/// Only reviewers of the industry body, and managers of the supermarket of the region.
fn editor(actor: &Principal, service: &IntermediaryService) -> Result<(), Fault> {
    let IntermediaryService { industry_body, region, .. } = service;
    let manages = actor.roles.contains(&Role::MarketManager) && actor.reaches(region);
    if manages || actor.holds(Role::IndustryReviewer, &industry_body.id, region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_body", "只能维护本单位、本区域的中介服务事项"))
}

/// Checks an entry. Every fault at once.
pub fn check(service: &IntermediaryService, known: &Known) -> Result<(), Fault> {
    let mut faults = Faults::new();
    registered(&mut faults, "/industry_body", &service.industry_body, &known.bodies);
    registered(&mut faults, "/superior_body", &service.superior_body, &known.bodies);
    if service.industry_body.id == service.superior_body.id {
        faults.add("/superior_body/id", "same_body", "上级主管部门不得为行业主管部门本身");
    }
    if !service.matters.is_empty() && !service.basis.iter().any(|basis| basis.kind.suffices()) {
        let text = "没有法律、行政法规或者国务院决定依据的中介服务，不得作为行政审批的条件\
                    （优化营商环境条例第四十三条）";
        faults.add("/basis", "no_legal_basis", text);
    }
    let mut named = BTreeSet::new();
    for (index, one) in service.matters.iter().enumerate() {
        let place = format!("/matters/{index}/matter_id");
        if !known.matters.contains(&one.matter_id) {
            faults.add(place, "unknown_matter", "事项库中没有该在用事项");
        } else if !named.insert((one.matter_id, &one.material_code)) {
            faults.add(place, "duplicate", "审批事项重复");
        }
    }
    if service.fee.kind == FeeKind::GovernmentGuided {
        if service.fee.cap_fen.is_none() {
            faults.add("/fee/cap_fen", "required", "实行政府指导价的，须公布上限价");
        }
        if service.fee.basis.is_none() {
            faults.add("/fee/basis", "required", "实行政府指导价的，须公布收费依据");
        }
    }
    faults.into_result("invalid_service", "中介服务事项要素有误")
}
