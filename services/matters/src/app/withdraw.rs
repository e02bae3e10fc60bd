//! 取消事项: takes a matter out of force; cases under way are not touched.

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};
use tongban_runtime::Host;

use crate::api::matters::MatterGuide;
use crate::domain::matter::{Command, Entry};

/// Withdraws the matter `id`.
pub async fn withdraw(
    host: &Host,
    id: &str,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    host.ledger
        .execute_once::<Entry>(id, Command::Withdraw { reason }, caller, request, |committed| {
            let guide = MatterGuide::of(id, &committed.state);
            Reply::json(200, &guide)
        })
        .await
}
