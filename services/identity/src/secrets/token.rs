//! Tokens (访问令牌): what our own services and line systems believe for fifteen minutes.

use jsonwebtoken::{Algorithm, Header};
use tongban_contracts::identity::Account;
use tongban_kernel::Fault;
use tongban_web::token::Claims;

use crate::app::App;
use crate::domain::key::TOKEN_LIFETIME;

/// A token and how long it is good for.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The signed token.
    pub token: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Signs a token for an account.
///
/// # Errors
/// When there is no key to sign with.
pub async fn grant(app: &App, id: &str, account: &Account) -> Result<Granted, Fault> {
    let now = app.host.clock.now().timestamp();
    let expires_in = TOKEN_LIFETIME.num_seconds();
    let claims = Claims {
        iss: app.host.settings.issuer.clone(),
        sub: id.to_owned(),
        aud: app.host.settings.audience.clone(),
        exp: now + expires_in,
        nbf: now,
        iat: now,
        jti: app.host.ledger.new_id(),
        kind: account.kind,
        name: account.name.clone(),
        body: account.body.clone(),
        region: account.region.clone(),
        roles: account.roles.clone(),
    };
    let signer = app.keyring.signer().await?;
    let header = Header { kid: Some(signer.kid.clone()), ..Header::new(Algorithm::ES256) };
    let token = jsonwebtoken::encode(&header, &claims, &signer.private).map_err(Fault::internal)?;
    Ok(Granted { token, expires_in })
}
