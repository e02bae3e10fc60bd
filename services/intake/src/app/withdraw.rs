//! 撤件: the applicant takes the application back.

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::domain::command::Command;

/// Withdraws the case.
pub async fn withdraw(
    desk: &Desk,
    id: &str,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    desk.act(id, caller, request, |_| Command::Withdraw { reason }).await
}
