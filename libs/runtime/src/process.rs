//! One process: any subset of the services over one configuration.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use sea_orm_migration::MigrationTrait;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tongban_calendar::Calendar;
use tongban_db::{Db, Lease, Serving, Standing, Storage};
use tongban_events::embedded::EmbeddedLog;
use tongban_events::kafka::{KafkaLog, KafkaSettings};
use tongban_events::{Log, run_consumer, run_relay};
use tongban_history::History;
use tongban_kernel::{Clock, Entropy, Fault, SystemClock, SystemEntropy};
use tongban_ledger::Ledger;
use tongban_seal::{MasterKey, Vault};
use tongban_web::token::Verifier;

use crate::background::{run_job, supervise};
use crate::history::KeepHistory;
use crate::operators::{self, Operators};
use crate::ops::{self, Ops};
use crate::reconcile::Count;
use crate::service::{Host, Job, Service};
use crate::settings::Settings;
use crate::telling::KeepTelling;

/// How long requests under way may take to finish when the process stops.
const FAREWELL: Duration = Duration::from_secs(10);

/// Why the process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A service of that name does not exist.
    #[error("there is no service {0:?}; there are: {1}")]
    NoSuchService(String, String),
    /// The address is taken or not ours.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The database is away or refuses.
    #[error("the database of {0} cannot be used: {1}")]
    Database(String, sea_orm::DbErr),
    /// The schema is older than the program.
    #[error("the database of {0} lacks {1} migrations: run `tongban migrate` first")]
    Migrations(String, usize),
    /// The schema was contracted for a later version of the program.
    #[error("the database of {0} was contracted for a later version ({1}): run that version")]
    Contracted(String, String),
    /// The schema cannot be contracted now.
    #[error("the database of {0} was not contracted: {1}")]
    Contract(String, tongban_db::ContractError),
    /// The log refuses.
    #[error(transparent)]
    Log(#[from] tongban_events::LogError),
    /// Another process serves from the same directory.
    #[error("another tongban serves from {0}; stop it or choose another --data-dir")]
    Occupied(String),
    /// Some file cannot be read or is wrong.
    #[error("{0}: {1}")]
    File(String, String),
    /// Operations without access rules.
    #[error("operations without access rules: {0:?}")]
    Unguarded(Vec<String>),
    /// Anything else a service says.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Where time and randomness come from; tests bring their own.
#[derive(Clone)]
pub struct Ambient {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Metrics to show, if set up.
    pub metrics: Option<PrometheusHandle>,
}

impl Default for Ambient {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy), metrics: None }
    }
}

/// A running process.
pub struct Process {
    address: SocketAddr,
    stop: CancellationToken,
    stopping: Arc<AtomicBool>,
    server: JoinHandle<std::io::Result<()>>,
    background: TaskTracker,
    quiet: CancellationToken,
    hosts: Vec<Host>,
    log: Arc<dyn Log>,
    _lock: Option<std::fs::File>,
}

impl Process {
    /// Starts `services` (those the settings name, or all).
    ///
    /// # Errors
    /// When the configuration cannot work; [`crate::diagnose`] tells more.
    pub async fn start(
        settings: Settings,
        services: &[Arc<dyn Service>],
        ambient: Ambient,
    ) -> Result<Self, StartError> {
        let chosen = choose(&settings, services)?;
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|error| StartError::Listen(settings.listen, error))?;
        let address =
            listener.local_addr().map_err(|error| StartError::Listen(settings.listen, error))?;
        let lock = occupy(&settings)?;
        let log = open_log(&settings).await?;
        // Told before any schema is looked at: whoever contracts sees it from here on.
        let serving = Arc::new(serving(&settings, &chosen));
        patiently("serving", || serving.tell())
            .await
            .map_err(|error| StartError::Database("serving".into(), error))?;
        let verifier = Verifier::new(
            settings.trusted_issuers(address),
            &settings.audience,
            Arc::clone(&ambient.clock),
        );
        let stop = CancellationToken::new();
        let quiet = CancellationToken::new();
        let background = TaskTracker::new();
        background.spawn(verifier.clone().keep_fresh(http_client()?, quiet.clone()));

