//! A breach that an officer found (违约认定), told to supervision's credit register.

use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::breaches::{BreachEvent, SupermarketBreach};
use tongban_kernel::{Context, Fault};
use tongban_ledger::Aggregate;

use super::complaint::{given, manages};
use super::purchase::SERVICE;

/// A breach as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// What was found.
    pub breach: SupermarketBreach,
    /// Why it was lifted, if it was.
    pub lifted: Option<String>,
}

/// What can be asked of it.
#[derive(Debug, Clone)]
pub enum Command {
    /// 认定
    Record(Box<SupermarketBreach>),
    /// 撤销
    Lift {
        /// Why.
        reason: String,
    },
}

impl Aggregate for Breach {
    type Event = BreachEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<BreachEvent>, Fault> {
        match (command, current) {
            (Command::Record(breach), None) => {
                // It follows from what an officer found on a purchase.
                if context.actor.account != SERVICE {
                    let title = "违约由平台依据认定结果登记";
                    return Err(Fault::forbidden("only_the_platform", title));
                }
                Ok(vec![BreachEvent::Recorded(breach)])
            }
            // Told again after a crash between the two aggregates.
            (Command::Record(_), Some(_)) => Ok(Vec::new()),
            (Command::Lift { .. }, None) => Err(Fault::not_found("该违约记录")),
            (Command::Lift { reason }, Some(known)) => {
                manages(&context.actor, &known.breach.region)?;
                given(&reason)?;
                if known.lifted.is_some() {
                    return Err(Fault::conflict("already_lifted", "该违约记录已撤销"));
                }
                Ok(vec![BreachEvent::Lifted { reason }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &BreachEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (BreachEvent::Recorded(breach), None) => {
                Some(Self { breach: breach.as_ref().clone(), lifted: None })
            }
            (BreachEvent::Lifted { reason }, Some(known)) if known.lifted.is_none() => {
                Some(Self { lifted: Some(reason.clone()), ..known })
            }
            _ => None,
        }
    }
}
