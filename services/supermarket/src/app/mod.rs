//! Use cases, one a file.

pub mod agencies;
pub mod directory;
pub mod discipline;
pub mod documents;
pub mod figures;
pub mod files;
pub mod links;
pub mod purchasing;

use std::path::Path;
use std::sync::Arc;

use axum::extract::FromRef;
use tongban_drawing::Draws;
use tongban_files::Files;
use tongban_kernel::Fault;
use tongban_ledger::Loaded;
use tongban_runtime::{Host, StartError};
use uuid::Uuid;

use crate::app::purchasing::Purchasing;
use crate::domain::agency::Agency;
use crate::domain::directory::Entry;
use crate::domain::ground::{EntryRules, Ground};

/// What every operation needs.
#[derive(Clone)]
pub struct Desk {
    /// What the process gives.
    pub host: Host,
    /// What purchases need.
    pub purchasing: Purchasing,
    /// What decisions about agencies stand on.
    pub ground: Arc<Ground>,
    /// Uploaded files.
    pub files: Arc<Files>,
}

impl FromRef<Desk> for Purchasing {
    fn from_ref(desk: &Desk) -> Self {
        desk.purchasing.clone()
    }
}

impl FromRef<Desk> for Draws {
    fn from_ref(desk: &Desk) -> Self {
        desk.purchasing.draws.clone()
    }
}

impl Desk {
    /// For the service that `host` was given to.
    ///
    /// # Errors
    /// When a file of rules is missing or contradicts itself.
    pub fn start(host: &Host) -> Result<Self, StartError> {
        let rules = read_rules(&host.settings.data.join("supermarket/entry.json"))?;
        let ground = Ground { rules, calendar: Arc::clone(&host.calendar) };
        let files = Arc::new(Files::new(host.db().clone()));
        let purchasing = Purchasing::start(host, Arc::clone(&files))?;
        Ok(Self { host: host.clone(), ground: Arc::new(ground), files, purchasing })
    }

    /// An agency that exists.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn agency(&self, id: Uuid) -> Result<Loaded<Agency>, Fault> {
        let found = self.host.ledger.load::<Agency>(&id.to_string()).await?;
        found.ok_or_else(|| Fault::not_found("该中介机构"))
    }

    /// A service of the directory that exists.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn service(&self, id: Uuid) -> Result<Loaded<Entry>, Fault> {
        let found = self.host.ledger.load::<Entry>(&id.to_string()).await?;
        found.ok_or_else(|| Fault::not_found("该中介服务事项"))
    }
}

fn read_rules(file: &Path) -> Result<EntryRules, StartError> {
    let wrong = |error: String| StartError::File(file.display().to_string(), error);
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let rules: EntryRules =
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    rules.checked().map_err(wrong)
}
