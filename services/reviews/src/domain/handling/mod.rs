//! How a bad review is dealt with (差评处理): verified, answered, put right, called back; each on a clock, none by the
//! person reviewed.

mod appeal;
mod clock;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_calendar::Calendar;
use tongban_contracts::Meta;
use tongban_contracts::handlings::{
    AppealGround, BadReview, CallBackOutcome, HandlingEvent, HandlingStep, HandlingTerms,
};
use tongban_kernel::masking::masked;
use tongban_kernel::{Context, Fault, FaultKind, Faults, Principal, Role};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rules::ReviewRules;

pub use appeal::Appeal;

/// Account of this service in its own events.
const SERVICE: &str = "service:reviews";

/// Where the handling of a bad review stands (差评处理状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "received")]
pub enum HandlingStage {
    /// 待核实
    Received,
    /// 待答复
    Verified,
    /// 待整改
    Answered,
    /// 待回访
    CallBack,
    /// 已办结
    Closed,
    /// 已剔除
    Excluded,
}

impl HandlingStage {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Verified => "verified",
            Self::Answered => "answered",
            Self::CallBack => "call_back",
            Self::Closed => "closed",
            Self::Excluded => "excluded",
        }
    }

    /// Whether nothing more is to be done.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Excluded)
    }
}

/// A bad review as it is dealt with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handling {
    /// The review.
    pub bad: BadReview,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Version of the rules.
    pub rules: String,
    /// Where it stands.
    pub stage: HandlingStage,
    /// Which time it is dealt with, from 1.
    pub round: u32,
    /// Clocks of this round.
    pub terms: HandlingTerms,
    /// Clock of the call-back, once it runs.
    pub call_back_by: Option<DateTime<Utc>>,
    /// What was found, last.
    pub findings: Option<String>,
    /// The answer, last.
    pub answer: Option<String>,
    /// What was done, last.
    pub measures: Option<String>,
    /// Calls that nobody answered in this round.
    pub attempts: u32,
    /// What the last call-back brought, and what was said.
    pub called_back: Option<(CallBackOutcome, String)>,
    /// Clocks of this round that ran out.
    pub overdue: Vec<HandlingStep>,
    /// How many clocks ran out over all rounds (超期次数).
    pub escalations: u32,
    /// The body's appeal.
    pub appeal: Option<Appeal>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What follows rules and business days.
#[derive(Debug, Clone)]
pub struct Book {
    /// The published rules.
    pub rules: Arc<ReviewRules>,
    /// Business days.
    pub calendar: Arc<Calendar>,
}

/// What can be asked of a handling.
#[derive(Debug, Clone)]
pub enum Command {
    /// 收到差评
    Receive(Box<BadReview>, Book),
    /// 核实
    Verify {
        /// Whether the person was reached.
        contacted: bool,
        /// What was found.
        findings: String,
    },
    /// 答复
    Answer {
        /// What the person is told.
        answer: String,
        /// Whether something remains to be put right.
        to_rectify: bool,
        /// For the clock of the call-back.
        book: Book,
    },
    /// 整改
    Rectify {
        /// What was done.
        measures: String,
        /// For the clock of the call-back.
        book: Book,
    },
    /// 回访
    CallBack {
        /// What it brought.
        outcome: CallBackOutcome,
        /// What was said.
        note: String,
        /// For the clocks of another round.
        book: Book,
    },
    /// 申诉
    Appeal {
        /// Why.
        ground: AppealGround,
        /// Reasons.
        reason: String,
    },
    /// 复核
    Judge {
        /// Whether the review is to be excluded.
        exclude: bool,
        /// Reasons.
        reason: String,
    },
    /// 到期: looks whether a clock ran out.
    Tick,
}

impl Aggregate for Handling {
    type Event = HandlingEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<HandlingEvent>, Fault> {
        let Some(handling) = current else {
            return match command {
                Command::Receive(bad, Book { rules, calendar }) => {
                    let terms = rules.terms(context.now, &calendar)?;
                    let rules = rules.version.clone();
                    Ok(vec![HandlingEvent::Received { bad, terms, rules }])
                }
                _ => Err(Fault::not_found("该差评")),
            };
        };
        handling.act(command, context)
    }

