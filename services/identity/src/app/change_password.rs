//! 修改密码: the owner replaces the own password or client secret.

use sea_orm::EntityTrait as _;
use tongban_kernel::{Fault, FaultKind, Faults};
use tongban_ledger::entity::request;
use tongban_ledger::{Caller, Reply, RequestKey};

use super::authenticate::{Refusal, verify};
use super::{App, once};
use crate::api::me::PasswordChanged;
use crate::domain::account::AccountState;
use crate::domain::secret::{self, Secret};
use crate::store::credential::{self, Model};

/// Replaces the caller's password.
///
/// # Errors
/// Every fault of both passwords at once; locked after too many wrong ones.
pub async fn change_password(
    app: &App,
    current: &Secret,
    new: &Secret,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Refusal> {
    let request = once::protect(app, request).await?;
    let account = &caller.principal.account;
    let found = credential::of_account(app.host.db(), account).await?;
    if let Some(reply) = once::answered(app, request.as_ref()).await? {
        return Ok(reply);
    }
    let found = found.ok_or_else(|| Fault::not_found("该账号"))?;
    let state = app.host.ledger.load::<AccountState>(account).await?;
    if state.is_none_or(|loaded| loaded.state.disabled.is_some()) {
        return Err(Fault::forbidden("account_disabled", "该账号已停用，不能修改密码").into());
    }
    let mut faults = Faults::new();
    secret::check(new, &found.login, "/new_password", &mut faults);
    if new == current {
        faults.add("/new_password", "unchanged", "新密码不得与现密码相同");
    }
    if !verify(app, &found.login, current, Some(&found)).await? {
        faults.add("/current_password", "wrong", "现密码不正确");
    }
    faults.into_result("invalid_password", "密码修改有误")?;
    let hash = app.hasher.hash(new).await?;
    Ok(replace(app, &found, hash, request.as_ref()).await?)
}

async fn replace(
    app: &App,
    old: &Model,
    hash: String,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let now = app.host.clock.now();
    let micros = now.timestamp_micros();
    let changed = PasswordChanged { account: old.account.clone(), changed_at: now };
    let reply = Reply::json(200, &changed)?;
    let written = async {
        let transaction = app.host.db().begin().await?;
        let replaced = credential::replace(&transaction, old, hash, micros).await?;
        if let Some(request) = request
            && replaced
        {
            let kept = request.keep(&reply, micros);
            request::Entity::insert(kept).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(replaced)
    };
    let replaced = match written.await {
        Err(error) if tongban_db::is_duplicate(&error) => false,
        other => other.map_err(tongban_db::to_fault)?,
    };
    if replaced {
        return Ok(reply);
    }
    // Somebody else was faster; when it was this very request, it has its answer by now.
    match once::answered(app, request).await? {
        Some(reply) => Ok(reply),
        None => Err(Fault::new(FaultKind::Conflict, "raced", "密码刚被修改，请重新登录后再试")),
    }
}
