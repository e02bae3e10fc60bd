//! `faults`: breaks a city of real processes under load, and counts what became of what was acknowledged.

mod disk_full;
mod judging;
mod kafka_away;
mod mesh;
mod options;
mod plan;
mod proxy;
mod random;
mod signals;
mod telling;

use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tongban_e2e::Error;
use tongban_kernel::SystemEntropy;
use tongban_kernel::entropy::Entropy as _;

use crate::options::{Options, Scenario};

/// What a shell takes for the end by Ctrl-C.
const INTERRUPTED: u8 = 130;

// One thread: the driver shares the machine with the city.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    // Whichever ends first: the other falls, and with it every process that it has started or stopped.
    let done = tokio::select! {
        done = play(&options) => done,
        () = told_to_stop() => return ExitCode::from(INTERRUPTED),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("faults: logs: {}", options.work.display());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("faults: {error}\nfaults: logs: {}", options.work.display());
            ExitCode::FAILURE
        }
    }
}

async fn play(options: &Options) -> Result<bool, Error> {
    let seed = options.seed.unwrap_or_else(|| {
        let mut bytes = [0; 4];
        SystemEntropy.fill(&mut bytes);
        u32::from_le_bytes(bytes).into()
    });
    println!("{:?}, seed {seed}", options.only);
    let failed =
        |error: std::io::Error| Error::File(options.work.display().to_string(), error.to_string());
    std::fs::create_dir_all(options.work.join("mesh")).map_err(failed)?;
    match options.only {
        Scenario::Random => random::play(options, seed).await,
        Scenario::KafkaAway => kafka_away::play(options, seed).await,
        Scenario::DiskFull => disk_full::play(options, seed).await,
    }
}

async fn told_to_stop() {
    let mut signals =
        [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
    let [interrupt, terminate] = &mut signals;
    let asked = async |signal: &mut Option<tokio::signal::unix::Signal>| match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    };
    tokio::select! {
        () = asked(interrupt) => {}
        () = asked(terminate) => {}
    }
}
