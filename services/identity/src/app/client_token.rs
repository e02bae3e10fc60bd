//! 业务系统取得令牌: the client credentials grant (RFC 6749, section 4.4).

use super::App;
use super::authenticate::{Refusal, authenticate};
use crate::domain::secret::Secret;
use crate::secrets::token::{Granted, grant};
use crate::store::credential::Kind;

/// A token for a line system.
///
/// # Errors
/// As [`authenticate`].
pub async fn client_token(app: &App, client: &str, secret: &Secret) -> Result<Granted, Refusal> {
    let (id, state) = authenticate(app, Kind::ClientSecret, client, secret).await?;
    Ok(grant(app, &id, &state.account).await?)
}
