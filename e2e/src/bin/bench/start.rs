//! How fast a city is ready and how much memory it keeps, measured on the real binary.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tongban_e2e::load::{resident_mib, spread};

use crate::process::Process;

/// Cold start and idle memory of a whole city in one process.
#[derive(Debug, Args)]
pub struct Start {
    /// The binary to measure.
    #[arg(long)]
    bin: PathBuf,
    /// Directory of the calendar and the sample city.
    #[arg(long)]
    data: PathBuf,
    /// Directory for the city's files.
    #[arg(long)]
    work: PathBuf,
    /// Measured starts.
    #[arg(long, default_value_t = 10)]
    runs: usize,
}

impl Start {
    /// Measures and prints.
    pub async fn run(self) -> Result<(), Box<dyn Error>> {
        let first = self.start(&["--load"]).await?;
        println!("first start, sample city loaded: {:>6.0} ms", millis(first.took));
        let after_load = idle_memory(&first).await?;
        first.kill()?;
        let mut times = Vec::new();
        let mut memory = Vec::new();
        for _ in 0..self.runs {
            let running = self.start(&[]).await?;
            times.push(millis(running.took));
            memory.push(idle_memory(&running).await?);
            running.kill()?;
        }
        let runs = self.runs;
        println!("cold start to ready, {runs} runs:     {} ms   (bar: under 1000)", shown(&times));
        println!("resident when idle, {runs} runs:      {} MiB  (bar: under 100)", shown(&memory));
        println!("resident after the first load:   {after_load:.1} MiB");
        Ok(())
    }

    async fn start(&self, more: &[&str]) -> Result<Process, Box<dyn Error>> {
        Process::start(&self.bin, &self.data, &self.work, more).await
    }
}

/// Resident memory after three quiet seconds, in MiB.
async fn idle_memory(running: &Process) -> Result<f64, Box<dyn Error>> {
    tokio::time::sleep(Duration::from_secs(3)).await;
    Ok(resident_mib(running.pid())?)
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

fn shown(figures: &[f64]) -> String {
    let (least, median, greatest) = spread(figures);
    format!("{least:.1} / {median:.1} / {greatest:.1}")
}