    fn evolve(current: Option<Self>, event: &HandlingEvent, meta: &Meta) -> Option<Self> {
        let Some(handling) = current else {
            let HandlingEvent::Received { bad, terms, rules } = event else { return None };
            return Some(Self {
                bad: bad.as_ref().clone(),
                received_at: meta.at,
                rules: rules.clone(),
                stage: HandlingStage::Received,
                round: 1,
                terms: *terms,
                call_back_by: None,
                findings: None,
                answer: None,
                measures: None,
                attempts: 0,
                called_back: None,
                overdue: Vec::new(),
                escalations: 0,
                appeal: None,
                ended_at: None,
            });
        };
        handling.after(event, meta)
    }
}

impl Handling {
    fn act(&self, command: Command, context: &Context) -> Result<Vec<HandlingEvent>, Fault> {
        let actor = &context.actor;
        // Who may not, is not told how it stands either.
        match &command {
            Command::Receive(..) => return Ok(Vec::new()),
            Command::Tick if actor.account == SERVICE => return Ok(self.tick(context.now)),
            Command::Tick => {
                return Err(Fault::forbidden("only_the_platform", "该步骤由平台按规则自动办理"));
            }
            Command::CallBack { .. } | Command::Judge { .. } => self.supervisor(actor)?,
            _ => self.handler(actor)?,
        }
        match (command, self.stage) {
            (Command::Verify { contacted, findings }, HandlingStage::Received) => {
                let findings = written(&findings, "/findings")?;
                Ok(vec![HandlingEvent::Verified { contacted, findings }])
            }
            (Command::Answer { answer, to_rectify, book }, HandlingStage::Verified) => {
                let answer = written(&answer, "/answer")?;
                let mut events = vec![HandlingEvent::Answered { answer, to_rectify }];
                if !to_rectify {
                    events.push(call_back_due(&book, context)?);
                }
                Ok(events)
            }
            (Command::Rectify { measures, book }, HandlingStage::Answered) => {
                let measures = written(&measures, "/measures")?;
                let due = call_back_due(&book, context)?;
                Ok(vec![HandlingEvent::Rectified { measures }, due])
            }
            (Command::CallBack { outcome, note, book }, HandlingStage::CallBack) => {
                self.call_back(outcome, &note, &book, context)
            }
            (Command::Appeal { ground, reason }, stage) if !stage.is_over() => {
                self.appealed(ground, &reason)
            }
            (Command::Judge { exclude, reason }, stage) if !stage.is_over() => {
                self.judge(exclude, &reason, actor)
            }
            (_, stage) => {
                let code = format!("not_when_{}", stage.code());
                Err(Fault::new(FaultKind::Conflict, code, "差评所处状态不能办理此操作"))
            }
        }
    }

    fn call_back(
        &self,
        outcome: CallBackOutcome,
        note: &str,
        book: &Book,
        context: &Context,
    ) -> Result<Vec<HandlingEvent>, Fault> {
        let note = written(note, "/note")?;
        let mut events = vec![HandlingEvent::CalledBack { outcome, note }];
        match outcome {
            CallBackOutcome::Satisfied => events.push(HandlingEvent::Closed { reached: true }),
            CallBackOutcome::Dissatisfied => {
                let terms = book.rules.terms(context.now, &book.calendar)?;
                events.push(HandlingEvent::Reopened { round: self.round + 1, terms });
            }
            CallBackOutcome::Unreachable => {
                if self.attempts + 1 >= book.rules.rules.call_back_attempts.value {
                    events.push(HandlingEvent::Closed { reached: false });
                }
            }
        }
        Ok(events)
    }

