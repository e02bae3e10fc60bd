//! Processes of the real binary that are killed and started again; gone when their keeper is.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Addresses, Error};

/// How long a process may take to be ready.
const PATIENCE: Duration = Duration::from_secs(90);
/// The services of a mesh, identity first: the others check tokens by its keys.
pub const SERVICES: [&str; 8] = [
    "identity",
    "matters",
    "intake",
    "licences",
    "reviews",
    "supervision",
    "supermarket",
    "exchange",
];
/// Name of the one process of a whole city.
pub const WHOLE: &str = "tongban";

/// What all processes of a city have in common.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The binary.
    pub binary: PathBuf,
    /// Flags that say where database, log and data are.
    pub settings: Vec<OsString>,
    /// Directory in which each process has its log.
    pub logs: PathBuf,
    /// The port of each process, by its name.
    pub ports: BTreeMap<&'static str, u16>,
}

impl Launch {
    /// Base URL of a process.
    pub fn base(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports.get(name).copied().unwrap_or_default())
    }

    /// Where the services are.
    pub fn addresses(&self) -> Addresses {
        match self.ports.contains_key(WHOLE) {
            true => Addresses::one(&self.base(WHOLE)),
            false => Addresses::each(SERVICES.map(|service| (service, self.base(service)))),
        }
    }

    /// Runs a command of the binary to its end; its output goes to a log of that name.
    ///
    /// # Errors
    /// When it cannot be run, or fails: with its last lines.
    pub async fn finish(&self, what: &'static str) -> Result<(), Error> {
        let mut command = self.command(what, what)?;
        let status = blocking(move || command.status()).await?;
        if status.success() {
            return Ok(());
        }
        let lines = self.last_lines(what);
        Err(Error::Unexpected(format!("tongban {what}: {status}\n{lines}")))
    }

    /// Asks a command of the binary; whether it was content, and what it said.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn ask(&self, what: &[&str]) -> Result<(bool, String), Error> {
        let mut command = Command::new(&self.binary);
        command.args(what).args(&self.settings).stdin(Stdio::null());
        let output = blocking(move || command.output()).await?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    fn command(&self, what: &str, log: &str) -> Result<Command, Error> {
        let file = self.log(log);
        let wrong =
            |error: std::io::Error| Error::File(file.display().to_string(), error.to_string());
        let log = File::options().create(true).append(true).open(&file).map_err(wrong)?;
        let mut command = Command::new(&self.binary);
        command.arg(what).args(&self.settings).stdin(Stdio::null());
        command.stdout(log.try_clone().map_err(wrong)?).stderr(log);
        Ok(command)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    fn last_lines(&self, name: &str) -> String {
        let log = std::fs::read_to_string(self.log(name)).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| Error::Unexpected(error.to_string()))?;
    done.map_err(|error| Error::Unexpected(format!("the binary cannot be run: {error}")))
}

/// A child that does not outlive its keeper.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processes of a city.
pub struct Processes {
    launch: Launch,
    running: BTreeMap<&'static str, Process>,
}

impl Processes {
    /// None yet.
    pub fn new(launch: Launch) -> Self {
        Self { launch, running: BTreeMap::new() }
    }

    /// What they have in common.
    pub fn launch(&self) -> &Launch {
        &self.launch
    }

    /// Starts a process on its port; gives its identifier. A whole city loads the sample data first.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&mut self, name: &'static str) -> Result<u32, Error> {
        let mut command = self.launch.command("serve", name)?;
        let port = self.launch.ports.get(name).copied().unwrap_or_default();
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        if name == WHOLE {
            command.arg("--load");
        } else {
            let keys = format!("{}/identity/.well-known/jwks.json", self.launch.base("identity"));
            command.args(["--services", name, "--jwks-urls", &keys]);
        }
        let failed = |error| Error::Unexpected(format!("{name} cannot be started: {error}"));
        let child = command.spawn().map_err(failed)?;
        let pid = child.id();
        self.running.insert(name, Process(child));
        Ok(pid)
    }

    /// Identifier of a process that was started.
    pub fn pid(&self, name: &str) -> Option<u32> {
        self.running.get(name).map(|process| process.0.id())
    }

    /// SIGKILL: the process gets to do nothing any more.
    pub fn kill(&mut self, name: &str) {
        self.running.remove(name);
    }

    /// Waits until a process is ready.
    ///
    /// # Errors
    /// When it ends meanwhile, or is not within a minute and a half: with its last lines.
    pub async fn ready(&mut self, name: &'static str) -> Result<(), Error> {
        let began = Instant::now();
        let url = format!("{}/health/ready", self.launch.base(name));
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build();
        let http = http.map_err(|error| Error::NoAnswer("HTTP client".into(), error))?;
        loop {
            if http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            let ended = self.running.get_mut(name).and_then(|process| process.0.try_wait().ok());
            let why = match ended {
                None => "does not run".to_owned(),
                Some(Some(status)) => format!("ended with {status}"),
                Some(None) if began.elapsed() > PATIENCE => "is not ready".to_owned(),
                Some(None) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let lines = self.launch.last_lines(name);
            return Err(Error::Unexpected(format!("{name} {why}:\n{lines}")));
        }
    }
}