        let hosting = Hosting::new(settings, verifier.clone(), &ambient)?;
        let mut router = Router::new();
        let mut documents = Vec::new();
        let mut watched = Vec::new();
        let mut hosts = Vec::new();
        for service in &chosen {
            let name = service.info().name;
            let host = hosting.open(service.as_ref()).await?;
            let started = service.start(&host).await?;
            let history =
                tongban_history::api::api(service.info(), host.history.clone(), verifier.clone())
                    .map_err(StartError::Unguarded)?;
            let consumers = Arc::new(started.consumers.clone());
            let operators = Operators { ledger: host.ledger.clone(), consumers };
            watched.push((name, operators.clone(), host.history.clone()));
            let operations = operators::api(service.info(), operators, verifier.clone())
                .map_err(StartError::Unguarded)?;
            router =
                router.merge(started.api.router).merge(history.router).merge(operations.router);
            let mut document = started.api.openapi;
            document.merge(history.openapi);
            document.merge(operations.openapi);
            documents.push((name, document));
            let lease = Lease::new(&hosting.settings.storage(), name)
                .await
                .map_err(|error| StartError::Database(name.into(), error))?;
            let lease = Arc::new(lease);
            let keep =
                KeepHistory::new(host.history.clone(), Arc::clone(&lease), &hosting.settings);
            let count = Count {
                service: name,
                ledger: host.ledger.clone(),
                consumers: started.consumers.clone(),
            };
            let all_have: [Arc<dyn Job>; 2] = [Arc::new(keep), Arc::new(count)];
            let jobs = started.jobs.into_iter().chain(all_have);
            let (ledger, on_log, until) = (host.ledger.clone(), Arc::clone(&log), quiet.clone());
            background.spawn(supervise("relay", quiet.clone(), move || {
                run_relay(name, ledger.clone(), on_log.clone(), lease.clone(), until.clone())
            }));
            for consumer in started.consumers {
                let (ledger, on_log, until) =
                    (host.ledger.clone(), Arc::clone(&log), quiet.clone());
                background.spawn(supervise(consumer.name(), quiet.clone(), move || {
                    run_consumer(consumer.clone(), ledger.clone(), on_log.clone(), until.clone())
                }));
            }
            for job in jobs {
                let until = quiet.clone();
                background.spawn(supervise(job.name(), quiet.clone(), move || {
                    run_job(job.clone(), until.clone())
                }));
            }
            hosts.push(host);
        }
        let outdated = Arc::new(AtomicBool::new(false));
        let keep = KeepTelling::new(serving, &chosen, &hosts, Arc::clone(&outdated));
        let (job, until): (Arc<dyn Job>, _) = (Arc::new(keep), quiet.clone());
        background.spawn(supervise("keep-telling", quiet.clone(), move || {
            run_job(job.clone(), until.clone())
        }));
        background.close();
        let stopping = Arc::new(AtomicBool::new(false));
        let ops = Ops {
            watched: Arc::new(watched),
            clock: Arc::clone(&ambient.clock),
            verifier,
            stopping: Arc::clone(&stopping),
            outdated,
            metrics: ambient.metrics.clone(),
        };
        let router =
            router.merge(ops::router(ops, documents)).fallback(tongban_web::api::no_such_path);
        let stopped = stop.clone();
        let server = tokio::spawn(async move {
            axum::serve(listener, router)
                .with_graceful_shutdown(async move { stopped.cancelled().await })
                .await
        });
        Ok(Self { address, stop, stopping, server, background, quiet, hosts, log, _lock: lock })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The log its services publish to.
    pub fn log(&self) -> &Arc<dyn Log> {
        &self.log
    }

    /// What its services were given, in the order of the list they were chosen from.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// Stops in two stages: no new requests while those under way finish; then consumers, relays and jobs.
    pub async fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.stop.cancel();
        let abort = self.server.abort_handle();
        if tokio::time::timeout(FAREWELL, self.server).await.is_err() {
            tracing::warn!("some requests did not finish in time");
            abort.abort();
        }
        self.quiet.cancel();
        if tokio::time::timeout(FAREWELL, self.background.wait()).await.is_err() {
            tracing::warn!("some background work did not finish in time");
        }
        for host in self.hosts {
            if let Err(error) = host.ledger.db().clone().close().await {
                tracing::warn!(%error, "a database was not closed cleanly");
            }
        }
    }
}

/// Expands the databases of the chosen services to what this version needs; earlier versions may serve on.
///
/// # Errors
/// When a database is away or a migration fails.
pub async fn migrate(settings: &Settings, services: &[Arc<dyn Service>]) -> Result<(), StartError> {
    for service in choose(settings, services)? {
        let name = service.info().name;
        let failed = |error| StartError::Database(name.into(), error);
        let storage = settings.storage();
        let db = Db::open(&storage, name).await.map_err(failed)?;
        tongban_db::migrate(&db, &storage, name, all_migrations(service.as_ref()))
            .await
            .map_err(failed)?;
        db.close().await.map_err(failed)?;
    }
    Ok(())
}

