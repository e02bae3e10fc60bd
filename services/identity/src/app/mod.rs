//! Use cases, one a file.

pub mod authenticate;
pub mod change_password;
pub mod change_roles;
pub mod client_token;
pub mod create_account;
pub mod disable_account;
mod once;
mod open_account;
pub mod register;
pub mod rotate_keys;
pub mod sign_in;

use std::sync::Arc;

use tongban_kernel::Fault;
use tongban_runtime::Host;
use tongban_seal::Vault;

use crate::secrets::hasher::Hasher;
use crate::secrets::keyring::Keyring;

/// What every use case works with.
#[derive(Clone)]
pub struct App {
    /// What the process gives.
    pub host: Host,
    /// The signing keys.
    pub keyring: Keyring,
    /// The hasher of secrets.
    pub hasher: Hasher,
    /// Seals initial passwords in answers that are kept for repeated requests.
    pub initial_secrets: Vault,
}

impl App {
    /// Makes ready.
    ///
    /// # Errors
    /// When the database is away or the master key is not the installation's.
    pub async fn start(host: &Host) -> Result<Self, Fault> {
        Ok(Self {
            host: host.clone(),
            keyring: Keyring::open(host).await?,
            hasher: Hasher::start(Arc::clone(&host.entropy)).await?,
            initial_secrets: host.vault("initial-secret"),
        })
    }
}
