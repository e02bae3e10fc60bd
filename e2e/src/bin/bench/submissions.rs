//! Submissions a second with all that belongs to them, against the database's own benchmark.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tongban_e2e::load::{Latencies, at_rate, closed, processor_seconds, resident_mib, spread};

use crate::applicants::{Applicant, Applying, prepare};
use crate::pgbench::PgBench;
use crate::process::Process;

/// The services a submission needs; the others' work is not part of it.
const SERVICES: &str = "identity,matters,intake";

/// Submissions a second over HTTP, with authentication, validation, idempotency, hash chain and outbox.
#[derive(Debug, Args)]
pub struct Submissions {
    /// The binary to measure.
    #[arg(long)]
    bin: PathBuf,
    /// Directory of the calendar and the sample city.
    #[arg(long)]
    data: PathBuf,
    /// Directory for files.
    #[arg(long)]
    work: PathBuf,
    /// An empty PostgreSQL database.
    #[arg(long)]
    database_url: String,
    /// Directory of PostgreSQL's programs.
    #[arg(long)]
    tools: PathBuf,
    /// Kafka's bootstrap servers.
    #[arg(long)]
    kafka: String,
    /// Connections.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Measurements of each, taken in turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

impl Submissions {
    /// Measures and prints.
    pub async fn run(self) -> Result<(), Box<dyn Error>> {
        println!("PostgreSQL, {} connections, 4 KB forms with 3 materials:", self.connections);
        self.postgres().await?;
        println!("SQLite (synchronous=FULL), the same submissions:");
        self.sqlite().await
    }

    async fn postgres(&self) -> Result<(), Box<dyn Error>> {
        let work = self.work.join("postgres");
        Process::migrate(&self.bin, SERVICES, &self.database_url, &work)?;
        let city = self.on_postgres(&work, &self.kafka, &["--load"]).await?;
        let applicants = prepare(&city.address, &work, &self.data).await?;
        city.kill()?;
        // Nobody listens on port 9: the log is away, and the outbox keeps what is to be published.
        let city = self.on_postgres(&work, "127.0.0.1:9", &[]).await?;
        self.closed(&city, &applicants, "warm", 2).await?;
        let yardstick = PgBench::prepare(&self.tools, &self.database_url, &work)?;
        let server = yardstick.server()?;
        let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let (mut in_city, mut in_database, mut in_theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let before = processor_seconds(server);
            let plain = yardstick.run(self.connections, Duration::from_secs(self.seconds))?;
            in_theirs
                .push((processor_seconds(server) - before) * 1e6 / (plain * self.seconds as f64));
            let (before, city_before) = (processor_seconds(server), processor_seconds(city.pid()));
            let (rate, taken) =
                self.closed(&city, &applicants, &round.to_string(), self.seconds).await?;
            let each = 1e6 / taken.count() as f64;
            in_city.push((processor_seconds(city.pid()) - city_before) * each);
            in_database.push((processor_seconds(server) - before) * each);
            ours.push(rate);
            theirs.push(plain);
            ratios.push(rate / plain);
        }
        println!("  submissions/s                   {}", shown(&ours, 0));
        println!("  pgbench transactions/s          {}", shown(&theirs, 0));
        println!("  ratio                           {}   (bar: 1.0 or more)", shown(&ratios, 2));
        println!("  processor time of one, ours     {} µs", shown(&in_city, 0));
        println!("    and in PostgreSQL             {} µs", shown(&in_database, 0));
        println!("  pgbench's in PostgreSQL         {} µs", shown(&in_theirs, 0));
        let half = spread(&ours).1 / 2.0;
        self.half(&city, &applicants, half).await?;
        let plain = yardstick.at_rate(self.connections, half, Duration::from_secs(self.seconds))?;
        println!(
            "  pgbench at as many a second     p50 {:.1} ms, p99 {:.1} ms",
            plain.within(0.5),
            plain.within(0.99)
        );
        for connections in [1, self.connections] {
            let each = self.statements(&yardstick, &city, &applicants, connections).await?;
            println!("  SQL statements per submission   {each:.1} at {connections} connections");
        }
        println!(
            "  resident after that             {:.0} MiB   (bar: 150 or less)",
            resident_mib(city.pid())?
        );
        city.kill()?;
        let city = self.on_postgres(&work, &self.kafka, &[]).await?;
        self.closed(&city, &applicants, "relay-warm", 2).await?;
        let (rate, _) = self.closed(&city, &applicants, "relay", self.seconds).await?;
        println!("  submissions/s while the relay publishes to Kafka   {rate:.0}");
        Ok(city.kill()?)
    }

