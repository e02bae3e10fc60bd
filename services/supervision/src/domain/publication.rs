//! A result that is to be published (结果公示): its clock, what is shown, and what was shown before.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::publications::{
    PenaltyChange, PublicationDuty, PublicationEvent, PublicationKind, PublishedText,
};
use tongban_kernel::{Context, Fault, Principal, Role, civil_date};
use tongban_ledger::Aggregate;

use super::overruling::Overruling;
use super::terms::Rules;

/// The account under which the service acts by the clock and on its own events.
const SERVICE: &str = "service:supervision";

/// Where it stands (公示状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicationStage {
    /// 待公示
    Due,
    /// 已公示
    Published,
    /// 处罚决定变动，待撤回: still shown, and no longer as it is.
    Overruled,
    /// 已撤回
    Withdrawn,
}

impl PublicationStage {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Published => "published",
            Self::Overruled => "overruled",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Its name for people.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Due => "待公示",
            Self::Published => "已公示",
            Self::Overruled => "处罚决定变动，待撤回",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// A text that was shown before (原公示内容).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// What was shown.
    pub text: PublishedText,
    /// Why it no longer is.
    pub reason: String,
    /// Until when it was.
    pub until: DateTime<Utc>,
}

/// A publication as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// What is to be published, or is.
    pub duty: PublicationDuty,
    /// Where it stands.
    pub stage: PublicationStage,
    /// When there was something to publish.
    pub since: DateTime<Utc>,
    /// Whether the day went by before it was published.
    pub overdue: bool,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Last day it is shown.
    pub shown_until: Option<NaiveDate>,
    /// What was shown before, oldest first.
    pub former: Vec<Former>,
    /// What last became of the decision; open while the stage says so.
    pub overruled: Option<Overruling>,
    /// Why it was withdrawn, and when.
    pub withdrawn: Option<(String, DateTime<Utc>)>,
}

impl Publication {
    /// Whether anyone may read it on `today`: shown, or shown as withdrawn, within its term.
    pub fn shown_on(&self, today: NaiveDate) -> bool {
        self.shown_until.is_some_and(|last| today <= last)
    }
}

/// What can be asked of a publication.
#[derive(Debug, Clone)]
pub enum Command {
    /// 应公示: there is a result, or it changed.
    Expect {
        /// What is to be published; its due day is computed.
        duty: Box<PublicationDuty>,
        /// Why, where it changes what is known.
        reason: String,
        /// What clocks are judged by.
        rules: Arc<Rules>,
    },
    /// 登记行政处罚信息
    Register {
        /// The penalty; its due day is computed.
        duty: Box<PublicationDuty>,
        /// What clocks are judged by.
        rules: Arc<Rules>,
    },
    /// 登记处罚决定变动
    Overrule {
        /// What became of the decision; the due day is computed.
        change: PenaltyChange,
        /// What clocks are judged by.
        rules: Arc<Rules>,
    },
    /// 公示
    Publish {
        /// What clocks are judged by.
        rules: Arc<Rules>,
    },
    /// 更正
    Correct {
        /// What is said from now on.
        text: PublishedText,
        /// Why.
        reason: String,
    },
    /// 撤回
    Withdraw {
        /// Why.
        reason: String,
    },
    /// The clock: due days that can be computed by now, and those that went by.
    Look {
        /// What clocks are judged by.
        rules: Arc<Rules>,
    },
}

impl Aggregate for Publication {
    // 2: what became of a penalty's decision.
    const SHAPE: u32 = 2;

    type Event = PublicationEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<PublicationEvent>, Fault> {
        let Some(one) = current else {
            return match command {
                Command::Expect { duty, rules, .. } => {
                    ours(context)?;
                    Ok(vec![due(*duty, &rules)])
                }
                Command::Register { duty, rules } => {
                    may_register(&duty, context)?;
                    Ok(vec![due(*duty, &rules)])
                }
                _ => Err(Fault::not_found("该公示")),
            };
        };
        match command {
            Command::Expect { duty, reason, .. } => {
                ours(context)?;
                Ok(one.expect(duty.text, reason))
            }
            Command::Register { .. } => {
                Err(Fault::conflict("already_registered", "该文书编号的处罚信息已登记"))
            }
            Command::Overrule { change, rules } => one.overrule(change, &rules, context),
            Command::Publish { rules } => one.publish(&rules, context),
            Command::Correct { text, reason } => {
                one.may(&context.actor)?;
                one.correct(text, reason)
            }
            Command::Withdraw { reason } => {
                one.may(&context.actor)?;
                one.must_be_shown("撤回")?;
                Ok(vec![PublicationEvent::Withdrawn { reason }])
            }
            Command::Look { rules } => {
                ours(context)?;
                Ok(one.look(&rules, civil_date(context.now)))
            }
        }
    }

    fn evolve(current: Option<Self>, event: &PublicationEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (PublicationEvent::Due(duty), None) => Some(Self {
                duty: duty.as_ref().clone(),
                stage: PublicationStage::Due,
                since: meta.at,
                overdue: false,
                published_at: None,
                shown_until: None,
                former: Vec::new(),
                overruled: None,
                withdrawn: None,
            }),
            (_, current) => current?.follow(event, meta),
        }
    }
}

/// There is something to publish, with its day as far as the calendar knows it.
fn due(mut duty: PublicationDuty, rules: &Rules) -> PublicationEvent {
    duty.due = rules.due_if_known(duty.ended_on, &rules.terms.publication);
    PublicationEvent::Due(Box::new(duty))
}

