//! A city of the real binary with a corner of its own, gone when the test is.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tongban_e2e::{City, Launch, Processes, SERVICES, SampleAccounts, WHOLE};
use tongban_runtime::Settings;
use tongban_testkit::{Backend, remove};

/// The binary under test: `TONGBAN_BIN`, or the one built beside the tests.
fn binary() -> PathBuf {
    if let Some(given) = std::env::var_os("TONGBAN_BIN") {
        return given.into();
    }
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).unwrap().join("tongban");
    assert!(
        built.is_file(),
        "{} is not there: run `cargo build -p tongban` or set TONGBAN_BIN",
        built.display()
    );
    built
}

/// A city of real processes.
pub struct Running {
    settings: Settings,
    processes: Processes,
}

impl Running {
    /// The whole city in one process on files, sample data loaded.
    pub async fn whole() -> Self {
        let mut running = Self::new(Backend::Embedded, &[WHOLE]);
        running.start(WHOLE);
        running.ready(WHOLE).await;
        running
    }

    /// A process for each service on PostgreSQL and Kafka, sample data loaded.
    pub async fn mesh() -> Self {
        let mut running = Self::new(Backend::Mesh, &SERVICES);
        running.processes.launch().finish("migrate").await.unwrap();
        running.processes.launch().finish("load").await.unwrap();
        for service in SERVICES {
            running.start(service);
        }
        for service in SERVICES {
            running.ready(service).await;
        }
        running
    }

    fn new(backend: Backend, names: &[&'static str]) -> Self {
        let settings = backend.settings();
        std::fs::create_dir_all(&settings.data_dir).unwrap();
        // All are held at once, so that no two get the same.
        let held: Vec<_> =
            names.iter().map(|name| (*name, TcpListener::bind("127.0.0.1:0").unwrap())).collect();
        let port = |held: &TcpListener| held.local_addr().unwrap().port();
        let launch = Launch {
            binary: binary(),
            settings: flags(&settings),
            logs: settings.data_dir.clone(),
            ports: held.iter().map(|(name, held)| (*name, port(held))).collect(),
        };
        Self { settings, processes: Processes::new(launch) }
    }

    /// The city, to be called.
    pub fn city(&self) -> City {
        let accounts = SampleAccounts::read(&self.settings.data_dir.join("sample-accounts.json"));
        City::new(self.processes.launch().addresses(), accounts.unwrap()).unwrap()
    }

    /// Starts a process on its port.
    pub fn start(&mut self, name: &'static str) {
        self.processes.start(name).unwrap();
    }

    /// SIGKILL: the process gets to do nothing any more.
    pub fn kill(&mut self, name: &str) {
        assert!(self.processes.pid(name).is_some(), "{name} runs");
        self.processes.kill(name);
    }

    /// Waits until a process is ready.
    pub async fn ready(&mut self, name: &'static str) {
        self.processes.ready(name).await.unwrap();
    }

    /// The settings of all processes.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Runs a command of the binary beside the city; whether it was content, and what it said.
    pub async fn ask(&self, what: &[&str]) -> (bool, String) {
        self.processes.launch().ask(what).await.unwrap()
    }

    /// Ends all processes and removes what they kept.
    pub async fn stop(self) {
        drop(self.processes);
        remove(&self.settings).await;
    }
}

/// The settings of a test as flags.
fn flags(settings: &Settings) -> Vec<OsString> {
    let mut flags: Vec<OsString> = vec![
        "--data-dir".into(),
        settings.data_dir.clone().into(),
        "--data".into(),
        settings.data.clone().into(),
    ];
    if let (Some(database), Some(kafka)) = (&settings.database_url, &settings.kafka) {
        for flag in ["--database-url", database, "--kafka", kafka] {
            flags.push(flag.into());
        }
        for flag in ["--schema-prefix", &settings.schema_prefix] {
            flags.push(flag.into());
        }
        for flag in ["--topic-prefix", &settings.topic_prefix] {
            flags.push(flag.into());
        }
        for flag in ["--database-connections", "4", "--partitions", "1"] {
            flags.push(flag.into());
        }
    }
    flags
}
