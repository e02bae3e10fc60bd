//! An agency (中介机构): in by itself, out by itself or by rule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supermarket::{
    AgencyEvent, AgencyProfile, IntermediaryService, Measure, Offer, Qualification,
};
use tongban_kernel::{Context, Fault, Principal, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::discipline::{self, Record};
use super::ground::Ground;
use super::profile::{self, Details, Organisation};
use super::{expiry, offer};

/// Where an agency stands (机构状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "active")]
#[schema(as = AgencyStanding)]
pub enum Standing {
    /// 正常
    Active,
    /// 暂停承接业务
    Suspended,
    /// 已清退
    Excluded,
    /// 已退出
    Left,
}

impl Standing {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Excluded => "excluded",
            Self::Left => "left",
        }
    }

    /// In words.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Active => "正常",
            Self::Suspended => "暂停承接业务",
            Self::Excluded => "已清退",
            Self::Left => "已退出",
        }
    }
}

/// A service on offer, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The terms.
    pub offer: Offer,
    /// Since when, set by the system.
    pub published_at: DateTime<Utc>,
}

/// A certificate of an agency or of one of its people: code, number, number of the professional.
pub type Certificate = (String, String, Option<String>);

/// An agency as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// What it says of itself.
    pub profile: AgencyProfile,
    /// When it came in, for the last time.
    pub registered_at: DateTime<Utc>,
    /// When it left, if it did.
    pub left_at: Option<DateTime<Utc>>,
    /// Services on offer.
    pub offers: BTreeMap<Uuid, Offered>,
    /// Every measure there ever was.
    pub records: Vec<Record>,
    /// Certificates whose end was noted.
    pub expired: BTreeSet<Certificate>,
}

/// What can be asked of an agency.
#[derive(Debug, Clone)]
pub enum Command {
    /// 入驻
    Register(Box<(Organisation, Details)>),
    /// 信息变更
    Change(Box<Details>),
    /// 公布服务报价: of a service in force.
    Offer(Box<(Uuid, IntermediaryService, Offer)>),
    /// 撤回服务报价
    WithdrawOffer(Uuid),
    /// 退出
    Leave {
        /// Why.
        reason: String,
        /// Contracts that are not settled.
        running: u64,
    },
    /// 惩戒: by the first officer.
    Sanction {
        /// Code of the broken rule.
        rule: String,
        /// What the agency did.
        facts: String,
        /// What it stands on.
        ground: Arc<Ground>,
    },
    /// 清退复核: by the second officer.
    Confirm {
        /// The sanction.
        number: u32,
        /// Whether it is confirmed.
        confirmed: bool,
        /// Why.
        reason: String,
        /// What it stands on.
        ground: Arc<Ground>,
    },
    /// 解除
    Lift {
        /// The sanction.
        number: u32,
        /// Why.
        reason: String,
    },
    /// 申诉
    Appeal {
        /// The sanction.
        number: u32,
        /// On what ground.
        plea: String,
        /// What it stands on.
        ground: Arc<Ground>,
    },
    /// 申诉决定
    DecideAppeal {
        /// The sanction.
        number: u32,
        /// Whether it is lifted.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// What the clock brings: qualifications end, and so do terms.
    KeepTime,
}

impl Aggregate for Agency {
    type Event = AgencyEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<AgencyEvent>, Fault> {
        match (command, current) {
            (Command::Register(given), current) => {
                let (organisation, details) = *given;
                register(current, organisation, details, context)
            }
            (_, None) => Err(Fault::not_found("该中介机构")),
            (command, Some(agency)) => agency.decide_on(command, context),
        }
    }

    fn evolve(current: Option<Self>, event: &AgencyEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (AgencyEvent::Registered(profile), current) => Some(Self {
                profile: profile.as_ref().clone(),
                registered_at: meta.at,
                left_at: None,
                offers: BTreeMap::new(),
                records: current.map(|agency| agency.records).unwrap_or_default(),
                expired: BTreeSet::new(),
            }),
            (_, None) => None,
            (event, Some(agency)) => agency.after(event, meta),
        }
    }
}

fn register(
    current: Option<&Agency>,
    organisation: Organisation,
    details: Details,
    context: &Context,
) -> Result<Vec<AgencyEvent>, Fault> {
    let day = civil_date(context.now);
    if let Some(agency) = current {
        match agency.standing_on(day) {
            Standing::Excluded => {
                return Err(Fault::conflict(
                    "agency_excluded",
                    "该机构已被清退，期满或者解除前不能入驻",
                ));
            }
            Standing::Left => {}
            _ => {
                return Err(Fault::conflict(
                    "already_registered",
                    "该统一社会信用代码已入驻，一码一户",
                ));
            }
        }
    }
    let profile = details.of(organisation);
    profile::check(&profile, None, day)?;
    Ok(vec![AgencyEvent::Registered(Box::new(profile))])
}

impl Agency {
    /// Where it stands on `day`: what has run out by then counts no more, whether it was noted or not.
    pub fn standing_on(&self, day: NaiveDate) -> Standing {
        let in_force = |measure| {
            self.records.iter().any(|one| one.sanction.measure == measure && one.holds_on(day))
        };
        match self.left_at {
            _ if in_force(Measure::Exclusion) => Standing::Excluded,
            Some(_) => Standing::Left,
            None if in_force(Measure::Suspension) => Standing::Suspended,
            None => Standing::Active,
        }
    }

