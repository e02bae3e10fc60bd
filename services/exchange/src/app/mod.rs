//! Use cases, one subject a file.

pub mod calling;
pub mod calls;
pub mod corrections;
pub mod grants;
pub mod objections;
pub mod requests;
pub mod resources;
pub mod signals;

use std::path::Path;
use std::sync::Arc;

use tongban_kernel::Fault;
use tongban_runtime::{Host, StartError};
use tongban_seal::Vault;
use uuid::Uuid;

use crate::domain::grant::Grant;
use crate::domain::resource::Resource;
use crate::domain::rules::{ExchangeRules, Ground};
use crate::gateway::{Gateway, Subjects};

/// What every operation needs.
#[derive(Clone)]
pub struct Desk {
    /// What the process gives.
    pub host: Host,
    /// Limits and calendar.
    pub ground: Arc<Ground>,
    /// The ways to source bodies' systems.
    pub gateway: Arc<Gateway>,
    /// Whose data they are, without a number.
    pub subjects: Subjects,
    /// Seals what systems sign with.
    pub secrets: Vault,
}

impl Desk {
    /// For the service that `host` was given to.
    ///
    /// # Errors
    /// When the file of rules is missing or contradicts itself, or networks or secrets cannot be read.
    pub fn start(host: &Host) -> Result<Self, StartError> {
        let rules = read_rules(&host.settings.data.join("exchange/rules.json"))?;
        let ground = Ground { rules, calendar: Arc::clone(&host.calendar) };
        let (gateway, subjects) = (Arc::new(Gateway::new(host)?), Subjects::new(host));
        let (host, ground, secrets) =
            (host.clone(), Arc::new(ground), host.vault("exchange/calling"));
        Ok(Self { host, ground, gateway, subjects, secrets })
    }

    /// A resource that exists.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn resource(&self, id: Uuid) -> Result<Resource, Fault> {
        let found = self.host.ledger.load::<Resource>(&id.to_string()).await?;
        found.map(|loaded| loaded.state).ok_or_else(|| Fault::not_found("该数据资源"))
    }

    /// A grant that exists.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn grant(&self, id: Uuid) -> Result<Grant, Fault> {
        let found = self.host.ledger.load::<Grant>(&id.to_string()).await?;
        found.map(|loaded| loaded.state).ok_or_else(|| Fault::not_found("该授权"))
    }
}

fn read_rules(file: &Path) -> Result<ExchangeRules, StartError> {
    let wrong = |error: String| StartError::File(file.display().to_string(), error);
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let rules: ExchangeRules =
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    rules.checked().map_err(wrong)
}
