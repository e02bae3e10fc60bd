//! 发布事项: puts an entry in force, as a new matter or as the next version of one.

use tongban_contracts::matters::Matter;
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};
use tongban_runtime::Host;

use crate::api::matters::MatterGuide;
use crate::domain::matter::{Command, Entry};

/// Publishes `matter` under `id`.
pub async fn publish(
    host: &Host,
    id: &str,
    matter: Matter,
    caller: &Caller,
    request: Option<&RequestKey>,
    status: u16,
) -> Result<Reply, Fault> {
    let command = Command::Publish(Box::new(matter));
    host.ledger
        .execute_once::<Entry>(id, command, caller, request, |committed| {
            let guide = MatterGuide::of(id, &committed.state);
            Reply::json(status, &guide)
        })
        .await
}
