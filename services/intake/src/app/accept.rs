//! 受理: accepts a complete application and starts the clock for the decision.

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::domain::command::Command;
use crate::domain::terms::Terms;

/// Accepts the case.
pub async fn accept(
    desk: &Desk,
    id: &str,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let command = |terms: &Terms| Command::Accept { terms: terms.clone() };
    desk.act(id, caller, request, command).await
}
