//! A link of an agency to a service that approvals require (事项挂接): the one thing that is reviewed, within a
//! limit, by the body that answers for the trade (严管).

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::supermarket::{
    AgencyProfile, IntermediaryService, LinkEnd, LinkEvent, LinkRequest, Named,
};
use tongban_kernel::{Context, Fault, Principal, Role, civil_date};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ground::{Ground, named};
use super::requirement;

/// Namespace of the identifiers of links: one for every agency and service.
const LINKS: Uuid = Uuid::from_u128(0x41c2_07ee_95ab_5d0b_a1c6_30f4_77de_2b19);

/// The identifier of the link of an agency to a service; there is no second one.
pub fn link_id(agency: Uuid, service: Uuid) -> Uuid {
    Uuid::new_v5(&LINKS, &[agency.into_bytes(), service.into_bytes()].concat())
}

/// Where a link stands (挂接状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "pending")]
pub enum LinkState {
    /// 待审核
    Pending,
    /// 已挂接
    Approved,
    /// 审核不通过
    Refused,
    /// 已撤回
    Withdrawn,
    /// 已终止
    Ended,
}

impl LinkState {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Ended => "ended",
        }
    }
}

/// How a request was decided, or a link ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LinkOutcome)]
pub struct Outcome {
    /// Who; absent when a rule did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Named>,
    /// Of which body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("11320706MB0000011C"))]
    pub body: Option<String>,
    /// Why (理由).
    #[schema(example = json!(["资质类别和人员符合要求"]))]
    pub reasons: Vec<String>,
    /// When.
    #[schema(example = "2026-03-13T02:00:00Z")]
    pub at: DateTime<Utc>,
}

/// A link as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The last request.
    pub request: LinkRequest,
    /// When it was made.
    pub requested_at: DateTime<Utc>,
    /// Where it stands.
    pub state: LinkState,
    /// Body it was escalated to.
    pub escalated_to: Option<Named>,
    /// When it was escalated.
    pub escalated_at: Option<DateTime<Utc>>,
    /// How it was decided, or how it ended.
    pub outcome: Option<Outcome>,
    /// Last day of the qualifications an approved link rests on.
    pub valid_through: Option<NaiveDate>,
}

/// An agency that wants to be linked, and to what.
#[derive(Debug, Clone)]
pub struct Application {
    /// The agency.
    pub agency_id: Uuid,
    /// Its profile.
    pub profile: AgencyProfile,
    /// The service.
    pub service_id: Uuid,
    /// Its version.
    pub revision: u32,
    /// Its entry in force.
    pub service: IntermediaryService,
    /// Numbers of the certificates the agency relies on.
    pub certificates: Vec<String>,
    /// Limits.
    pub ground: Arc<Ground>,
}

/// What can be asked of a link.
#[derive(Debug, Clone)]
pub enum Command {
    /// 申请挂接
    Request(Box<Application>),
    /// 审核通过: judged by what the agency and the directory say now.
    Approve {
        /// Why.
        reasons: Vec<String>,
        /// The agency.
        profile: Box<AgencyProfile>,
        /// The service in force.
        service: Box<IntermediaryService>,
    },
    /// 审核不通过
    Refuse {
        /// Why.
        reasons: Vec<String>,
    },
    /// 撤回
    Withdraw {
        /// Why.
        reason: String,
    },
    /// 逾期提级: by the clock.
    Escalate,
    /// 到期复核: by the clock; the agency may have renewed its qualifications.
    Review {
        /// The agency.
        profile: Box<AgencyProfile>,
        /// The service in force.
        service: Box<IntermediaryService>,
    },
    /// 终止: the agency or the service is gone.
    End {
        /// Why.
        cause: LinkEnd,
        /// In words.
        explanation: String,
    },
}

impl Aggregate for Link {
    type Event = LinkEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<LinkEvent>, Fault> {
        match (command, current) {
            (Command::Request(application), current) => request(current, *application, context),
            (_, None) => Err(Fault::not_found("该挂接")),
            (command, Some(link)) => link.decide_on(command, context),
        }
    }

    fn evolve(current: Option<Self>, event: &LinkEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (LinkEvent::Requested(request), _) => Some(Self {
                request: request.as_ref().clone(),
                requested_at: meta.at,
                state: LinkState::Pending,
                escalated_to: None,
                escalated_at: None,
                outcome: None,
                valid_through: None,
            }),
            (_, None) => None,
            (event, Some(link)) => Some(link.after(event, meta)),
        }
    }
}

fn request(
    current: Option<&Link>,
    application: Application,
    context: &Context,
) -> Result<Vec<LinkEvent>, Fault> {
    let Application { agency_id, profile, service_id, revision, service, certificates, ground } =
        application;
    match current.map(|link| link.state) {
        Some(LinkState::Pending) => {
            return Err(Fault::conflict("link_pending", "该服务事项的挂接申请正在审核"));
        }
        Some(LinkState::Approved) => {
            return Err(Fault::conflict("already_linked", "已挂接该服务事项"));
        }
        _ => {}
    }
    let day = civil_date(context.now);
    requirement::check(&service, &profile, Some(&certificates), day)?;
    Ok(vec![LinkEvent::Requested(Box::new(LinkRequest {
        round: current.map_or(0, |link| link.request.round).saturating_add(1),
        agency_id,
        agency_name: profile.name,
        agency_code: profile.code,
        agency_account: profile.account,
        service_id,
        service_revision: revision,
        service_name: service.name,
        industry_body: service.industry_body,
        superior_body: service.superior_body,
        region: service.region,
        certificates,
        due: ground.due(day, &ground.rules.link_review)?,
    }))])
}

