//! What is wrong with a configuration, and how to mend it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::Datelike as _;
use tongban_calendar::Calendar;
use tongban_db::{Db, Standing, Storage};
use tongban_events::Log as _;
use tongban_events::kafka::{KafkaLog, KafkaSettings};
use tongban_history::{History, KeyState};
use tongban_kernel::{Clock, SystemClock, SystemEntropy, civil_date};
use tongban_ledger::Ledger;
use tongban_seal::{MasterKey, Vault};

use crate::service::Service;
use crate::settings::{Environment, Settings};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The setting or part.
    pub subject: String,
    /// What is wrong; absent when it is fine.
    pub problem: Option<String>,
    /// How to mend it.
    pub remedy: Option<String>,
    /// Whether the process still works as it is; a warning does not fail the examination.
    pub warning: bool,
}

impl Finding {
    fn fine(subject: &str) -> Self {
        Self { subject: subject.into(), problem: None, remedy: None, warning: false }
    }

    fn wrong(subject: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            problem: Some(problem.into()),
            remedy: Some(remedy.into()),
            warning: false,
        }
    }

    fn into_warning(self) -> Self {
        Self { warning: true, ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.problem, &self.remedy) {
            (Some(problem), Some(remedy)) => {
                let word = if self.warning { "warn " } else { "WRONG" };
                write!(f, "{word} {}: {problem}\n      mend: {remedy}", self.subject)
            }
            _ => write!(f, "ok    {}", self.subject),
        }
    }
}

/// Looks at everything the process would need; nothing is changed.
pub async fn diagnose(
    settings: &Settings,
    services: &[Arc<dyn Service>],
    clock: &dyn Clock,
) -> Vec<Finding> {
    let mut findings = vec![
        check_services(settings, services),
        check_listen(settings).await,
        check_data_dir(&settings.data_dir),
        check_calendar(settings, clock),
        check_shape(settings),
        check_keys(settings),
    ];
    findings.extend(check_databases(settings, services).await);
    findings.extend(check_history_keys(settings, services).await);
    if let Some(kafka) = &settings.kafka {
        findings.push(check_kafka(settings, kafka).await);
    }
    if settings.environment == Environment::Production {
        findings.extend(check_production(settings));
    }
    findings
}

fn check_services(settings: &Settings, services: &[Arc<dyn Service>]) -> Finding {
    let names = services.iter().map(|service| service.info().name).collect::<Vec<_>>();
    let unknown = settings
        .services
        .iter()
        .filter(|name| !names.contains(&name.as_str()))
        .cloned()
        .collect::<Vec<_>>();
    if unknown.is_empty() {
        return Finding::fine("services");
    }
    Finding::wrong(
        "services",
        format!("no such services: {}", unknown.join(", ")),
        format!("choose from {}", names.join(", ")),
    )
}

async fn check_listen(settings: &Settings) -> Finding {
    match tokio::net::TcpListener::bind(settings.listen).await {
        Ok(_) => Finding::fine("listen"),
        Err(error) => Finding::wrong(
            "listen",
            format!("cannot listen on {}: {error}", settings.listen),
            "stop what uses the port, or set --listen to a free address",
        ),
    }
}

fn check_data_dir(dir: &Path) -> Finding {
    let probe = dir.join(".doctor");
    let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&probe, b""));
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::fine("data_dir"),
        Err(error) => Finding::wrong(
            "data_dir",
            format!("cannot write to {}: {error}", dir.display()),
            "make the directory writable for this user, or set --data-dir",
        ),
    }
}

fn check_calendar(settings: &Settings, clock: &dyn Clock) -> Finding {
    let file = settings.data.join("calendar/holidays.json");
    let calendar = std::fs::read_to_string(&file)
        .map_err(|error| error.to_string())
        .and_then(|text| Calendar::from_json(&text).map_err(|error| error.to_string()));
    let calendar = match calendar {
        Ok(calendar) => calendar,
        Err(error) => {
            return Finding::wrong(
                "calendar",
                format!("{}: {error}", file.display()),
                "set --data to the directory that holds calendar/holidays.json",
            );
        }
    };
    let today = civil_date(clock.now());
    let left = (calendar.loaded_through() - today).num_days();
    if left >= 60 {
        return Finding::fine("calendar");
    }
    let finding = Finding::wrong(
        "calendar",
        format!(
            "business days are known only through {} ({left} days from now); due dates past it are refused",
            calendar.loaded_through()
        ),
        format!(
            "add the official holidays of {} to {}",
            calendar.loaded_through().year() + 1,
            file.display()
        ),
    );
    if left >= 0 { finding.into_warning() } else { finding }
}

fn check_shape(settings: &Settings) -> Finding {
    match (&settings.database_url, &settings.kafka) {
        (Some(_), None) if !settings.services.is_empty() => Finding::wrong(
            "kafka",
            "a subset of the services on PostgreSQL has no log to the others",
            "set --kafka host:port, or run all services in one process",
        ),
        (None, Some(_)) if !settings.services.is_empty() => Finding::wrong(
            "database_url",
            "a subset of the services keeps its data in local SQLite files",
            "set --database-url postgres://user@host/database",
        ),
        (None, None) if !settings.services.is_empty() => Finding::wrong(
            "services",
            "a subset of the services with SQLite files and the embedded log reaches no other process",
            "set --database-url and --kafka, or leave --services out",
        ),
        _ => Finding::fine("shape"),
    }
}

