//! A request for shared data (共享申请): checked by machine, answered by the source body within a limit, and settled by
//! the authority when the two do not agree.

mod check;
mod state;
#[cfg(test)]
mod tests;
mod word;

pub use check::{Application, BodiesOfMatters};
pub use state::{AnswerGiven, Request, Stage, grant_id};
pub use word::Word;

use std::sync::Arc;

use tongban_contracts::Meta;
use tongban_contracts::exchange::{DataRequestEvent, RequestStep, SharingKind};
use tongban_kernel::{Context, Fault, civil_date};
use tongban_ledger::Aggregate;

use super::resource::Resource;
use super::rights::{body_of, given, named};
use super::rules::Ground;

/// What can be asked of a request.
#[derive(Debug, Clone)]
pub enum Command {
    /// 申请
    File(Box<Application>),
    /// 答复: by the source body, in view of the resource as it is now.
    Answer(Word, Box<Resource>),
    /// 提出异议
    Dispute(String, Arc<Ground>),
    /// 裁定: by the authority.
    Rule(Word, Box<Resource>),
    /// 撤回
    Withdraw(String),
    /// 到期: looks whether a clock ran out.
    Tick(Arc<Ground>),
}

impl Aggregate for Request {
    type Event = DataRequestEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<DataRequestEvent>, Fault> {
        match (command, current) {
            (Command::File(application), None) => file(*application, context),
            (Command::File(_), Some(_)) => Err(Fault::conflict("already_filed", "该申请已提交")),
            (_, None) => Err(Fault::not_found("该共享申请")),
            (command, Some(request)) => request.decide_on(command, context),
        }
    }

    fn evolve(current: Option<Self>, event: &DataRequestEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (DataRequestEvent::Filed(filed), None) => Some(Self::filed(filed, meta)),
            (DataRequestEvent::Filed(_), Some(_)) | (_, None) => None,
            (event, Some(request)) => Some(request.after(event, meta)),
        }
    }
}

fn file(application: Application, context: &Context) -> Result<Vec<DataRequestEvent>, Fault> {
    let (filed, resource) = application.checked(context)?;
    let at_once = resource.resource.sharing == SharingKind::Unconditional;
    let items = resource.masked(&filed.data_use.items);
    let mut events = vec![DataRequestEvent::Filed(Box::new(filed))];
    if at_once {
        events.push(DataRequestEvent::GrantedAtOnce { items });
    }
    Ok(events)
}

impl Request {
    fn decide_on(
        &self,
        command: Command,
        context: &Context,
    ) -> Result<Vec<DataRequestEvent>, Fault> {
        let actor = &context.actor;
        match command {
            Command::File(_) => Err(Fault::internal("a request was decided before")),
            Command::Answer(word, resource) => {
                self.provider(actor)?;
                if !matches!(self.stage, Stage::Pending | Stage::Negotiating) {
                    return Err(self.not_now());
                }
                let (items, granted) = word.resolve(self.open_items(), &resource)?;
                Ok(vec![DataRequestEvent::Answered {
                    by: named(actor),
                    body: body_of(actor),
                    reason: word.reason,
                    items,
                    granted,
                }])
            }
            Command::Dispute(reason, ground) => {
                self.applicant(actor)?;
                given(&reason)?;
                self.dispute(reason, &ground, context)
            }
            Command::Rule(word, resource) => {
                self.judge(actor)?;
                if self.stage != Stage::Referred {
                    return Err(self.not_now());
                }
                let (items, granted) = word.resolve(self.open_items(), &resource)?;
                Ok(vec![DataRequestEvent::Ruled {
                    by: named(actor),
                    body: body_of(actor),
                    reason: word.reason,
                    items,
                    granted,
                }])
            }
            Command::Withdraw(reason) => {
                self.applicant(actor)?;
                given(&reason)?;
                if self.due.is_none() {
                    return Err(self.not_now());
                }
                Ok(vec![DataRequestEvent::Withdrawn { by: named(actor), reason }])
            }
            Command::Tick(ground) => Ok(self.tick(&ground, context)),
        }
    }

    /// What was refused is negotiated once, and then goes up. So does an answer that did not come in time.
    fn dispute(
        &self,
        reason: String,
        ground: &Ground,
        context: &Context,
    ) -> Result<Vec<DataRequestEvent>, Fault> {
        let today = civil_date(context.now);
        let from = match self.stage {
            Stage::Pending if self.late(today) => RequestStep::Answer,
            Stage::Negotiating if self.late(today) => RequestStep::Negotiation,
            Stage::Refused | Stage::PartlyGranted if self.ruled => {
                return Err(Fault::conflict("ruled", "已由数据共享主管部门裁定，裁定为最终意见"));
            }
            Stage::Refused | Stage::PartlyGranted if self.negotiated => RequestStep::Negotiation,
            Stage::Refused | Stage::PartlyGranted => {
                let due = ground.due(today, &ground.rules.negotiation)?;
                let by = named(&context.actor);
                return Ok(vec![DataRequestEvent::Disputed { by, reason, due }]);
            }
            _ => return Err(self.not_now()),
        };
        let due = ground.due(today, &ground.rules.ruling)?;
        Ok(vec![DataRequestEvent::Referred { from, reason, due }])
    }

    fn tick(&self, ground: &Ground, context: &Context) -> Vec<DataRequestEvent> {
        let today = civil_date(context.now);
        let (Some(due), Some(step)) = (self.due, self.waits_for()) else { return Vec::new() };
        if self.overdue || !self.late(today) {
            return Vec::new();
        }
        let mut events = vec![DataRequestEvent::Overdue { step, due }];
        // Where the calendar ends no limit can be told: the silence is, and the reader may take it up later.
        let next = ground.due(today, &ground.rules.ruling).ok();
        if let Some(due) = next.filter(|_| step == RequestStep::Negotiation) {
            let reason = "协商期限届满，数源部门未再答复，按规则提请裁定".to_owned();
            events.push(DataRequestEvent::Referred { from: step, reason, due });
        }
        events
    }
}