/// Takes out of the databases of the chosen services what this version no longer needs; gives how many migrations
/// were applied. Refused while an earlier version serves.
///
/// # Errors
/// When an earlier version serves, a database is away or not expanded yet, or a migration fails.
pub async fn contract(
    settings: &Settings,
    services: &[Arc<dyn Service>],
) -> Result<usize, StartError> {
    let storage = settings.storage();
    // Files have one owner; this is it until the end.
    let _lock = match &storage {
        Storage::Sqlite { .. } => occupy(settings)?,
        Storage::Postgres { .. } => None,
    };
    let mut applied = 0;
    for service in choose(settings, services)? {
        let name = service.info().name;
        let failed = |error| StartError::Database(name.into(), error);
        let db = Db::open(&storage, name).await.map_err(failed)?;
        applied += tongban_db::contract(&db, &storage, name, all_migrations(service.as_ref()))
            .await
            .map_err(|error| StartError::Contract(name.into(), error))?;
        db.close().await.map_err(failed)?;
    }
    Ok(applied)
}

/// Loads the sample city into the databases of the chosen services; gives what each says of it.
///
/// # Errors
/// When the data contradict the rules, the databases are away, or the environment is production.
pub async fn load(
    settings: Settings,
    services: &[Arc<dyn Service>],
    data: &Path,
    ambient: &Ambient,
) -> Result<Vec<String>, StartError> {
    if settings.environment == crate::Environment::Production {
        return Err(Fault::conflict(
            "sample_in_production",
            "生产环境不得载入示例城市 (the sample city is refused in production)",
        )
        .into());
    }
    let chosen = choose(&settings, services)?;
    let verifier = Verifier::new(Vec::new(), &settings.audience, Arc::clone(&ambient.clock));
    let hosting = Hosting::new(settings, verifier, ambient)?;
    let mut lines = Vec::new();
    for service in chosen {
        let host = hosting.open(service.as_ref()).await?;
        let loaded = service.load(&host, data).await;
        host.ledger
            .db()
            .clone()
            .close()
            .await
            .map_err(|error| StartError::Database(service.info().name.into(), error))?;
        lines.extend(loaded?);
    }
    Ok(lines)
}

pub(crate) fn choose(
    settings: &Settings,
    services: &[Arc<dyn Service>],
) -> Result<Vec<Arc<dyn Service>>, StartError> {
    let names = services.iter().map(|service| service.info().name).collect::<Vec<_>>();
    for wanted in &settings.services {
        if !names.contains(&wanted.as_str()) {
            return Err(StartError::NoSuchService(wanted.clone(), names.join(", ")));
        }
    }
    let all = settings.services.is_empty();
    Ok(services
        .iter()
        .filter(|service| all || settings.services.iter().any(|name| name == service.info().name))
        .cloned()
        .collect())
}

/// What all hosts of a process share.
pub(crate) struct Hosting {
    settings: Arc<Settings>,
    verifier: Verifier,
    ambient: Ambient,
    calendar: Arc<Calendar>,
    master: Arc<MasterKey>,
}

impl Hosting {
    pub(crate) fn new(
        settings: Settings,
        verifier: Verifier,
        ambient: &Ambient,
    ) -> Result<Self, StartError> {
        let file = settings.data.join("calendar/holidays.json");
        let wrong = |error: String| StartError::File(file.display().to_string(), error);
        let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
        let calendar = Calendar::from_json(&text).map_err(|error| wrong(error.to_string()))?;
        let master = master_key(&settings, ambient.entropy.as_ref())?;
        Ok(Self {
            settings: Arc::new(settings),
            verifier,
            ambient: ambient.clone(),
            calendar: Arc::new(calendar),
            master: Arc::new(master),
        })
    }

