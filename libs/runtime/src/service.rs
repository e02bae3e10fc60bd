//! What a service is to the process that runs it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_calendar::Calendar;
use tongban_db::Db;
use tongban_events::Consumer;
use tongban_history::History;
use tongban_kernel::{Clock, Entropy, Fault, FaultKind};
use tongban_ledger::{Ledger, Replay};
use tongban_seal::{MasterKey, Prints, Vault};
use tongban_web::token::Verifier;
use tongban_web::{Api, ServiceInfo};
use utoipa::openapi::OpenApi;

use crate::process::StartError;
use crate::settings::Settings;

/// What the process gives a service.
#[derive(Clone)]
pub struct Host {
    /// The configuration.
    pub settings: Arc<Settings>,
    /// The service's own ledger (and database).
    pub ledger: Ledger,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Business days.
    pub calendar: Arc<Calendar>,
    /// Checks callers' tokens.
    pub verifier: Verifier,
    /// The service's verifiable history: receipts and proofs.
    pub history: History,
    pub(crate) master: Arc<MasterKey>,
}

impl Host {
    /// The service's own database.
    pub fn db(&self) -> &Db {
        self.ledger.db()
    }

    /// A vault for secrets of one purpose.
    pub fn vault(&self, purpose: &'static str) -> Vault {
        Vault::new(self.master.as_ref(), purpose)
    }

    /// Keyed hashes of one purpose, for values that are compared but not kept.
    pub fn prints(&self, purpose: &'static str) -> Prints {
        Prints::new(self.master.as_ref(), purpose)
    }
}

/// Work done again and again; each round must be safe to repeat and to interrupt.
#[async_trait]
pub trait Job: Send + Sync + 'static {
    /// Name, for logs.
    fn name(&self) -> &'static str;

    /// Pause between rounds.
    fn every(&self) -> Duration;

    /// One round.
    ///
    /// # Errors
    /// Logged; the next round tries again.
    async fn run(&self) -> Result<(), Fault>;
}

/// A service, started.
pub struct Started {
    /// Its routes and their document.
    pub api: Api,
    /// What it does when something happens elsewhere.
    pub consumers: Vec<Arc<dyn Consumer>>,
    /// What it does by the clock.
    pub jobs: Vec<Arc<dyn Job>>,
}

/// One service of the platform.
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// Its name and description.
    fn info(&self) -> ServiceInfo;

    /// Migrations of its own tables, after those of ledger and events.
    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>>;

    /// Its aggregates, each as [`tongban_ledger::replay`] gives it, so that their states can be audited.
    fn aggregates(&self) -> Vec<Box<dyn Replay>>;

    /// Its OpenAPI document.
    fn openapi(&self) -> OpenApi;

    /// Starts it; everything it needs afterwards is in what it gives back.
    ///
    /// # Errors
    /// When it cannot run with this configuration.
    async fn start(&self, host: &Host) -> Result<Started, StartError>;

    /// Loads its part of the sample city from `data`; loading again changes nothing. Gives a line for people.
    ///
    /// # Errors
    /// When the data contradict its rules or the database is away.
    async fn load(&self, _host: &Host, _data: &Path) -> Result<Option<String>, Fault> {
        Ok(None)
    }
}

/// Reads a file of the sample city.
///
/// # Errors
/// Names the file and the place in it that cannot be read.
pub fn read_sample<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, Fault> {
    let wrong = |error: String| {
        Fault::new(FaultKind::Invalid, "bad_sample_data", "示例数据有误")
            .with_detail(format!("{}: {error}", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}
