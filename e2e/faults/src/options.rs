//! What `faults` is told; `scripts/faults` tells it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use tongban_e2e::Error;

/// Breaks a city of real processes under load, and counts: acknowledged, found, doubled, wrong.
#[derive(Debug, Parser)]
pub struct Options {
    /// What is played.
    #[arg(long, value_enum, default_value_t = Scenario::Random)]
    pub only: Scenario,
    /// How long; every kind of fault is played at least once, however short.
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub minutes: f64,
    /// What everything is drawn from; the same seed breaks the same things. Printed.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Cases begun in a second, at most.
    #[arg(long, default_value_t = 6.0, value_parser = positive)]
    pub rate: f64,
    /// The binary under test.
    #[arg(long, value_name = "FILE")]
    pub binary: PathBuf,
    /// Directory of the sample city.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Directory for keys, accounts, logs and what was acknowledged.
    #[arg(long, value_name = "DIR")]
    pub work: PathBuf,
    /// First of five free ports that follow one another.
    #[arg(long)]
    pub first_port: u16,
    /// Directory of the scripts that start PostgreSQL and Kafka.
    #[arg(long, value_name = "DIR", default_value = "scripts")]
    pub scripts: PathBuf,
    /// Where `scripts/lib.sh` looks for identifiers of processes.
    #[arg(long, value_name = "DIR")]
    pub run_dir: Option<PathBuf>,
    /// PostgreSQL of the mesh.
    #[arg(long, value_name = "URL", default_value = "")]
    pub database_url: String,
    /// Kafka of the mesh.
    #[arg(long, value_name = "HOST:PORT", default_value = "")]
    pub kafka: String,
    /// A small file system of its own, to be filled (`disk-full`).
    #[arg(long, value_name = "DIR")]
    pub volume: Option<PathBuf>,
}

/// What is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Everything is killed and stopped at random, and answers are cut off.
    Random,
    /// Kafka stands still for half the time, then is dead for the other half.
    KafkaAway,
    /// The disk of one process on SQLite takes no more, twice; the second time the process is killed.
    DiskFull,
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if number > 0.0 && number.is_finite() { Ok(number) } else { Err("above 0".into()) }
}

impl Options {
    /// How long.
    pub fn time(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }

    /// Flags of a process that keeps its files in `dir`.
    pub fn settings(&self, dir: PathBuf) -> Vec<OsString> {
        let mut flags: Vec<OsString> =
            vec!["--data-dir".into(), dir.into(), "--data".into(), self.data.clone().into()];
        for (flag, value) in [("--database-url", &self.database_url), ("--kafka", &self.kafka)] {
            if !value.is_empty() && self.only != Scenario::DiskFull {
                flags.extend([flag.into(), value.into()]);
            }
        }
        flags
    }

    /// The volume that may be filled.
    ///
    /// # Errors
    /// When none is named.
    pub fn volume(&self) -> Result<PathBuf, Error> {
        let missing = || Error::Unexpected("--volume: no file system that may be filled".into());
        self.volume.clone().ok_or_else(missing)
    }
}
