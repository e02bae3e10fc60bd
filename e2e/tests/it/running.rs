//! Processes of the real binary, each with a corner of its own, gone when the test is.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tongban_e2e::{Addresses, City, SampleAccounts};
use tongban_runtime::Settings;
use tongban_testkit::{Backend, remove};

/// How long a process may take to be ready.
const PATIENCE: Duration = Duration::from_secs(90);
/// The services of a mesh, identity first: the others check tokens by its keys.
pub const SERVICES: [&str; 5] = ["identity", "matters", "intake", "licences", "reviews"];
/// Name of the one process of a whole city.
pub const WHOLE: &str = "tongban";

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

/// A child that does not outlive the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A city of real processes.
pub struct Running {
    backend: Backend,
    settings: Settings,
    ports: BTreeMap<&'static str, u16>,
    processes: BTreeMap<&'static str, Process>,
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
        running.finish("migrate").await;
        running.finish("load").await;
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
        let ports = held.iter().map(|(name, held)| (*name, port(held))).collect();
        Self { backend, settings, ports, processes: BTreeMap::new() }
    }

    /// The city, to be called.
    pub fn city(&self) -> City {
        let accounts = SampleAccounts::read(&self.settings.data_dir.join("sample-accounts.json"));
        let addresses = match self.backend {
            Backend::Embedded => Addresses::one(&self.base(WHOLE)),
            Backend::Mesh => Addresses::each(SERVICES.map(|service| (service, self.base(service)))),
        };
        City::new(addresses, accounts.unwrap()).unwrap()
    }

    /// Base URL of a process.
    pub fn base(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[name])
    }

    /// Starts a process on its port.
    pub fn start(&mut self, name: &'static str) {
        let mut command = self.command("serve", name);
        command.args(["--listen", &format!("127.0.0.1:{}", self.ports[name])]);
        if name == WHOLE {
            command.arg("--load");
        } else {
            let keys = format!("{}/identity/.well-known/jwks.json", self.base("identity"));
            command.args(["--services", name, "--jwks-urls", &keys]);
        }
        let child = command.spawn().unwrap();
        self.processes.insert(name, Process(child));
    }

    /// SIGKILL: the process gets to do nothing any more.
    pub fn kill(&mut self, name: &str) {
        drop(self.processes.remove(name).expect("it runs"));
    }

    /// Waits until a process is ready.
    pub async fn ready(&mut self, name: &'static str) {
        let began = Instant::now();
        let url = format!("{}/health/ready", self.base(name));
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
        loop {
            if http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self.processes.get_mut(name).unwrap().0.try_wait().unwrap();
            assert!(ended.is_none(), "{name} ended with {ended:?}:\n{}", self.last_lines(name));
            let waited = began.elapsed();
            assert!(waited < PATIENCE, "{name} is not ready:\n{}", self.last_lines(name));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs a command of the binary to its end.
    async fn finish(&self, what: &'static str) {
        let mut command = self.command(what, what);
        let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().unwrap();
        assert!(status.success(), "tongban {what}: {status}\n{}", self.last_lines(what));
    }

    /// The settings of all processes.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Runs a command of the binary beside the city; whether it was content, and what it said.
    pub async fn ask(&self, what: &'static str, given: &[&str]) -> (bool, String) {
        let mut command = Command::new(binary());
        command.arg(what).args(given).stdin(Stdio::null());
        self.configure(&mut command);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self, what: &str, log: &str) -> Command {
        let log = File::options().create(true).append(true).open(self.log(log)).unwrap();
        let mut command = Command::new(binary());
        command.arg(what);
        self.configure(&mut command);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        command
    }

    fn configure(&self, command: &mut Command) {
        let settings = &self.settings;
        command.arg("--data-dir").arg(&settings.data_dir).arg("--data").arg(&settings.data);
        if let (Some(database), Some(kafka)) = (&settings.database_url, &settings.kafka) {
            command.args(["--database-url", database, "--kafka", kafka]);
            command.args(["--schema-prefix", &settings.schema_prefix]);
            command.args(["--topic-prefix", &settings.topic_prefix]);
            command.args(["--database-connections", "4", "--partitions", "1"]);
        }
    }

    fn log(&self, name: &str) -> PathBuf {
        self.settings.data_dir.join(format!("{name}.log"))
    }

    fn last_lines(&self, name: &str) -> String {
        let log = std::fs::read_to_string(self.log(name)).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Ends all processes and removes what they kept.
    pub async fn stop(mut self) {
        self.processes.clear();
        remove(&self.settings).await;
    }
}
