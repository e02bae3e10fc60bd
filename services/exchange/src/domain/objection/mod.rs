//! Objections to readings (查询异议): whose data were read asks why; the body that read answers within a limit, and a
//! supervisor decides what stays open or is asked for once more.

mod state;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::exchange::{ObjectedReading, ObjectionEvent, ObjectionRaised};
use tongban_kernel::masking::masked;
use tongban_kernel::{Context, Fault, Faults, civil_date};
use tongban_ledger::Aggregate;
use uuid::Uuid;

pub use self::state::{ObjectionStage, ReviewAsked};
pub use self::words::{Finding, Said};
use super::call::{Call, Outcome};
use super::rights::filled;
use super::rules::Ground;

/// Namespace of the identifiers of objections: one for every call.
const OBJECTIONS: Uuid = Uuid::from_u128(0x2c61_f07d_94be_5e38_a1d5_703b_e84f_126a);

/// The identifier of the objection to the reading of this call; there is no second one.
pub fn objection_id(call: Uuid) -> Uuid {
    Uuid::new_v5(&OBJECTIONS, call.as_bytes())
}

/// What somebody objects to, and why (异议申请).
#[derive(Debug, Clone)]
pub struct Objecting {
    /// The call.
    pub call_id: Uuid,
    /// As it was recorded.
    pub call: Call,
    /// Keyed hash of the objector's document.
    pub print: String,
    /// Why.
    pub text: String,
    /// Limits.
    pub ground: Arc<Ground>,
}

/// An objection as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// What is objected to, and why.
    pub raised: ObjectionRaised,
    /// When.
    pub raised_at: DateTime<Utc>,
    /// What the body that read said.
    pub answer: Option<Said>,
    /// Whether and why the supervisor was asked.
    pub review: Option<ReviewAsked>,
    /// What the supervisor said.
    pub decision: Option<Said>,
    /// Whether the limit of the step it waits for passed and was told.
    pub overdue: bool,
    /// Whether it went up without an answer.
    pub escalated: bool,
}

/// What can be asked of an objection.
#[derive(Debug, Clone)]
pub enum Command {
    /// 提出异议
    Raise(Box<Objecting>),
    /// 答复: by the body that read.
    Answer(Finding),
    /// 申请复核
    AskReview {
        /// Why.
        reason: String,
        /// Keyed hash of the asker's document.
        print: String,
        /// Limits.
        ground: Arc<Ground>,
    },
    /// 复核决定: by the supervisor.
    Decide(Finding),
    /// 到期: looks which limits passed.
    Tick,
}

impl Aggregate for Objection {
    type Event = ObjectionEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<ObjectionEvent>, Fault> {
        match (command, current) {
            (Command::Raise(objecting), current) => {
                let call_id = objecting.call_id;
                let raised = objecting.checked(context)?;
                match current {
                    None => Ok(vec![ObjectionEvent::Raised(Box::new(raised))]),
                    Some(_) => Err(Fault::conflict("already_objected", "该查询记录已提出过异议")
                        .with_detail(format!("异议编号 {}", objection_id(call_id)))),
                }
            }
            (_, None) => Err(Fault::not_found("该查询异议")),
            (Command::Answer(finding), Some(one)) => one.answered(finding, context),
            (Command::AskReview { reason, print, ground }, Some(one)) => {
                one.review_asked(&reason, &print, &ground, context)
            }
            (Command::Decide(finding), Some(one)) => one.decided(finding, context),
            (Command::Tick, Some(one)) => Ok(one.ticked(context)),
        }
    }

    fn evolve(current: Option<Self>, event: &ObjectionEvent, meta: &Meta) -> Option<Self> {
        let mut one = match (event, current) {
            (ObjectionEvent::Raised(raised), None) => {
                return Some(Self {
                    raised: raised.as_ref().clone(),
                    raised_at: meta.at,
                    answer: None,
                    review: None,
                    decision: None,
                    overdue: false,
                    escalated: false,
                });
            }
            (ObjectionEvent::Raised(_), Some(_)) | (_, None) => return None,
            (_, Some(one)) => one,
        };
        match event {
            ObjectionEvent::Raised(_) => return None,
            ObjectionEvent::Answered { .. } => {
                one.answer = Said::of(event, meta.at);
                one.overdue = false;
            }
            ObjectionEvent::Reviewed { .. } => {
                one.decision = Said::of(event, meta.at);
                one.overdue = false;
            }
            ObjectionEvent::ReviewAsked { reason, due } => {
                one.review = Some(ReviewAsked { reason: reason.clone(), due: *due, at: meta.at });
            }
            ObjectionEvent::Overdue { .. } => one.overdue = true,
            ObjectionEvent::Escalated { .. } => one.escalated = true,
        }
        Some(one)
    }
}

impl Objecting {
    /// The objection as it is kept.
    fn checked(self, context: &Context) -> Result<ObjectionRaised, Fault> {
        let Call { call, by, outcome, at } = self.call;
        let own = call.subject.as_ref().is_some_and(|subject| subject.print == self.print);
        if !own {
            let title = "只有查询记录所涉的本人（本单位）可以提出异议";
            return Err(Fault::forbidden("not_your_reading", title));
        }
        // What was refused or failed read nothing.
        if outcome != Outcome::Answered {
            return Err(Fault::not_found("该查询记录"));
        }
        let mut faults = Faults::new();
        filled(&mut faults, "/text", &self.text);
        faults.into_result("text_required", "请写明异议内容")?;
        let (start, limits) = (civil_date(context.now), &self.ground.rules.objection);
        Ok(ObjectionRaised {
            subject: self.print,
            text: masked(&self.text),
            due: self.ground.due(start, &limits.answer)?,
            escalates_after: self.ground.due(start, &limits.escalation)?,
            reading: ObjectedReading {
                call_id: self.call_id,
                grant_id: call.grant_id,
                resource_id: call.resource_id,
                resource_code: call.resource_code,
                resource_name: call.resource_name,
                reader: call.holder,
                source_body: call.source_body,
                region: call.region,
                caller: by,
                operator: call.operator,
                purpose: call.purpose,
                case: call.case,
                items: call.items,
                at,
            },
        })
    }
}
