//! Where an objection stands, who may take the next step, and what passed unanswered.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::exchange::{ObjectionEvent, ObjectionStep};
use tongban_kernel::masking::masked;
use tongban_kernel::{Context, Fault, Principal, Role, civil_date};
use utoipa::ToSchema;

use super::super::rights::{body_of, given, is_steward, named, oversees};
use super::super::rules::Ground;
use super::{Finding, Objection};

/// Where an objection stands (异议状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "answering")]
pub enum ObjectionStage {
    /// 待答复
    Answering,
    /// 已答复: the objector may ask the supervisor.
    Answered,
    /// 待复核
    Reviewing,
    /// 已办结: the supervisor decided.
    Closed,
}

impl ObjectionStage {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answering => "answering",
            Self::Answered => "answered",
            Self::Reviewing => "reviewing",
            Self::Closed => "closed",
        }
    }
}

/// That the supervisor was asked (复核申请).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ObjectionReviewAsked)]
pub struct ReviewAsked {
    /// Why.
    #[schema(example = "答复没有说明对应的办件")]
    pub reason: String,
    /// Last day for the decision (复核期限).
    #[schema(example = "2026-04-16")]
    pub due: NaiveDate,
    /// When.
    #[schema(example = "2026-04-02T02:00:00Z")]
    pub at: DateTime<Utc>,
}

impl Objection {
    /// Where it stands.
    pub fn stage(&self) -> ObjectionStage {
        match (&self.answer, &self.review, &self.decision) {
            (_, _, Some(_)) => ObjectionStage::Closed,
            (_, Some(_), None) => ObjectionStage::Reviewing,
            (Some(_), None, None) => ObjectionStage::Answered,
            (None, None, None) => ObjectionStage::Answering,
        }
    }

    /// The step it waits for and its last day; none when nobody has to do anything.
    pub fn waits_for(&self) -> Option<(ObjectionStep, NaiveDate)> {
        match (self.stage(), &self.review) {
            (ObjectionStage::Answering, _) => Some((ObjectionStep::Answer, self.raised.due)),
            (ObjectionStage::Reviewing, Some(asked)) => Some((ObjectionStep::Review, asked.due)),
            _ => None,
        }
    }

    /// Whether the supervisor may decide: it went up without an answer, or the objector asked.
    pub fn is_up(&self) -> bool {
        match self.stage() {
            ObjectionStage::Answering => self.escalated,
            ObjectionStage::Reviewing => true,
            ObjectionStage::Answered | ObjectionStage::Closed => false,
        }
    }

    /// The day after which something is to be told next.
    pub fn tells_after(&self) -> Option<NaiveDate> {
        let (step, due) = self.waits_for()?;
        if !self.overdue {
            return Some(due);
        }
        (step == ObjectionStep::Answer && !self.escalated).then_some(self.raised.escalates_after)
    }

    /// Whether an officer may read it: stewards of both bodies, the authority, supervisors of the region.
    pub fn officer_may_read(&self, actor: &Principal) -> bool {
        let reading = &self.raised.reading;
        self.is_reader(actor)
            || is_steward(actor, &reading.source_body, &reading.region)
            || oversees(actor, &reading.region)
    }

    /// Whether it is about the data of whoever's document has this keyed hash.
    pub fn is_about(&self, print: &str) -> bool {
        self.raised.subject == print
    }

    fn is_reader(&self, actor: &Principal) -> bool {
        let body = actor.body.as_ref() == Some(&self.raised.reading.reader.id);
        body && actor.roles.contains(&Role::DataSteward)
    }

    /// Whoever called, or sat before the calling system, judges nothing about it. The system tells a name alone, so that
    /// somebody of the same name is kept out as well.
    fn not_who_called(&self, actor: &Principal) -> Result<(), Fault> {
        let reading = &self.raised.reading;
        let sat = reading.operator.as_ref().is_some_and(|name| name.trim() == actor.name.trim());
        if sat || reading.caller.id == actor.account {
            let title = "本人经办的查询，须由其他人员答复";
            return Err(Fault::forbidden("own_reading", title));
        }
        Ok(())
    }

