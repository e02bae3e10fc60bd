//! 惩戒、复核、解除、申诉.

use std::sync::Arc;

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::{Desk, agencies};
use crate::domain::agency::Command;

/// What an officer or the agency asks, without the ground it stands on.
pub enum Ask {
    /// 惩戒
    Sanction {
        /// Code of the broken rule.
        rule: String,
        /// What the agency did.
        facts: String,
    },
    /// 清退复核
    Confirm {
        /// The sanction.
        number: u32,
        /// Whether it is confirmed.
        confirmed: bool,
        /// Why.
        reason: String,
    },
    /// 申诉
    Appeal {
        /// The sanction.
        number: u32,
        /// On what ground.
        plea: String,
    },
}

/// Carries it out by the rules and the calendar of this installation.
pub async fn ask(
    desk: &Desk,
    id: Uuid,
    ask: Ask,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let ground = Arc::clone(&desk.ground);
    let (command, status) = match ask {
        Ask::Sanction { rule, facts } => (Command::Sanction { rule, facts, ground }, 201),
        Ask::Confirm { number, confirmed, reason } => {
            (Command::Confirm { number, confirmed, reason, ground }, 200)
        }
        Ask::Appeal { number, plea } => (Command::Appeal { number, plea, ground }, 200),
    };
    agencies::act(desk, id, command, caller, request, status).await
}
