//! What identity does by the clock.

use std::time::Duration;

use async_trait::async_trait;
use tongban_kernel::Fault;
use tongban_runtime::{Host, Job};
use tongban_web::token::REFRESH;

use crate::secrets::keyring::Keyring;
use crate::store::attempt;

/// Renews signing keys in time and removes expired ones.
pub struct KeepKeys(pub Keyring);

#[async_trait]
impl Job for KeepKeys {
    fn name(&self) -> &'static str {
        "keep-keys"
    }

    fn every(&self) -> Duration {
        REFRESH
    }

    async fn run(&self) -> Result<(), Fault> {
        self.0.keep_up().await
    }
}

/// Forgets failures to sign in that no longer count.
pub struct ForgetAttempts(pub Host);

#[async_trait]
impl Job for ForgetAttempts {
    fn name(&self) -> &'static str {
        "forget-attempts"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(600)
    }

    async fn run(&self) -> Result<(), Fault> {
        attempt::sweep(self.0.db(), self.0.clock.now()).await
    }
}