    pub(super) fn answered(
        &self,
        finding: Finding,
        context: &Context,
    ) -> Result<Vec<ObjectionEvent>, Fault> {
        let actor = &context.actor;
        if !self.is_reader(actor) {
            let title = "只有查询单位的数据管理员可以答复";
            return Err(Fault::forbidden("not_your_body", title));
        }
        self.not_who_called(actor)?;
        match self.stage() {
            ObjectionStage::Answering => {}
            ObjectionStage::Closed => {
                return Err(Fault::conflict("already_decided", "该查询异议已作出决定"));
            }
            ObjectionStage::Answered | ObjectionStage::Reviewing => {
                return Err(Fault::conflict("already_answered", "该查询异议已答复"));
            }
        }
        let (by, body) = (named(actor), body_of(actor));
        let (finding, reason, measures) = finding.checked()?;
        Ok(vec![ObjectionEvent::Answered { by, body, finding, reason, measures }])
    }

    pub(super) fn review_asked(
        &self,
        reason: &str,
        print: &str,
        ground: &Ground,
        context: &Context,
    ) -> Result<Vec<ObjectionEvent>, Fault> {
        if !self.is_about(print) {
            let title = "只有提出异议的本人（本单位）可以申请复核";
            return Err(Fault::forbidden("not_your_objection", title));
        }
        given(reason)?;
        if self.review.is_some() {
            return Err(Fault::conflict("already_asked", "该查询异议已申请过复核"));
        }
        match self.stage() {
            ObjectionStage::Answering => {
                Err(Fault::conflict("not_answered_yet", "查询单位尚未答复，答复后可以申请复核"))
            }
            ObjectionStage::Closed => {
                Err(Fault::conflict("already_decided", "该查询异议已作出决定"))
            }
            ObjectionStage::Answered | ObjectionStage::Reviewing => {
                let due = ground.due(civil_date(context.now), &ground.rules.objection.review)?;
                Ok(vec![ObjectionEvent::ReviewAsked { reason: masked(reason), due }])
            }
        }
    }

    pub(super) fn decided(
        &self,
        finding: Finding,
        context: &Context,
    ) -> Result<Vec<ObjectionEvent>, Fault> {
        let (actor, reading) = (&context.actor, &self.raised.reading);
        if !actor.roles.contains(&Role::Supervisor) || !actor.reaches(&reading.region) {
            return Err(Fault::forbidden("not_your_region", "只有本区域的监督人员可以决定"));
        }
        if actor.body.as_ref() == Some(&reading.reader.id) {
            let title = "查询单位的监督人员不能决定本单位的查询";
            return Err(Fault::forbidden("own_body", title));
        }
        self.not_who_called(actor)?;
        if !self.is_up() {
            return Err(match self.stage() {
                ObjectionStage::Closed => {
                    Fault::conflict("already_decided", "该查询异议已作出决定")
                }
                _ => Fault::conflict("not_up", "该查询异议未逾期，也没有申请复核"),
            });
        }
        let (by, body) = (named(actor), body_of(actor));
        let (finding, reason, measures) = finding.checked()?;
        Ok(vec![ObjectionEvent::Reviewed { by, body, finding, reason, measures }])
    }

    /// What passed: told once each.
    pub(super) fn ticked(&self, context: &Context) -> Vec<ObjectionEvent> {
        let (today, mut told) = (civil_date(context.now), Vec::new());
        let Some((step, due)) = self.waits_for() else { return told };
        if !self.overdue && today > due {
            told.push(ObjectionEvent::Overdue { step, due });
        }
        let limit = self.raised.escalates_after;
        if step == ObjectionStep::Answer && !self.escalated && today > limit {
            told.push(ObjectionEvent::Escalated { due: limit });
        }
        told
    }
}
