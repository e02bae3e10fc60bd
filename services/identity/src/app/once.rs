//! Requests with a secret in them, answered once.

use sm3::{Digest, Sm3};
use tongban_kernel::Fault;
use tongban_ledger::{Reply, RequestKey};

use super::App;

/// The key under which such a request is kept. The usual fingerprint is a fast digest of the whole body,
/// from which a weak password could be guessed; this one is as dear to guess at as the password's hash.
///
/// # Errors
/// When too much is to be hashed at once.
pub async fn protect(app: &App, request: Option<&RequestKey>) -> Result<Option<RequestKey>, Fault> {
    let Some(request) = request else { return Ok(None) };
    let mut salt = Sm3::new();
    for part in [request.account.as_bytes(), request.key.as_bytes()] {
        salt.update((part.len() as u64).to_be_bytes());
        salt.update(part);
    }
    let salt = salt.finalize().to_vec();
    let fingerprint = app.hasher.stretch(request.fingerprint.clone(), salt).await?;
    Ok(Some(RequestKey { fingerprint, ..request.clone() }))
}

/// The answer given before to the same request.
///
/// # Errors
/// When the key was used for another request, or the database is away.
pub async fn answered(app: &App, request: Option<&RequestKey>) -> Result<Option<Reply>, Fault> {
    match request {
        Some(request) => request.answered(app.host.db().read()).await,
        None => Ok(None),
    }
}
