//! 决定: approves or denies an accepted case.

use tongban_contracts::intake::Outcome;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::domain::command::Command;

/// Decides the case.
pub async fn decide(
    desk: &Desk,
    id: &str,
    outcome: Outcome,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    desk.act(id, caller, request, |_| Command::Decide { outcome, reason }).await
}
