//! What stands between a grant and a source body's system (网关): one stack for each resource, made of its registration and
//! made anew with its next version; how often it is called; and whose data a call is about.

mod declared;
mod limits;
mod paced;
mod secrets;
mod stack;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tongban_kernel::{Clock, Entropy, Fault};
use tongban_outbound::address::Networks;
use tongban_runtime::{Environment, Host, StartError};
use tongban_seal::Prints;
use uuid::Uuid;

pub use self::limits::Limits;
use self::secrets::Secrets;
pub use self::stack::Stack;
use crate::domain::resource::Resource;

/// Whose data they are, without a number (数据主体标识).
#[derive(Debug, Clone)]
pub struct Subjects(Prints);

impl Subjects {
    /// With the key of this installation.
    pub fn new(host: &Host) -> Self {
        Self(host.prints("exchange/subjects"))
    }

    /// The print of an identity document's number, however it was typed.
    pub fn print(&self, number: &str) -> String {
        self.0.of(&number.trim().to_ascii_uppercase())
    }
}

/// The ways to all systems that are called.
pub struct Gateway {
    /// Counts of calls.
    pub limits: Limits,
    parts: Parts,
    stacks: Mutex<HashMap<Uuid, (u32, Arc<Stack>)>>,
}

/// What every stack is made of.
struct Parts {
    networks: Networks,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Gateway {
    /// As the settings say.
    ///
    /// # Errors
    /// When networks or secrets cannot be read.
    pub fn new(host: &Host) -> Result<Self, StartError> {
        let settings = &host.settings;
        let networks = Networks::new(&settings.provider_networks).map_err(|fault| {
            StartError::File("settings".into(), format!("provider_networks: {fault}"))
        })?;
        let networks = match settings.environment {
            Environment::Sample => networks.with_loopback(),
            Environment::Production => networks,
        };
        let secrets = Secrets::read(settings.provider_secrets_file.as_deref())?;
        let (clock, entropy) = (Arc::clone(&host.clock), Arc::clone(&host.entropy));
        let parts = Parts { networks, secrets, clock, entropy };
        Ok(Self { limits: Limits::default(), parts, stacks: Mutex::default() })
    }

    /// The way to the system that a resource comes from.
    ///
    /// # Errors
    /// `not_callable` when its registration leads to no system that could be called.
    pub async fn stack(&self, id: Uuid, resource: &Resource) -> Result<Arc<Stack>, Fault> {
        if let Some(stack) = self.known(id, resource.revision) {
            return Ok(stack);
        }
        let made = Arc::new(Stack::new(&self.parts, resource).await?);
        let mut stacks = self.stacks.lock().unwrap_or_else(PoisonError::into_inner);
        // Of two that were made at once one stays, so that there is one breaker; none goes back to an earlier version.
        let newer = stacks.get(&id).filter(|(revision, _)| *revision >= resource.revision);
        if let Some((_, stack)) = newer {
            return Ok(Arc::clone(stack));
        }
        stacks.insert(id, (resource.revision, Arc::clone(&made)));
        Ok(made)
    }

    fn known(&self, id: Uuid, revision: u32) -> Option<Arc<Stack>> {
        let stacks = self.stacks.lock().unwrap_or_else(PoisonError::into_inner);
        stacks.get(&id).filter(|(known, _)| *known == revision).map(|(_, stack)| Arc::clone(stack))
    }
}