    /// Whether it may take on work on `day`.
    ///
    /// # Errors
    /// `agency_suspended`, `agency_excluded` or `agency_left`.
    pub fn may_work(&self, day: NaiveDate) -> Result<(), Fault> {
        match self.standing_on(day) {
            Standing::Active => Ok(()),
            Standing::Suspended => Err(Fault::conflict("agency_suspended", "该机构被暂停承接业务")),
            Standing::Excluded => Err(Fault::conflict("agency_excluded", "该机构已被清退")),
            Standing::Left => Err(Fault::conflict("agency_left", "该机构已退出")),
        }
    }

    /// Only the agency itself.
    ///
    /// # Errors
    /// `not_your_agency`.
    pub fn itself(&self, actor: &Principal) -> Result<(), Fault> {
        if self.is_of(actor) {
            return Ok(());
        }
        Err(Fault::forbidden("not_your_agency", "只能办理本机构的事项"))
    }

    /// Whether `actor` is the agency.
    pub fn is_of(&self, actor: &Principal) -> bool {
        self.profile.account == actor.account
    }

    /// Its certificates and those of its people, with the number of the professional.
    pub fn certificates(&self) -> impl Iterator<Item = (&Qualification, Option<&str>)> {
        let own = self.profile.qualifications.iter().map(|one| (one, None));
        let staff = self.profile.staff.iter().flat_map(|member| {
            member.qualifications.iter().map(|one| (one, Some(member.number.as_str())))
        });
        own.chain(staff)
    }

    fn decide_on(&self, command: Command, context: &Context) -> Result<Vec<AgencyEvent>, Fault> {
        let (actor, day) = (&context.actor, civil_date(context.now));
        match command {
            Command::Register(_) => Err(Fault::internal("registering was decided before")),
            Command::KeepTime => Ok(expiry::due(self, day)),
            Command::Change(details) => {
                self.present(actor, day)?;
                let AgencyProfile { account, code, name, .. } = self.profile.clone();
                let profile = details.of(Organisation { account, code, name });
                profile::check(&profile, Some(&self.profile), day)?;
                if profile == self.profile {
                    return Ok(Vec::new());
                }
                Ok(vec![AgencyEvent::ProfileChanged(Box::new(profile))])
            }
            Command::Offer(given) => {
                self.present(actor, day)?;
                let (service_id, service, terms) = *given;
                offer::check(&service, &terms)?;
                if self.offers.get(&service_id).is_some_and(|before| before.offer == terms) {
                    return Ok(Vec::new());
                }
                Ok(vec![AgencyEvent::OfferPublished { service_id, offer: Box::new(terms) }])
            }
            Command::WithdrawOffer(service_id) => {
                self.itself(actor)?;
                if !self.offers.contains_key(&service_id) {
                    return Err(Fault::not_found("该服务报价"));
                }
                Ok(vec![AgencyEvent::OfferWithdrawn { service_id }])
            }
            Command::Leave { reason, running } => {
                self.itself(actor)?;
                self.leave(reason, running)
            }
            Command::Sanction { rule, facts, ground } => {
                discipline::sanction(self, &rule, facts, &ground, context)
            }
            Command::Confirm { number, confirmed, reason, ground } => {
                discipline::confirm(self, number, confirmed.then_some(ground), reason, context)
            }
            Command::Lift { number, reason } => discipline::lift(self, number, reason, context),
            Command::Appeal { number, plea, ground } => {
                self.itself(actor)?;
                discipline::appeal(self, number, plea, &ground, context)
            }
            Command::DecideAppeal { number, upheld, reason } => {
                discipline::decide_appeal(self, number, upheld, reason, context)
            }
        }
    }

    /// The agency itself, and neither gone nor excluded.
    fn present(&self, actor: &Principal, day: NaiveDate) -> Result<(), Fault> {
        self.itself(actor)?;
        match self.standing_on(day) {
            Standing::Active | Standing::Suspended => Ok(()),
            Standing::Excluded | Standing::Left => self.may_work(day),
        }
    }

    fn leave(&self, reason: String, running: u64) -> Result<Vec<AgencyEvent>, Fault> {
        if self.left_at.is_some() {
            return Err(Fault::conflict("agency_left", "该机构已退出"));
        }
        if running > 0 {
            let title = "尚有未履行完毕的合同，结清后方可退出";
            let detail = format!("未履行完毕的合同 {running} 份");
            return Err(Fault::conflict("contracts_running", title).with_detail(detail));
        }
        Ok(vec![AgencyEvent::Left { reason }])
    }

    fn after(mut self, event: &AgencyEvent, meta: &Meta) -> Option<Self> {
        match event {
            AgencyEvent::Registered(_) => return None,
            AgencyEvent::ProfileChanged(profile) => self.profile = profile.as_ref().clone(),
            AgencyEvent::OfferPublished { service_id, offer } => {
                let offer = offer.as_ref().clone();
                self.offers.insert(*service_id, Offered { offer, published_at: meta.at });
            }
            AgencyEvent::OfferWithdrawn { service_id } => drop(self.offers.remove(service_id)?),
            AgencyEvent::QualificationExpired { code, number, staff, .. } => {
                self.expired.insert((code.clone(), number.clone(), staff.clone()));
            }
            AgencyEvent::Left { .. } => {
                self.left_at = Some(meta.at);
                self.offers.clear();
            }
            AgencyEvent::Excluded(_) => {
                self.offers.clear();
                discipline::after(&mut self.records, event, meta)?;
            }
            AgencyEvent::Suspended(_)
            | AgencyEvent::ExclusionProposed(_)
            | AgencyEvent::ExclusionRejected { .. }
            | AgencyEvent::Lifted { .. }
            | AgencyEvent::Appealed { .. }
            | AgencyEvent::AppealDecided { .. } => {
                discipline::after(&mut self.records, event, meta)?;
            }
        }
        Some(self)
    }
}
