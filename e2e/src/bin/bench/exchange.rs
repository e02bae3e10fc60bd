//! What a call through a grant costs beside the same question put to the source body's system itself.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use clap::Args;
use tongban_e2e::load::{at_rate, closed, resident_mib, spread};
use tongban_e2e::{Addresses, City, SampleAccounts};

use crate::process::Process;
use crate::sharing::{Asking, Way, grants};

/// The services a call needs; the others' work is not part of it.
const SERVICES: &str = "identity,exchange";
/// Least share of the direct calls a second.
const SHARE: f64 = 0.6;
/// Most milliseconds that p99 is longer by, at half the load.
const ADDED: f64 = 3.0;
/// Where the played system answers.
const PLACE: &str = "/person";
/// What it answers.
const ROW: &str = r#"{"data":[{"id_number":"320706194803120014","name":"王建国","household_region":"320706001000"}]}"#;

/// Calls through grants a second, and what they take longer than direct ones.
#[derive(Debug, Args)]
pub struct Exchange {
    /// The binary to measure.
    #[arg(long)]
    bin: PathBuf,
    /// Directory of the calendar and the sample city.
    #[arg(long)]
    data: PathBuf,
    /// Directory for the city's files.
    #[arg(long)]
    work: PathBuf,
    /// PostgreSQL, with nothing else in it.
    #[arg(long)]
    database_url: String,
    /// Milliseconds that the source body's system takes, a measurement each.
    #[arg(long, value_delimiter = ',', default_values_t = [0, 20])]
    provider: Vec<u64>,
    /// Connections; a system is asked by 64 at most at a time.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Grants that the calls go by; each has 6000 calls a minute.
    #[arg(long, default_value_t = 100)]
    grants: usize,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Measurements of each, taken in turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

impl Exchange {
    /// Measures and prints; fails when calls take more than the bars allow.
    pub async fn run(self) -> Outcome<()> {
        let postgres = self.work.join("postgres");
        Process::migrate(&self.bin, SERVICES, &self.database_url, &postgres)?;
        let flags = ["--services", SERVICES, "--database-url", self.database_url.as_str()];
        let missed = self.city("PostgreSQL", &postgres, &flags).await?;
        let sqlite = self.work.join("sqlite");
        let missed = missed + self.city("SQLite", &sqlite, &["--services", SERVICES]).await?;
        match missed {
            0 => Ok(()),
            _ => Err(format!("{missed} bars are missed").into()),
        }
    }

    async fn city(&self, name: &str, work: &Path, flags: &[&str]) -> Outcome<usize> {
        let loading: Vec<&str> = flags.iter().copied().chain(["--load"]).collect();
        let process = Process::start(&self.bin, &self.data, work, &loading).await?;
        let base = format!("http://{}", process.address);
        let accounts = SampleAccounts::read(&work.join("sample-accounts.json"))?;
        let city = City::new(Addresses::one(&base), accounts)?;
        let mut missed = 0;
        for (place, takes) in self.provider.iter().enumerate() {
            let system = played(Duration::from_millis(*takes))?;
            let through =
                grants(&city, place, &format!("http://{system}{PLACE}"), self.grants).await?;
            let direct = Way::direct(&system, PLACE);
            let through = Way::through(&process.address, through);
            println!("{name}: {} connections, a system that takes {takes} ms:", self.connections);
            missed += self.compare(&direct, &through).await?;
        }
        println!("  resident after that             {:.0} MiB", resident_mib(process.pid())?);
        process.kill()?;
        Ok(missed)
    }

    /// Prints what calls the one way and the other take; how many bars are missed.
    async fn compare(&self, direct: &Way, through: &Way) -> Outcome<usize> {
        let time = Duration::from_secs(self.seconds);
        self.closed(direct, Duration::from_secs(2)).await?;
        self.closed(through, Duration::from_secs(2)).await?;
        let (mut theirs, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let plain = self.closed(direct, time).await?;
            let rate = self.closed(through, time).await?;
            theirs.push(plain);
            ours.push(rate);
            ratios.push(rate / plain);
        }
        println!("  direct calls/s                  {}", shown(&theirs, 0));
        println!("  calls/s through grants          {}", shown(&ours, 0));
        println!(
            "  ratio                           {}   (bar: {SHARE} or more)",
            shown(&ratios, 2)
        );
        let half = spread(&ours).1 / 2.0;
        let plain = at_rate(Asking::connect(direct, self.connections).await?, half, time).await?;
        let taken = at_rate(Asking::connect(through, self.connections).await?, half, time).await?;
        for (what, taken) in [("direct calls", &plain), ("calls through grants", &taken)] {
            let (middle, most) = (taken.within(0.5), taken.within(0.99));
            println!("  {what:<22} at {half:.0}/s p50 {middle:.1} ms, p99 {most:.1} ms");
        }
        let added = taken.within(0.99) - plain.within(0.99);
        println!("  added to p99                    {added:.1} ms   (bar: {ADDED} ms or less)");
        // A figure that is none misses its bar.
        let kept = [spread(&ratios).1 >= SHARE, added <= ADDED];
        Ok(kept.into_iter().filter(|kept| !kept).count())
    }

    async fn closed(&self, way: &Way, time: Duration) -> Outcome<f64> {
        let senders = Asking::connect(way, self.connections).await?;
        Ok(closed(senders, time).await?.0)
    }
}

/// Plays a source body's system on a thread of its own; where it listens, `host:port`. It ends with the process.
fn played(takes: Duration) -> Outcome<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        let answer = move || async move {
            if !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
            ([(CONTENT_TYPE, "application/json")], ROW)
        };
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, Router::new().route(PLACE, post(answer))).await
        })
    });
    Ok(address)
}

fn shown(figures: &[f64], digits: usize) -> String {
    let (least, median, greatest) = spread(figures);
    format!("{least:.digits$} / {median:.digits$} / {greatest:.digits$}")
}
