//! Telling whether somebody is who they say: one way for passwords and client secrets.

use tongban_kernel::{Fault, FaultKind};

use super::App;
use crate::domain::account::AccountState;
use crate::domain::attempts::Attempts;
use crate::domain::secret::Secret;
use crate::store::attempt;
use crate::store::credential::{self, Kind, Model};

/// Why somebody is not let in.
#[derive(Debug)]
pub enum Refusal {
    /// Too many failures in a row; seconds until the login is free again.
    Locked(i64),
    /// Anything else.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The account behind a login and its secret.
///
/// # Errors
/// One and the same answer for an unknown login and a wrong secret, after the same work; locked after too
/// many failures; forbidden for a disabled account, told only to who knows the secret.
pub async fn authenticate(
    app: &App,
    kind: Kind,
    login: &str,
    secret: &Secret,
) -> Result<(String, AccountState), Refusal> {
    let found = credential::find(app.host.db(), login).await?;
    let found = found.filter(|found| found.kind == kind.as_str());
    if !verify(app, login, secret, found.as_ref()).await? {
        return Err(wrong_credentials().into());
    }
    let Some(Model { account: id, .. }) = found else { return Err(wrong_credentials().into()) };
    let loaded = app.host.ledger.load::<AccountState>(&id).await?;
    let loaded = loaded.ok_or_else(|| Fault::internal(format!("credential of no account {id}")))?;
    if loaded.state.disabled.is_some() {
        let title = "该账号已停用，请联系本单位或本区域的系统管理员";
        return Err(Fault::forbidden("account_disabled", title).into());
    }
    Ok((id, loaded.state))
}

/// Whether `secret` is that of the credential; failures are counted per login, and lock it.
///
/// # Errors
/// Locked; or the database is away.
pub async fn verify(
    app: &App,
    login: &str,
    secret: &Secret,
    found: Option<&Model>,
) -> Result<bool, Refusal> {
    let db = app.host.db();
    let subject = attempt::subject(login);
    refuse_locked(app, attempt::read(db, &subject).await?)?;
    // No secret is that long, so nothing is worth hashing.
    let right = !secret.is_too_long()
        && app.hasher.verify(secret, found.map(|found| found.hash.as_str())).await?;
    // Guesses sent all at once end here as well: a right one after a lock is as locked as a wrong one.
    let attempts = attempt::read(db, &subject).await?;
    refuse_locked(app, attempts)?;
    if !right {
        attempt::count(db, &subject, app.host.clock.now()).await?;
    } else if attempts.is_some() {
        attempt::clear(db, &subject).await?;
    }
    Ok(right)
}

fn refuse_locked(app: &App, attempts: Option<Attempts>) -> Result<(), Refusal> {
    let now = app.host.clock.now();
    match attempts.and_then(|attempts| attempts.locked_for(now)) {
        Some(seconds) => Err(Refusal::Locked(seconds)),
        None => Ok(()),
    }
}

fn wrong_credentials() -> Fault {
    Fault::new(FaultKind::Unauthenticated, "wrong_credentials", "登录名或密码不正确")
}