    async fn on_postgres(
        &self,
        work: &Path,
        kafka: &str,
        more: &[&str],
    ) -> Result<Process, Box<dyn Error>> {
        let mut flags = vec!["--services", SERVICES, "--kafka", kafka];
        flags.extend(["--database-url", &self.database_url]);
        flags.extend(more);
        Process::start(&self.bin, &self.data, work, &flags).await
    }

    async fn sqlite(&self) -> Result<(), Box<dyn Error>> {
        let work = self.work.join("sqlite");
        let more = ["--services", SERVICES, "--load"];
        let city = Process::start(&self.bin, &self.data, &work, &more).await?;
        let applicants = prepare(&city.address, &work, &self.data).await?;
        self.closed(&city, &applicants, "warm", 2).await?;
        let (mut ours, mut single, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let mut in_city = Vec::new();
        for round in 0..self.rounds {
            // One request at a time is one transaction per request.
            let run = format!("one{round}");
            let alone = Applying::connect(&city.address, &applicants, 1, &run).await?;
            let (one, ..) = closed(alone, Duration::from_secs(self.seconds)).await?;
            let before = processor_seconds(city.pid());
            let (rate, taken) =
                self.closed(&city, &applicants, &round.to_string(), self.seconds).await?;
            in_city.push((processor_seconds(city.pid()) - before) * 1e6 / taken.count() as f64);
            ours.push(rate);
            single.push(one);
            ratios.push(rate / one);
        }
        println!("  submissions/s                   {}", shown(&ours, 0));
        println!("  one transaction per request     {}", shown(&single, 0));
        println!("  ratio                           {}   (bar: 5 or more)", shown(&ratios, 2));
        println!("  processor time of one           {} µs", shown(&in_city, 0));
        self.half(&city, &applicants, spread(&ours).1 / 2.0).await?;
        println!("  resident after that             {:.0} MiB", resident_mib(city.pid())?);
        Ok(city.kill()?)
    }

    async fn closed(
        &self,
        city: &Process,
        applicants: &[Applicant],
        run: &str,
        seconds: u64,
    ) -> Result<(f64, Latencies), Box<dyn Error>> {
        let senders = Applying::connect(&city.address, applicants, self.connections, run).await?;
        let (rate, taken, _) = closed(senders, Duration::from_secs(seconds)).await?;
        Ok((rate, taken))
    }

    async fn half(
        &self,
        city: &Process,
        applicants: &[Applicant],
        rate: f64,
    ) -> Result<(), Box<dyn Error>> {
        let senders =
            Applying::connect(&city.address, applicants, self.connections, "half").await?;
        let taken = at_rate(senders, rate, Duration::from_secs(self.seconds)).await?;
        println!(
            "  at half that load               p50 {:.1} ms, p99 {:.1} ms   (bar: p99 20 ms or less)",
            taken.within(0.5),
            taken.within(0.99)
        );
        Ok(())
    }

    /// Statements that reach the database for one submission, the relay's apart.
    async fn statements(
        &self,
        database: &PgBench,
        city: &Process,
        applicants: &[Applicant],
        connections: usize,
    ) -> Result<f64, Box<dyn Error>> {
        let log = Path::new(&database.sql("SHOW data_directory")?).join("server.log");
        let run = format!("count{connections}");
        let senders = Applying::connect(&city.address, applicants, connections, &run).await?;
        database.sql("ALTER SYSTEM SET log_statement = 'all'")?;
        database.sql("SELECT pg_reload_conf()")?;
        let before = std::fs::metadata(&log)?.len();
        let (_, taken, _) = closed(senders, Duration::from_secs(2)).await?;
        database.sql("ALTER SYSTEM RESET log_statement")?;
        database.sql("SELECT pg_reload_conf()")?;
        let logged = std::fs::read(&log)?;
        let logged = logged.get(usize::try_from(before)?..).unwrap_or_default();
        let logged = String::from_utf8_lossy(logged);
        let of_the_relay = |line: &str| {
            line.contains("ledger_outbox\"") && !line.contains("INSERT")
                || line.contains("pg_locks")
                || line.contains("ALTER SYSTEM")
        };
        let statements = logged
            .lines()
            .filter(|line| line.contains("LOG:  execute") || line.contains("LOG:  statement"))
            .filter(|line| !of_the_relay(line));
        Ok(statements.count() as f64 / taken.count() as f64)
    }
}

fn shown(figures: &[f64], digits: usize) -> String {
    let (least, median, greatest) = spread(figures);
    format!("{least:.digits$} / {median:.digits$} / {greatest:.digits$}")
}
