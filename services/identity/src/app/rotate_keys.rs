//! 轮换签名密钥: publishes the next signing key ahead of its time.

use std::sync::Arc;

use tongban_kernel::Fault;
use tongban_ledger::Caller;

use super::App;
use crate::secrets::keyring::Key;

/// Publishes the next key; while one is on its way it is that one.
///
/// # Errors
/// When the database is away.
pub async fn rotate(app: &App, caller: &Caller) -> Result<Arc<Key>, Fault> {
    let key = app.keyring.rotate().await?;
    tracing::info!(kid = key.kid, by = caller.principal.account, "signing key rotation");
    Ok(key)
}