fn ours(context: &Context) -> Result<(), Fault> {
    if context.actor.account == SERVICE {
        return Ok(());
    }
    Err(Fault::forbidden("only_by_result", "公示事项由检查结果生成"))
}

/// Penalties are entered by who handles cases of that body.
fn may_register(duty: &PublicationDuty, context: &Context) -> Result<(), Fault> {
    if duty.kind == PublicationKind::Inspection {
        return Err(Fault::forbidden("only_by_result", "检查结果的公示事项由检查结果生成"));
    }
    of_the_deciding_body(duty, &context.actor)?;
    if duty.ended_on > civil_date(context.now) {
        return Err(Fault::conflict("not_happened_yet", "处罚决定日期不能晚于今日"));
    }
    Ok(())
}

pub(super) fn of_the_deciding_body(duty: &PublicationDuty, actor: &Principal) -> Result<(), Fault> {
    if actor.holds(Role::CaseHandler, &duty.body, &duty.region) {
        return Ok(());
    }
    Err(Fault::forbidden("not_your_body", "只能登记本单位作出的行政处罚"))
}

impl Publication {
    fn follow(mut self, event: &PublicationEvent, meta: &Meta) -> Option<Self> {
        match event {
            PublicationEvent::Due(_) => return None,
            PublicationEvent::DueSet { due } => match (self.stage, &mut self.overruled) {
                (PublicationStage::Overruled, Some(one)) => one.change.due = Some(*due),
                _ => self.duty.due = Some(*due),
            },
            PublicationEvent::Changed { text, .. } => self.duty.text = text.clone(),
            PublicationEvent::Overdue { .. } => self.overdue = true,
            PublicationEvent::Published { duty, shown_until } => {
                self.duty = duty.as_ref().clone();
                self.stage = PublicationStage::Published;
                self.published_at = Some(meta.at);
                self.shown_until = Some(*shown_until);
            }
            PublicationEvent::Corrected { duty, reason } => {
                let text = std::mem::replace(&mut self.duty, duty.as_ref().clone()).text;
                self.former.push(Former { text, reason: reason.clone(), until: meta.at });
                self.stage = PublicationStage::Published;
            }
            PublicationEvent::Overruled(change) => {
                let change = change.clone();
                self.stage = PublicationStage::Overruled;
                self.overruled = Some(Overruling { change, at: meta.at, overdue: false });
            }
            PublicationEvent::WithdrawalOverdue { .. } => self.overruled.as_mut()?.overdue = true,
            PublicationEvent::Withdrawn { reason } => {
                self.stage = PublicationStage::Withdrawn;
                self.withdrawn = Some((reason.clone(), meta.at));
            }
        }
        Some(self)
    }

    /// Only officers of the body whose result it is.
    fn may(&self, actor: &Principal) -> Result<(), Fault> {
        let PublicationDuty { body, region, .. } = &self.duty;
        if actor.holds(Role::InspectionApprover, body, region) {
            return Ok(());
        }
        Err(Fault::forbidden("not_your_body", "各单位只公示本单位的结果"))
    }

    fn must_be_shown(&self, what: &str) -> Result<(), Fault> {
        match self.stage {
            PublicationStage::Published | PublicationStage::Overruled => Ok(()),
            PublicationStage::Due => {
                Err(Fault::conflict("not_published", format!("尚未公示，不能{what}")))
            }
            PublicationStage::Withdrawn => {
                Err(Fault::conflict("withdrawn", format!("公示已撤回，不能{what}")))
            }
        }
    }

    fn publish(&self, rules: &Rules, context: &Context) -> Result<Vec<PublicationEvent>, Fault> {
        self.may(&context.actor)?;
        if self.stage != PublicationStage::Due {
            return Err(Fault::conflict("already_published", "该结果已公示"));
        }
        let shown_until = rules.shown_until(&self.duty, civil_date(context.now));
        let duty = Box::new(self.duty.clone());
        Ok(vec![PublicationEvent::Published { duty, shown_until }])
    }

    /// The result changed: what is not shown yet is changed, what is shown is corrected openly.
    fn expect(&self, text: PublishedText, reason: String) -> Vec<PublicationEvent> {
        if text == self.duty.text || self.stage == PublicationStage::Withdrawn {
            return Vec::new();
        }
        match self.stage {
            PublicationStage::Due => vec![PublicationEvent::Changed { text, reason }],
            _ => vec![self.corrected(text, reason)],
        }
    }

    fn correct(&self, text: PublishedText, reason: String) -> Result<Vec<PublicationEvent>, Fault> {
        self.must_be_shown("更正")?;
        if self.duty.kind == PublicationKind::Inspection {
            let title = "检查结果的公示内容随检查结果更正，请先更正检查结果";
            return Err(Fault::conflict("amend_the_result", title));
        }
        self.may_be_corrected()?;
        if text == self.duty.text {
            return Err(Fault::conflict("nothing_changed", "更正内容与现公示内容相同"));
        }
        Ok(vec![self.corrected(text, reason)])
    }

    fn corrected(&self, text: PublishedText, reason: String) -> PublicationEvent {
        let duty = Box::new(PublicationDuty { text, ..self.duty.clone() });
        PublicationEvent::Corrected { duty, reason }
    }
}