    /// Opens a service's database: SQLite files are brought up to date here, PostgreSQL schemas must be.
    pub(crate) async fn open(&self, service: &dyn Service) -> Result<Host, StartError> {
        let name = service.info().name;
        let failed = |error| StartError::Database(name.into(), error);
        let storage = self.settings.storage();
        let db = Db::open(&storage, name).await.map_err(failed)?;
        let migrations = all_migrations(service);
        if matches!(storage, Storage::Sqlite { .. }) {
            tongban_db::migrate(&db, &storage, name, migrations.clone()).await.map_err(failed)?;
        }
        let Standing { lacking, beyond } =
            patiently(name, || tongban_db::standing(&db, migrations.clone()))
                .await
                .map_err(failed)?;
        if !beyond.is_empty() {
            return Err(StartError::Contracted(name.into(), beyond.join(", ")));
        }
        if !lacking.is_empty() {
            return Err(StartError::Migrations(name.into(), lacking.len()));
        }
        let clock = Arc::clone(&self.ambient.clock);
        let entropy = Arc::clone(&self.ambient.entropy);
        let ledger = Ledger::new(db, Arc::clone(&clock), Arc::clone(&entropy));
        let vault = Vault::new(&self.master, "history");
        Ok(Host {
            settings: Arc::clone(&self.settings),
            history: History::new(name, ledger.clone(), vault),
            ledger,
            clock,
            entropy,
            calendar: Arc::clone(&self.calendar),
            verifier: self.verifier.clone(),
            master: Arc::clone(&self.master),
        })
    }
}

/// Waits for a database that is away when the process starts.
async fn patiently<T, F>(service: &str, mut ask: impl FnMut() -> F) -> Result<T, sea_orm::DbErr>
where
    F: Future<Output = Result<T, sea_orm::DbErr>>,
{
    let mut tries = 0;
    loop {
        match ask().await {
            Err(error) if tongban_db::is_away(&error) && tries < 60 => {
                tracing::warn!(service, %error, "the database is away; waiting");
                tries += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => return other,
        }
    }
}

/// That this process serves `services`, each with the contractions it knows.
fn serving(settings: &Settings, services: &[Arc<dyn Service>]) -> Serving {
    let known = services.iter().map(|service| {
        let migrations = all_migrations(service.as_ref())();
        (service.info().name, tongban_db::contractions(&migrations))
    });
    Serving::new(&settings.storage(), known)
}

/// Every migration of a service's database, those of ledger, events and history first.
pub fn all_migrations(
    service: &dyn Service,
) -> impl Fn() -> Vec<Box<dyn MigrationTrait>> + Clone + Send + Sync + use<> {
    let own = service.migrations();
    move || {
        let mut all = tongban_ledger::migrations();
        all.extend(tongban_events::migrations());
        all.extend(tongban_history::migrations());
        all.extend(own());
        all
    }
}

/// The operator's key, or one in the data directory that is made when it is missing.
fn master_key(settings: &Settings, entropy: &dyn Entropy) -> Result<MasterKey, StartError> {
    let file = settings.master_key();
    let wrong = |error: String| StartError::File(file.display().to_string(), error);
    if settings.master_key_file.is_some() {
        return MasterKey::load_provided(&file).map_err(|error| wrong(error.to_string()));
    }
    std::fs::create_dir_all(&settings.data_dir).map_err(|error| wrong(error.to_string()))?;
    MasterKey::load_or_create(&file, entropy).map_err(|error| wrong(error.to_string()))
}

/// One serving process per data directory: SQLite files and the embedded log have one owner.
fn occupy(settings: &Settings) -> Result<Option<std::fs::File>, StartError> {
    let dir = &settings.data_dir;
    let wrong =
        |error: std::io::Error| StartError::File(dir.display().to_string(), error.to_string());
    std::fs::create_dir_all(dir).map_err(wrong)?;
    if settings.database_url.is_some() && settings.kafka.is_some() {
        return Ok(None);
    }
    let file = std::fs::File::create(dir.join("serving.lock")).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(StartError::Occupied(dir.display().to_string())),
    }
}

pub(crate) async fn open_log(settings: &Settings) -> Result<Arc<dyn Log>, StartError> {
    if let Some(bootstrap) = &settings.kafka {
        let log = KafkaLog::new(KafkaSettings {
            bootstrap: bootstrap.clone(),
            prefix: settings.topic_prefix.clone(),
            partitions: settings.partitions,
        })?;
        return Ok(Arc::new(log));
    }
    let storage = Storage::Sqlite { dir: settings.data_dir.clone() };
    let log = EmbeddedLog::open(&storage)
        .await
        .map_err(|error| StartError::Database("log".into(), error))?;
    Ok(Arc::new(log))
}

fn http_client() -> Result<reqwest::Client, StartError> {
    reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .build()
        .map_err(|error| Fault::internal(error).into())
}
