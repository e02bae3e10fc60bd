//! The yardstick: PostgreSQL's own benchmark, writing the rows of a submission in one prepared
//! transaction per request.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tongban_e2e::load::Latencies;

/// Makes, in a schema of its own, copies of the tables a submission writes to.
const TABLES: &str = "
DROP SCHEMA IF EXISTS yardstick CASCADE;
CREATE SCHEMA yardstick;
CREATE TABLE yardstick.ledger_request (LIKE intake.ledger_request INCLUDING ALL);
CREATE TABLE yardstick.ledger_aggregate (LIKE intake.ledger_aggregate INCLUDING ALL);
CREATE TABLE yardstick.ledger_event (LIKE intake.ledger_event INCLUDING ALL);
CREATE TABLE yardstick.ledger_outbox (LIKE intake.ledger_outbox INCLUDING ALL);
CREATE TABLE yardstick.case_row (LIKE intake.case_row INCLUDING ALL);
";

/// Writes the newest submission's rows as INSERTs whose identifiers are made of a variable. A colon would
/// begin a variable, so the texts have another character of the same length in its place.
const SCRIPT: &str = r"
WITH newest AS (
  SELECT * FROM intake.ledger_event WHERE name = 'submitted' ORDER BY position DESC LIMIT 1
), rows(place, name, fields) AS (
  SELECT 1, 'ledger_request', to_jsonb(r) FROM (SELECT * FROM intake.ledger_request
    WHERE status = 201 AND key LIKE 'bench%' ORDER BY at DESC LIMIT 1) r
  UNION ALL
  SELECT 2, 'ledger_aggregate', to_jsonb(a) FROM intake.ledger_aggregate a
    JOIN newest USING (aggregate, aggregate_id)
  UNION ALL
  SELECT 3, 'ledger_event', to_jsonb(newest) - 'position' FROM newest
  UNION ALL
  SELECT 4, 'ledger_outbox', jsonb_build_object('event_id', event_id) FROM newest
  UNION ALL
  SELECT 5, 'case_row', to_jsonb(c) FROM intake.case_row c JOIN newest ON c.id = aggregate_id
)
SELECT format('INSERT INTO yardstick.%I (%s) VALUES (%s);', name,
  (SELECT string_agg(quote_ident(key), ', ' ORDER BY key) FROM jsonb_each_text(fields)),
  (SELECT string_agg(CASE
      WHEN key IN ('key', 'aggregate_id', 'event_id', 'id', 'number')
        THEN quote_literal(left(value, greatest(length(value) - 19, 0))) || ' || :id::text'
      ELSE coalesce(quote_literal(replace(value, ':', ';')), 'NULL') END, ', ' ORDER BY key)
    FROM jsonb_each_text(fields)))
FROM rows ORDER BY place;
";

/// PostgreSQL's programs and the database they work on.
pub struct PgBench {
    tools: PathBuf,
    url: String,
    script: PathBuf,
}

impl PgBench {
    /// Prepares the yardstick from what the newest submission wrote.
    pub fn prepare(tools: &Path, url: &str, work: &Path) -> Result<Self, Box<dyn Error>> {
        let script = work.join("yardstick.sql");
        let bench = Self { tools: tools.to_owned(), url: url.to_owned(), script };
        bench.sql(TABLES)?;
        let inserts = bench.sql(SCRIPT)?;
        let rows = inserts.lines().count();
        if rows != 5 {
            return Err(format!("a submission writes 5 kinds of rows, found {rows}").into());
        }
        let text = format!(
            "\\set id random(1000000000000000000, 9000000000000000000)\nBEGIN;\n{inserts}\nCOMMIT;\n"
        );
        std::fs::write(&bench.script, text)?;
        Ok(bench)
    }

    /// Transactions a second over `connections` connections.
    pub fn run(&self, connections: usize, time: Duration) -> Result<f64, Box<dyn Error>> {
        self.pgbench(connections, time, &[])
    }

    /// How long its transactions take when `rate` of them a second fall due, each counted from then.
    pub fn at_rate(
        &self,
        connections: usize,
        rate: f64,
        time: Duration,
    ) -> Result<Latencies, Box<dyn Error>> {
        let directory = self.script.with_extension("log");
        if directory.exists() {
            std::fs::remove_dir_all(&directory)?;
        }
        std::fs::create_dir_all(&directory)?;
        let prefix = format!("--log-prefix={}", directory.join("taken").display());
        self.pgbench(connections, time, &["--log", &prefix, &format!("--rate={rate}")])?;
        let mut taken = Vec::new();
        for file in std::fs::read_dir(&directory)? {
            let text = std::fs::read_to_string(file?.path())?;
            // Client, transaction, microseconds from when it was due, and more that is not needed.
            let times = text.lines().filter_map(|line| line.split(' ').nth(2)?.parse().ok());
            taken.extend(times.map(Duration::from_micros));
        }
        Ok(Latencies::new(taken))
    }

    fn pgbench(
        &self,
        connections: usize,
        time: Duration,
        more: &[&str],
    ) -> Result<f64, Box<dyn Error>> {
        let output = Command::new(self.tools.join("pgbench"))
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .args(more)
            .arg(format!("--client={connections}"))
            .arg(format!("--time={}", time.as_secs()))
            .arg("--file")
            .arg(&self.script)
            .arg(&self.url)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = "));
        rate.and_then(|rate| rate.split_whitespace().next()?.parse().ok()).ok_or_else(|| {
            format!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr)).into()
        })
    }

    /// Process id of the server.
    pub fn server(&self) -> Result<u32, Box<dyn Error>> {
        let directory = self.sql("SHOW data_directory")?;
        let file = std::fs::read_to_string(Path::new(&directory).join("postmaster.pid"))?;
        Ok(file.lines().next().unwrap_or_default().trim().parse()?)
    }

    /// Runs SQL and gives its rows as text.
    pub fn sql(&self, text: &str) -> Result<String, Box<dyn Error>> {
        let output = Command::new(self.tools.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "--command", text, &self.url])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }
}
