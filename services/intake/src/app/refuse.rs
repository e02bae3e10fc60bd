//! 不受理 / 不予受理: refuses acceptance on one of the grounds of law.

use tongban_contracts::intake::RefusalGround;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::domain::command::Command;

/// Refuses to accept the case.
pub async fn refuse(
    desk: &Desk,
    id: &str,
    (ground, reason, competent_body): (RefusalGround, String, Option<String>),
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let command = |_: &_| Command::RefuseAcceptance { ground, reason, competent_body };
    desk.act(id, caller, request, command).await
}
