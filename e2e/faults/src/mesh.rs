//! The mesh that is broken: its services are children of this process, its servers are started by their scripts.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use tokio::time::{Instant, sleep};
use tongban_e2e::{City, Error, Launch, Processes, SERVICES, SampleAccounts};

use crate::options::Options;
use crate::plan::{Fault, Plan};
use crate::signals::{Stopped, kill, start_ticks};
use crate::telling::Telling;

/// The services.
pub struct Services {
    processes: Processes,
    run_dir: Option<PathBuf>,
}

impl Services {
    /// Migrates, loads the sample city, starts all services.
    ///
    /// # Errors
    /// When the mesh does not come up.
    pub async fn start(options: &Options) -> Result<Self, Error> {
        let launch = Launch {
            binary: options.binary.clone(),
            settings: options.settings(options.work.join("mesh")),
            logs: options.work.clone(),
            ports: SERVICES.into_iter().zip(options.first_port..).collect(),
        };
        launch.finish("migrate").await?;
        launch.finish("load").await?;
        let processes = Processes::new(launch);
        let mut services = Self { processes, run_dir: options.run_dir.clone() };
        for service in SERVICES {
            services.begin(service)?;
        }
        for service in SERVICES {
            services.processes.ready(service).await?;
        }
        Ok(services)
    }

    /// How they were started.
    pub fn launch(&self) -> &Launch {
        self.processes.launch()
    }

    fn begin(&mut self, service: &'static str) -> Result<(), Error> {
        let pid = self.processes.start(service)?;
        note(self.run_dir.as_deref(), service, pid)
    }

    /// Breaks one service after the other as `plan` says, until `end` and for a round at least.
    ///
    /// # Errors
    /// When a service does not come back.
    pub async fn strike(
        &mut self,
        plan: Plan,
        end: Instant,
        telling: &Telling,
    ) -> Result<(), Error> {
        let round = plan.round();
        for (number, strike) in plan.enumerate() {
            if number >= round && Instant::now() >= end {
                break;
            }
            sleep(strike.after).await;
            let target = strike.target;
            match strike.fault {
                Fault::Kill => {
                    self.processes.kill(target);
                    let dead = Instant::now();
                    self.begin(target)?;
                    self.processes.ready(target).await?;
                    telling.killed(target, dead.elapsed());
                }
                Fault::Stop(lasting) => {
                    let stopped = self.processes.pid(target).map(Stopped::stop);
                    sleep(lasting).await;
                    drop(stopped);
                    telling.stopped(target, lasting);
                }
            }
        }
        Ok(())
    }
}

/// Writes down which process it is, for whoever has to end it when this process cannot.
pub fn note(run_dir: Option<&Path>, name: &str, pid: u32) -> Result<(), Error> {
    let Some(dir) = run_dir else { return Ok(()) };
    let file = dir.join(format!("{name}.pid"));
    let ticks = start_ticks(pid).unwrap_or_default();
    std::fs::write(&file, format!("{pid}\n{ticks}\n"))
        .map_err(|error| Error::File(file.display().to_string(), error.to_string()))
}

/// The city at some addresses, with the sample accounts of `dir`.
///
/// # Errors
/// When they cannot be read.
pub fn city(launch: &Launch, dir: &Path) -> Result<City, Error> {
    City::new(launch.addresses(), SampleAccounts::read(&dir.join("sample-accounts.json"))?)
}

/// PostgreSQL and Kafka.
#[derive(Clone)]
pub struct Servers {
    scripts: PathBuf,
    ports: Vec<(&'static str, String)>,
}

impl Servers {
    /// As the scripts have started them.
    pub fn new(options: &Options) -> Self {
        // When they are started again, everybody looks for them where they were.
        let port = |address: &str| {
            let after = address.rsplit_once(':').map_or("", |(_, port)| port);
            after.chars().take_while(char::is_ascii_digit).collect()
        };
        let ports = vec![
            ("TONGBAN_POSTGRES_PORT", port(&options.database_url)),
            ("TONGBAN_KAFKA_PORT", port(&options.kafka)),
        ];
        Self { scripts: options.scripts.clone(), ports }
    }

    /// Breaks one server after the other as `plan` says, until `end` and for a round at least.
    ///
    /// # Errors
    /// When a server does not come back.
    pub async fn strike(&self, plan: Plan, end: Instant, telling: &Telling) -> Result<(), Error> {
        let round = plan.round();
        for (number, strike) in plan.enumerate() {
            if number >= round && Instant::now() >= end {
                break;
            }
            sleep(strike.after).await;
            match strike.fault {
                Fault::Kill => {
                    let dead = Instant::now();
                    self.kill(strike.target).await?;
                    self.start(strike.target).await?;
                    telling.killed(strike.target, dead.elapsed());
                }
                Fault::Stop(lasting) => {
                    let stopped = self.stop(strike.target).await?;
                    sleep(lasting).await;
                    drop(stopped);
                    telling.stopped(strike.target, lasting);
                }
            }
        }
        Ok(())
    }

    /// `kill -9`, of PostgreSQL with all its children.
    ///
    /// # Errors
    /// When it does not run, or does not die.
    pub async fn kill(&self, server: &str) -> Result<(), Error> {
        kill(self.pid(server).await?).await
    }

    /// SIGSTOP until the answer falls.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn stop(&self, server: &str) -> Result<Stopped, Error> {
        Ok(Stopped::stop(self.pid(server).await?))
    }

    /// Starts it again, on the port it had.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&self, server: &str) -> Result<(), Error> {
        self.script(server, "start").await.map(drop)
    }

    async fn pid(&self, server: &str) -> Result<u32, Error> {
        let said = self.script(server, "pid").await?;
        said.trim().parse().map_err(|_| Error::Unexpected(format!("{server} pid: {said}")))
    }

    async fn script(&self, server: &str, what: &str) -> Result<String, Error> {
        let mut command = Command::new(self.scripts.join(server));
        command.arg(what).stdin(Stdio::null()).stderr(Stdio::piped());
        command.envs(self.ports.iter().map(|(name, port)| (name, port)));
        let failed = |why: String| Error::Unexpected(format!("scripts/{server} {what}: {why}"));
        let output = command.output().await.map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