fn check_keys(settings: &Settings) -> Finding {
    let alone =
        !settings.services.is_empty() && !settings.services.iter().any(|name| name == "identity");
    if alone && settings.jwks_urls.is_empty() {
        return Finding::wrong(
            "jwks_urls",
            "this process does not run identity and does not know where its keys are",
            "set --jwks-urls http://IDENTITY/identity/.well-known/jwks.json",
        );
    }
    Finding::fine("jwks_urls")
}

async fn check_databases(settings: &Settings, services: &[Arc<dyn Service>]) -> Vec<Finding> {
    let storage = settings.storage();
    if matches!(storage, Storage::Sqlite { .. }) {
        return vec![Finding::fine("database (SQLite files, made at start)")];
    }
    let mut findings = Vec::new();
    for service in services {
        let name = service.info().name;
        if !settings.services.is_empty() && !settings.services.iter().any(|wanted| wanted == name) {
            continue;
        }
        let subject = format!("database of {name}");
        let answer = async {
            let db = Db::open(&storage, name).await?;
            db.ping().await?;
            tongban_db::standing(&db, crate::process::all_migrations(service.as_ref())).await
        };
        findings.push(match tokio::time::timeout(Duration::from_secs(10), answer).await {
            Ok(Ok(Standing { beyond, .. })) if !beyond.is_empty() => Finding::wrong(
                &subject,
                format!("contracted for a later version: {}", beyond.join(", ")),
                "run that version of tongban",
            ),
            Ok(Ok(Standing { lacking, .. })) if !lacking.is_empty() => Finding::wrong(
                &subject,
                format!("{} migrations are lacking", lacking.len()),
                "run `tongban migrate` with the same settings",
            ),
            Ok(Ok(_)) => Finding::fine(&subject),
            Ok(Err(error)) => Finding::wrong(
                &subject,
                error.to_string(),
                "check --database-url, the server, and the user's rights; then run `tongban migrate`",
            ),
            Err(_) => Finding::wrong(
                &subject,
                "no answer within 10 s",
                "check host and port in --database-url and that the server runs",
            ),
        });
    }
    findings
}

/// Whether what signs the histories opens with the master key. Nothing is said of what is not made yet.
async fn check_history_keys(settings: &Settings, services: &[Arc<dyn Service>]) -> Vec<Finding> {
    let Ok(master) = MasterKey::load_provided(settings.master_key()) else { return Vec::new() };
    let storage = settings.storage();
    let mut findings = Vec::new();
    for service in services {
        let name = service.info().name;
        if !settings.services.is_empty() && !settings.services.iter().any(|wanted| wanted == name) {
            continue;
        }
        if let Storage::Sqlite { dir } = &storage
            && !dir.join(format!("{name}.sqlite")).is_file()
        {
            continue;
        }
        let state = async {
            let db = Db::open(&storage, name).await.ok()?;
            let ledger = Ledger::new(db, Arc::new(SystemClock), Arc::new(SystemEntropy));
            let history = History::new(name, ledger, Vault::new(&master, "history"));
            history.key_state().await.ok()
        };
        // A database that does not answer has a finding of its own.
        let Ok(Some(state)) = tokio::time::timeout(Duration::from_secs(10), state).await else {
            continue;
        };
        let subject = format!("history key of {name}");
        findings.push(match state {
            KeyState::None | KeyState::Good => Finding::fine(&subject),
            KeyState::Lost => Finding::wrong(
                &subject,
                "checkpoints were signed, but their keys are gone; no more are signed, no receipts either",
                format!("restore table history_key, or POST /{name}/v1/history/keys/rotation"),
            ),
            KeyState::Sealed => Finding::wrong(
                &subject,
                "it does not open with this master key; no checkpoints and no receipts are signed",
                format!(
                    "bring back the master key it was sealed with, or POST /{name}/v1/history/keys/rotation"
                ),
            ),
        });
    }
    findings
}

async fn check_kafka(settings: &Settings, bootstrap: &str) -> Finding {
    let log = KafkaLog::new(KafkaSettings {
        bootstrap: bootstrap.to_owned(),
        prefix: settings.topic_prefix.clone(),
        partitions: settings.partitions,
    });
    let answer = match log {
        Ok(log) => log.ping().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(()) => Finding::fine("kafka"),
        Err(error) => Finding::wrong(
            "kafka",
            error.to_string(),
            format!("check that a broker answers at {bootstrap}"),
        ),
    }
}

fn check_production(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if settings.master_key_file.is_none() {
        findings.push(Finding::wrong(
            "master_key_file",
            "the master key would lie beside the data it protects",
            "set --master-key-file to a secret mounted from elsewhere",
        ));
    }
    if settings.data_dir.join("sample-accounts.json").exists() {
        findings.push(Finding::wrong(
            "data_dir",
            "it holds the sample city's accounts",
            "use a fresh --data-dir and database in production",
        ));
    }
    findings
}
