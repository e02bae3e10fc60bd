//! `bench`: how fast a city is ready and how much memory it keeps, measured on the real binary.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;

/// Cold start and idle memory of a whole city in one process.
#[derive(Debug, Parser)]
struct Options {
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

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let http = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
    let first = start(&options, true, &http).await?;
    println!("first start, sample city loaded: {:>6.0} ms", millis(first.took));
    let after_load = idle_memory(&first).await?;
    stop(first)?;
    let mut times = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..options.runs {
        let running = start(&options, false, &http).await?;
        times.push(millis(running.took));
        memory.push(idle_memory(&running).await?);
        stop(running)?;
    }
    times.sort_by(f64::total_cmp);
    memory.sort_by(f64::total_cmp);
    println!(
        "cold start to ready, {} runs:     {} ms   (bar: under 1000)",
        options.runs,
        spread(&times)
    );
    println!(
        "resident when idle, {} runs:      {} MiB  (bar: under 100)",
        options.runs,
        spread(&memory)
    );
    println!("resident after the first load:   {after_load:.1} MiB");
    Ok(())
}

struct Running {
    child: Child,
    took: Duration,
}

/// Starts the city and waits until it says that it is ready.
async fn start(
    options: &Options,
    load: bool,
    http: &reqwest::Client,
) -> Result<Running, Box<dyn Error>> {
    let port = free_port()?;
    let began = Instant::now();
    let mut command = Command::new(&options.bin);
    command
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .arg("--data-dir")
        .arg(&options.work)
        .arg("--data")
        .arg(&options.data)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if load {
        command.arg("--load");
    }
    let mut child = command.spawn()?;
    let url = format!("http://127.0.0.1:{port}/health/ready");
    loop {
        if let Ok(answer) = http.get(&url).send().await
            && answer.status().is_success()
        {
            return Ok(Running { child, took: began.elapsed() });
        }
        if let Some(status) = child.try_wait()? {
            return Err(format!("the city ended before it was ready: {status}").into());
        }
        if began.elapsed() > Duration::from_secs(60) {
            child.kill()?;
            return Err("the city is not ready after a minute".into());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Resident memory after three quiet seconds, in MiB.
async fn idle_memory(running: &Running) -> Result<f64, Box<dyn Error>> {
    tokio::time::sleep(Duration::from_secs(3)).await;
    let file = Path::new("/proc").join(running.child.id().to_string()).join("status");
    let status = std::fs::read_to_string(file)?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib / 1024.0)
}

fn stop(mut running: Running) -> Result<(), Box<dyn Error>> {
    running.child.kill()?;
    running.child.wait()?;
    Ok(())
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// Least, median and greatest of sorted figures.
fn spread(figures: &[f64]) -> String {
    let at = |index: usize| figures.get(index).copied().unwrap_or_default();
    let last = figures.len().saturating_sub(1);
    format!("{:.1} / {:.1} / {:.1}", at(0), at(last / 2), at(last))
}
