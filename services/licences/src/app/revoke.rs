//! 撤销、吊销、注销证照: ends a licence before its term.

use tongban_contracts::licences::RevocationGround;
use tongban_kernel::{Fault, civil_date};
use tongban_ledger::{Caller, Reply, RequestKey};
use tongban_runtime::Host;

use crate::api::licences::LicenceView;
use crate::domain::licence::{Command, Record};
use crate::store;

/// Revokes the licence `identifier`.
pub async fn revoke(
    host: &Host,
    identifier: &str,
    ground: RevocationGround,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let id = store::licence::id_of(host.db(), identifier).await?;
    let id = id.ok_or_else(|| Fault::not_found("该证照"))?;
    let command = Command::Revoke { ground, reason };
    host.ledger
        .execute_once::<Record>(&id, command, caller, request, |committed| {
            let view = LicenceView::of(&committed.state, civil_date(host.clock.now()));
            Reply::json(200, &view)
        })
        .await
}
