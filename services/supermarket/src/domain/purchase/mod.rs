//! A purchase in the intermediary supermarket (中介超市采购), from its notice to the rating of the service.

pub mod bidding;
pub mod check;
pub mod command;
pub mod contract;
pub mod draft;
pub mod register;
pub mod selection;
pub mod service;
pub mod stage;
pub mod state;
#[cfg(test)]
mod tests;

use tongban_contracts::Meta;
use tongban_contracts::purchases::PurchaseEvent;
use tongban_kernel::{Context, Fault, FaultKind};
use tongban_ledger::Aggregate;

pub use command::Command;
pub use stage::Stage;
pub use state::Purchase;

/// The account under which the supermarket acts by the clock and on events.
pub const SERVICE: &str = "service:supermarket";

/// What a command leads to.
pub(crate) type Decided = Result<Vec<PurchaseEvent>, Fault>;

impl Aggregate for Purchase {
    type Event = PurchaseEvent;
    type Command = Command;

    fn decide(current: Option<&Self>, command: Command, context: &Context) -> Decided {
        let Some(purchase) = current else {
            return match command {
                Command::Publish(draft, facts) => {
                    let published = check::check(*draft, &facts, context.now)?;
                    Ok(vec![PurchaseEvent::Published(Box::new(published))])
                }
                _ => Err(Fault::not_found("该采购")),
            };
        };
        match command {
            Command::Publish(..) => Err(Fault::conflict("already_published", "该采购已发布")),
            Command::Register(sought) => register::register(purchase, *sought, context),
            Command::WithdrawRegistration => register::withdraw(purchase, context),
            Command::Close { quotes, dropped, rules } => {
                bidding::close(purchase, &quotes, dropped, &rules, context)
            }
            Command::Drop { dropped, rules } => {
                selection::drop_out(purchase, dropped, &rules, context)
            }
            Command::ProposeDraw { draw, candidates } => {
                selection::propose(purchase, draw, candidates, context)
            }
            Command::Drawn { draw, result, rules, calendar } => {
                selection::drawn(purchase, &draw, &result, &rules, &calendar, context)
            }
            Command::GiveUp => selection::give_up(purchase, context),
            Command::Tick { rules, calendar } => {
                selection::tick(purchase, &rules, &calendar, context)
            }
            Command::Choose { agency, reason, rules, calendar } => {
                selection::choose(purchase, &agency, &reason, &rules, &calendar, context)
            }
            Command::UploadContract(offer) => contract::upload(purchase, *offer, context),
            Command::AnswerContract { confirmed, reason } => {
                contract::answer(purchase, confirmed, reason, context)
            }
            Command::Deliver { documents, note } => {
                service::deliver(purchase, documents, note, context)
            }
            Command::AnswerResult { accepted, reason, rules, calendar } => {
                service::answer(purchase, accepted, reason, &rules, &calendar, context)
            }
            Command::Rate { marks, text } => service::rate(purchase, marks, text, context),
            Command::Stop { ground, reason } => service::stop(purchase, ground, reason, context),
            Command::DecideBreach { found, reason, breach } => {
                service::decide_breach(purchase, found, reason, breach, context)
            }
            Command::Cancel { reason } => service::cancel(purchase, reason, context),
        }
    }

    fn evolve(current: Option<Self>, event: &PurchaseEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (PurchaseEvent::Published(published), None) => Some(Self::new(published, meta)),
            (_, purchase) => purchase?.follow(event, meta),
        }
    }
}

/// The refusal of what the stage does not allow; its code names both.
pub(crate) fn illegal(purchase: &Purchase, code: &str, what_zh: &str) -> Fault {
    let code = format!("cannot_{code}_when_{}", purchase.stage.code());
    let title = format!("采购处于“{}”状态，不能{what_zh}", purchase.stage.name_zh());
    Fault::new(FaultKind::Conflict, code, title)
}

/// Only the supermarket itself.
pub(crate) fn only_service(context: &Context) -> Result<(), Fault> {
    if context.actor.account == SERVICE {
        return Ok(());
    }
    Err(Fault::forbidden("only_the_platform", "该步骤由平台按规则自动办理"))
}

/// A text that says something.
pub(crate) fn reason_given(reason: &str) -> Result<(), Fault> {
    let mut faults = tongban_kernel::Faults::new();
    if reason.trim().is_empty() {
        faults.add("/reason", "required", "请写明理由");
    }
    faults.into_result("reason_required", "请写明理由")
}
