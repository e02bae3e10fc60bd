//! 变更岗位: gives an account other roles.

use std::collections::BTreeSet;

use tongban_kernel::{Fault, Role};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::App;
use crate::api::accounts::AccountDetail;
use crate::domain::account::{AccountState, Command};
use crate::store::credential;

/// Gives the account `id` these roles and no others.
///
/// # Errors
/// Forbidden out of reach or for oneself; a conflict where there are no roles to have.
pub async fn change_roles(
    app: &App,
    id: &str,
    roles: BTreeSet<Role>,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let login = credential::of_account(app.host.db(), id).await?.map(|found| found.login);
    let command = Command::ChangeRoles { id: id.to_owned(), roles };
    app.host
        .ledger
        .execute_once::<AccountState>(id, command, caller, request, |committed| {
            let detail = AccountDetail::of(id, login.clone(), &committed.state);
            Reply::json(200, &detail)
        })
        .await
}