impl Link {
    /// Whether `actor` is the agency.
    pub fn is_of(&self, actor: &Principal) -> bool {
        self.request.agency_account == actor.account
    }

    /// Whether `actor` may decide: a reviewer of the industry body, and of the one above once it took over.
    pub fn may_decide(&self, actor: &Principal) -> bool {
        let bodies = [Some(&self.request.industry_body), self.escalated_to.as_ref()];
        actor.roles.contains(&Role::IndustryReviewer)
            && bodies.into_iter().flatten().any(|body| actor.body.as_ref() == Some(&body.id))
            && actor.reaches(&self.request.region)
    }

    /// Whether `actor` may read it.
    pub fn may_read(&self, actor: &Principal) -> bool {
        let oversees = [Role::MarketManager, Role::Supervisor];
        self.is_of(actor)
            || self.may_decide(actor)
            || oversees.iter().any(|role| actor.roles.contains(role))
                && actor.reaches(&self.request.region)
    }

    fn reviewer(&self, actor: &Principal) -> Result<(), Fault> {
        if !self.may_decide(actor) {
            let title = "只有行业主管部门（逾期后含其上级主管部门）的人员可以审核";
            return Err(Fault::forbidden("not_your_body", title));
        }
        if self.state != LinkState::Pending {
            return Err(Fault::conflict("not_pending", "该挂接申请不在待审核状态"));
        }
        Ok(())
    }

    fn decide_on(&self, command: Command, context: &Context) -> Result<Vec<LinkEvent>, Fault> {
        let (actor, day) = (&context.actor, civil_date(context.now));
        let body = actor.body.clone().unwrap_or_default();
        match command {
            Command::Request(_) => Err(Fault::internal("a request was decided before")),
            Command::Approve { reasons, profile, service } => {
                self.reviewer(actor)?;
                let certificates = Some(self.request.certificates.as_slice());
                let met = requirement::check(&service, &profile, certificates, day)?;
                let valid_through = met.through();
                Ok(vec![LinkEvent::Approved { by: named(actor), body, reasons, valid_through }])
            }
            Command::Refuse { reasons } => {
                self.reviewer(actor)?;
                Ok(vec![LinkEvent::Refused { by: named(actor), body, reasons }])
            }
            Command::Withdraw { reason } => {
                if !self.is_of(actor) {
                    return Err(Fault::forbidden("not_your_agency", "只能办理本机构的事项"));
                }
                if !self.is_open() {
                    return Err(Fault::conflict("not_linked", "该挂接已终止，不能撤回"));
                }
                Ok(vec![LinkEvent::Withdrawn { reason }])
            }
            Command::Escalate => {
                let LinkRequest { due, superior_body, .. } = &self.request;
                let silent = self.state == LinkState::Pending && self.escalated_to.is_none();
                if !silent || day <= *due {
                    return Ok(Vec::new());
                }
                Ok(vec![LinkEvent::Escalated { to: superior_body.clone(), due: *due }])
            }
            Command::Review { profile, service } => Ok(self.review(&profile, &service, day)),
            Command::End { cause, explanation } => {
                if !self.is_open() {
                    return Ok(Vec::new());
                }
                Ok(vec![LinkEvent::Ended { cause, explanation }])
            }
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.state, LinkState::Pending | LinkState::Approved)
    }

    /// Ends with the qualifications it rests on, unless they were renewed.
    fn review(
        &self,
        profile: &AgencyProfile,
        service: &IntermediaryService,
        day: NaiveDate,
    ) -> Vec<LinkEvent> {
        let Some(through) = self.valid_through else { return Vec::new() };
        if self.state != LinkState::Approved || day <= through {
            return Vec::new();
        }
        match requirement::check(service, profile, None, day) {
            Ok(met) => vec![LinkEvent::Extended { valid_through: met.through() }],
            Err(_) => vec![LinkEvent::Ended {
                cause: LinkEnd::QualificationEnded,
                explanation: format!("所依据的资质或者人员资格于 {through} 到期"),
            }],
        }
    }

    fn after(mut self, event: &LinkEvent, meta: &Meta) -> Self {
        let outcome = |by: Option<&Named>, body: Option<&String>, reasons: Vec<String>| {
            Some(Outcome { by: by.cloned(), body: body.cloned(), reasons, at: meta.at })
        };
        match event {
            LinkEvent::Requested(_) => {}
            LinkEvent::Escalated { to, .. } => {
                (self.escalated_to, self.escalated_at) = (Some(to.clone()), Some(meta.at));
            }
            LinkEvent::Approved { by, body, reasons, valid_through } => {
                self.state = LinkState::Approved;
                self.outcome = outcome(Some(by), Some(body), reasons.clone());
                self.valid_through = *valid_through;
            }
            LinkEvent::Refused { by, body, reasons } => {
                self.state = LinkState::Refused;
                self.outcome = outcome(Some(by), Some(body), reasons.clone());
            }
            LinkEvent::Withdrawn { reason } => {
                self.state = LinkState::Withdrawn;
                self.outcome = outcome(None, None, vec![reason.clone()]);
            }
            LinkEvent::Extended { valid_through } => self.valid_through = *valid_through,
            LinkEvent::Ended { explanation, .. } => {
                self.state = LinkState::Ended;
                self.outcome = outcome(None, None, vec![explanation.clone()]);
            }
        }
        self
    }
}
