//! The verifiable history of every service: kept up beside the requests, described, and audited.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tongban_db::{Db, Lease, Storage};
use tongban_history::History;
use tongban_history::audit::{Report, audit, is_of};
use tongban_kernel::Fault;
use tongban_proof::PublishedKeys;
use utoipa::openapi::OpenApi;

use crate::process::{StartError, choose};
use crate::service::{Job, Service};
use crate::settings::Settings;

/// Pause between two looks for events without a place.
const PAUSE: Duration = Duration::from_secs(1);

/// The whole document of a service: its own operations and those of its history.
pub fn document(service: &dyn Service) -> OpenApi {
    let mut openapi = service.openapi();
    openapi.merge(tongban_history::api::openapi(service.info()));
    openapi
}

/// Gives events their places and signs checkpoints, in one process of those that run the service.
pub(crate) struct KeepHistory {
    history: History,
    lease: Arc<Lease>,
    interval: Duration,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// When signing was last tried, by a clock that nobody sets back.
    signed: Option<Instant>,
    /// Whether the operator was told already that the key is missing.
    keyless: bool,
}

impl KeepHistory {
    pub(crate) fn new(history: History, lease: Arc<Lease>, settings: &Settings) -> Self {
        let interval = Duration::from_secs(settings.checkpoint_seconds.max(1));
        Self { history, lease, interval, progress: Mutex::default() }
    }

    /// Whether it is time to sign; if so, the time counts from now on.
    fn is_due(&self) -> bool {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let due = progress.signed.is_none_or(|last| last.elapsed() >= self.interval);
        if due {
            progress.signed = Some(Instant::now());
        }
        due
    }

    fn note_key(&self, fault: Option<&Fault>) {
        let service = self.history.service();
        let missing = if fault.is_some() { 1.0 } else { 0.0 };
        metrics::gauge!("history_key_missing", "service" => service).set(missing);
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        // Once is enough for the log; the gauge and the health line go on saying it.
        if let Some(fault) = fault
            && !progress.keyless
        {
            tracing::error!(service, %fault, "no checkpoints are signed");
        }
        progress.keyless = fault.is_some();
    }
}

#[async_trait]
impl Job for KeepHistory {
    fn name(&self) -> &'static str {
        "keep-history"
    }

    fn every(&self) -> Duration {
        PAUSE.min(self.interval)
    }

    async fn run(&self) -> Result<(), Fault> {
        if !self.lease.held().await.map_err(tongban_db::to_fault)? {
            return Ok(());
        }
        self.history.sequence().await?;
        if !self.is_due() {
            return Ok(());
        }
        match self.history.checkpoint().await {
            Err(fault) if fault.code() == "history_key_unavailable" => self.note_key(Some(&fault)),
            Err(fault) => return Err(fault),
            Ok(_) => self.note_key(None),
        }
        Ok(())
    }
}

/// Audits the ledgers of the chosen services; nothing is changed, and the services may run meanwhile.
///
/// `keys` are published keys kept elsewhere, one list for each log that is to be held to them; `held` are
/// signed checkpoints kept elsewhere.
///
/// # Errors
/// When a database is away or not there, or a list of keys cannot be read.
pub async fn audit_ledgers(
    settings: &Settings,
    services: &[Arc<dyn Service>],
    keys: &[PublishedKeys],
    held: &[String],
) -> Result<Vec<Report>, StartError> {
    let mut reports = Vec::new();
    let storage = settings.storage();
    let chosen = choose(settings, services)?;
    // A paper that nobody looks at must not pass for one that agreed.
    let origins = keys.iter().map(|list| &list.origin).chain(held);
    for origin in origins {
        if !chosen.iter().any(|service| is_of(origin, service.info().name)) {
            let first = origin.lines().next().unwrap_or_default().to_owned();
            let idle = "keys or checkpoint of no service that is verified".to_owned();
            return Err(StartError::File(first, idle));
        }
    }
    for service in chosen {
        let name = service.info().name;
        let failed = |error| StartError::Database(name.into(), error);
        if let Storage::Sqlite { dir } = &storage {
            let file = dir.join(format!("{name}.sqlite"));
            // Opening would make an empty one, in which nothing is ever wrong.
            if !file.is_file() {
                let missing = "there is no such file".to_owned();
                return Err(StartError::File(file.display().to_string(), missing));
            }
        }
        let db = Db::open(&storage, name).await.map_err(failed)?;
        let given = keys.iter().find(|list| is_of(&list.origin, name));
        let report = audit(&db, name, given, held, &service.aggregates()).await;
        db.close().await.map_err(failed)?;
        reports.push(report?);
    }
    Ok(reports)
}
