//! 登录: a person signs in with login and password.

use super::App;
use super::authenticate::{Refusal, authenticate};
use crate::domain::account::AccountState;
use crate::domain::secret::Secret;
use crate::secrets::token::{Granted, grant};
use crate::store::credential::Kind;

/// Who signed in, and the token.
pub struct SignedInAs {
    /// The account's identifier.
    pub id: String,
    /// The account.
    pub state: AccountState,
    /// The token.
    pub granted: Granted,
}

/// Signs in.
///
/// # Errors
/// As [`authenticate`].
pub async fn sign_in(app: &App, login: &str, password: &Secret) -> Result<SignedInAs, Refusal> {
    let (id, state) = authenticate(app, Kind::Password, login, password).await?;
    let granted = grant(app, &id, &state.account).await?;
    Ok(SignedInAs { id, state, granted })
}
