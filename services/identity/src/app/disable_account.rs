//! 停用账号: takes an account's right to sign in; tokens it has run out within a quarter of an hour.

use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::App;
use crate::api::accounts::AccountDetail;
use crate::domain::account::{AccountState, Command};
use crate::store::credential;

/// Disables the account `id`.
///
/// # Errors
/// Forbidden out of reach or for oneself; a conflict when it is disabled already.
pub async fn disable(
    app: &App,
    id: &str,
    reason: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let login = credential::of_account(app.host.db(), id).await?.map(|found| found.login);
    let command = Command::Disable { id: id.to_owned(), reason };
    app.host
        .ledger
        .execute_once::<AccountState>(id, command, caller, request, |committed| {
            let detail = AccountDetail::of(id, login.clone(), &committed.state);
            Reply::json(200, &detail)
        })
        .await
}