    fn after(mut self, event: &HandlingEvent, meta: &Meta) -> Option<Self> {
        match event {
            HandlingEvent::Verified { findings, .. } => {
                self.findings = Some(findings.clone());
                self.stage = HandlingStage::Verified;
            }
            HandlingEvent::Answered { answer, .. } => {
                self.answer = Some(answer.clone());
                self.stage = HandlingStage::Answered;
            }
            HandlingEvent::Rectified { measures } => self.measures = Some(measures.clone()),
            HandlingEvent::CallBackDue { by } => {
                self.call_back_by = Some(*by);
                self.stage = HandlingStage::CallBack;
            }
            HandlingEvent::CalledBack { outcome, note } => {
                self.attempts += u32::from(*outcome == CallBackOutcome::Unreachable);
                self.called_back = Some((*outcome, note.clone()));
            }
            HandlingEvent::Reopened { round, terms } => {
                (self.round, self.terms, self.call_back_by) = (*round, *terms, None);
                (self.attempts, self.overdue) = (0, Vec::new());
                self.stage = HandlingStage::Received;
            }
            HandlingEvent::Closed { .. } => {
                self.stage = HandlingStage::Closed;
                self.ended_at = Some(meta.at);
            }
            HandlingEvent::Appealed { ground, reason } => {
                self.appeal = Some(Appeal::of(*ground, reason, &meta.actor));
            }
            HandlingEvent::Judged { exclude, reason } => {
                self.appeal.as_mut()?.note(*exclude, reason, &meta.actor);
            }
            HandlingEvent::Excluded => {
                self.appeal.as_mut()?.upheld = Some(true);
                self.stage = HandlingStage::Excluded;
                self.ended_at = Some(meta.at);
            }
            HandlingEvent::AppealRejected => self.appeal.as_mut()?.upheld = Some(false),
            HandlingEvent::Overdue { step, .. } => {
                self.overdue.push(*step);
                self.escalations += 1;
            }
            HandlingEvent::Received { .. } => return None,
        }
        Some(self)
    }

    /// Whether `actor` may read it: officers of the body who deal with bad reviews, and those who supervise it; none
    /// of them when it is the own work that was reviewed.
    ///
    /// # Errors
    /// A refusal for anyone else.
    pub fn may_read(&self, actor: &Principal) -> Result<(), Fault> {
        match self.handler(actor) {
            Err(refusal) if refusal.code() != "officer_reviewed" => self.supervisor(actor),
            decided => decided,
        }
    }

    fn handler(&self, actor: &Principal) -> Result<(), Fault> {
        self.not_reviewed(actor)?;
        if !actor.holds(Role::ReviewHandler, &self.bad.body, &self.bad.region) {
            return Err(Fault::forbidden("not_your_body", "只能办理本单位的差评"));
        }
        Ok(())
    }

    fn supervisor(&self, actor: &Principal) -> Result<(), Fault> {
        self.not_reviewed(actor)?;
        if !actor.roles.contains(&Role::Supervisor) {
            return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
        }
        if !actor.reaches(&self.bad.region) {
            return Err(Fault::forbidden("not_your_region", "只能办理本区域的差评"));
        }
        Ok(())
    }

    fn not_reviewed(&self, actor: &Principal) -> Result<(), Fault> {
        if self.bad.officers.contains(&actor.account) {
            return Err(Fault::forbidden("officer_reviewed", "被评价人员不得参与该差评的处理"));
        }
        Ok(())
    }
}

fn call_back_due(book: &Book, context: &Context) -> Result<HandlingEvent, Fault> {
    let by = book.rules.rules.call_back_term.value.end(context.now, &book.calendar)?;
    Ok(HandlingEvent::CallBackDue { by })
}

/// What an officer wrote, numbers of persons masked; empty is refused.
fn written(text: &str, pointer: &str) -> Result<String, Fault> {
    let mut faults = Faults::new();
    if text.trim().is_empty() {
        faults.add(pointer, "required", "请填写内容");
    }
    faults.into_result("reason_required", "请填写内容")?;
    Ok(masked(text))
}

/// Identifier of the handling of a review.
pub fn handling_id(review: &str) -> String {
    let name = format!("tongban:reviews:handling:{review}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}
