//! 评价来源系统: registered, given another secret, retired.

use tongban_contracts::review_desks::PushingSystem;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use super::{Desk, signature};
use crate::api::systems::{PushingSecret, PushingView};
use crate::domain::pushing::{Command, Pushing};
use crate::store::pushing as store;

/// Random bytes of a secret.
const SECRET: usize = 32;

/// Registers a system, or gives it another secret. The secret is told once and kept sealed.
///
/// # Errors
/// Somebody else's region; retired; the database's absence.
pub async fn register(
    desk: &Desk,
    system: PushingSystem,
    caller: &Caller,
) -> Result<PushingSecret, Fault> {
    let host = &desk.host;
    let mut random = [0_u8; SECRET];
    host.entropy.fill(&mut random);
    let secret = hex::encode(random);
    let account = system.account.clone();
    let place = signature::place(&account);
    let sealed = desk.secrets.seal_text(&secret, place.as_bytes(), host.entropy.as_ref());
    let transaction = host.db().begin().await.map_err(tongban_db::to_fault)?;
    let command = Command::Register(system);
    let done =
        host.ledger.execute_within::<Pushing>(&transaction, &account, command, caller).await?;
    store::keep_secret(&transaction, &account, sealed).await?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    host.ledger.announce();
    Ok(PushingSecret { system: PushingView::of(&account, &done.state), secret })
}

/// Takes nothing more of a system.
///
/// # Errors
/// The refusal of the rules; the database's absence.
pub async fn retire(
    desk: &Desk,
    account: &str,
    reason: String,
    caller: &Caller,
) -> Result<PushingView, Fault> {
    let command = Command::Retire { reason };
    let done = desk.host.ledger.execute::<Pushing>(account, command, caller).await?;
    Ok(PushingView::of(account, &done.state))
}
