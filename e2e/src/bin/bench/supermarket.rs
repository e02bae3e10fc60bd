//! How fast the lists of a large intermediary supermarket are, measured on the real binary over both databases.
//!
//! Agencies, links and purchases are put into the query columns directly: lists read nothing else.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use tongban_db::{Db, Dialect, Storage};
use tongban_e2e::load::{Latencies, Line, Request};

use crate::process::Process;

/// The service measured.
const SERVICE: &str = "supermarket";
/// What runs: a service is ready once it has the keys of identity.
const SERVICES: &str = "identity,supermarket";
/// The longest a list may take, in milliseconds, in 99 of 100 requests.
const BAR: f64 = 30.0;
/// Microseconds since 1970 of the first row; one row a second from there.
const START: u64 = 1_767_225_600_000_000;
/// A service that agencies are linked to.
const LINKED: &str = "00000000-0000-4000-8000-000000000007";

/// Lists of a large supermarket: p50 and p99 on PostgreSQL and SQLite.
#[derive(Debug, Args)]
pub struct Supermarket {
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
    /// Agencies.
    #[arg(long, default_value_t = 100_000)]
    agencies: u64,
    /// Purchases.
    #[arg(long, default_value_t = 200_000)]
    purchases: u64,
    /// Measured requests of each kind.
    #[arg(long, default_value_t = 500)]
    requests: usize,
}

impl Supermarket {
    /// Measures and prints; fails when a list is slower than the bar.
    pub async fn run(self) -> Result<(), Box<dyn Error>> {
        let postgres = self.work.join("postgres");
        Process::migrate(&self.bin, SERVICES, &self.database_url, &postgres)?;
        let database = Storage::Postgres {
            url: self.database_url.clone(),
            schema_prefix: String::new(),
            max_connections: 2,
        };
        let flags = ["--services", SERVICES, "--database-url", self.database_url.as_str()];
        let slow = self.measure("PostgreSQL", &database, &postgres, &flags).await?;
        let sqlite = self.work.join("sqlite");
        let database = Storage::Sqlite { dir: sqlite.clone() };
        let slow =
            slow + self.measure("SQLite", &database, &sqlite, &["--services", SERVICES]).await?;
        if slow > 0 {
            return Err(format!("{slow} lists are slower than {BAR} ms").into());
        }
        Ok(())
    }

    async fn measure(
        &self,
        name: &str,
        storage: &Storage,
        work: &Path,
        flags: &[&str],
    ) -> Result<usize, Box<dyn Error>> {
        let loading: Vec<&str> = flags.iter().copied().chain(["--load"]).collect();
        Process::start(&self.bin, &self.data, work, &loading).await?.kill()?;
        let began = Instant::now();
        self.fill(storage).await?;
        println!(
            "{name}: {} agencies, {} links, {} purchases, put there in {:.0} s",
            self.agencies,
            self.agencies,
            self.purchases,
            began.elapsed().as_secs_f64()
        );
        let city = Process::start(&self.bin, &self.data, work, flags).await?;
        let mut line = Line::to(&city.address).await?;
        let mut slow = 0;
        for (what, path) in self.lists(&mut line).await? {
            let request = Request::get(&path, None);
            let mut taken = Vec::with_capacity(self.requests);
            for round in 0..self.requests.saturating_add(20) {
                let began = Instant::now();
                let (status, body) = line.send(&request).await?;
                if status != 200 {
                    return Err(
                        format!("{path}: {status} {}", String::from_utf8_lossy(body)).into()
                    );
                }
                // The first ones warm what they need.
                if round >= 20 {
                    taken.push(began.elapsed());
                }
            }
            slow += usize::from(!shown(what, taken));
        }
        city.kill()?;
        Ok(slow)
    }

    /// Name and path of each list.
    async fn lists(&self, line: &mut Line) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
        let agencies = "/supermarket/v1/agencies?limit=20";
        let purchases = "/supermarket/v1/purchases?limit=20";
        let middle = |rows: u64| START + rows / 2 * 1_000_000;
        let (of_agencies, of_purchases) = (middle(self.agencies), middle(self.purchases));
        let request = Request::get("/supermarket/v1/agencies?q=%E5%9B%BE%E5%AE%A1&limit=1", None);
        let (_, body) = line.send(&request).await?;
        let found: Value = serde_json::from_slice(body)?;
        let sample = found.pointer("/items/0/id").and_then(Value::as_str).unwrap_or_default();
        Ok(vec![
            ("agencies, first page", agencies.to_owned()),
            ("agencies, from the middle", format!("{agencies}&after={of_agencies}~0")),
            ("agencies of a district", format!("{agencies}&region=320706")),
            ("agencies of a place with none", format!("{agencies}&region=320707110")),
            ("agencies by a part of the name", format!("{agencies}&q=1099998")),
            ("agencies by a name nobody has", format!("{agencies}&q=%E6%97%A0%E6%AD%A4")),
            ("suspended agencies", format!("{agencies}&standing=suspended")),
            (
                "agencies of a service",
                format!("/supermarket/v1/services/{LINKED}/agencies?limit=20"),
            ),
            ("records of an agency", format!("/supermarket/v1/agencies/{sample}/records")),
            ("directory", "/supermarket/v1/services?limit=20".to_owned()),
            ("purchases, first page", purchases.to_owned()),
            ("purchases, from the middle", format!("{purchases}&after={of_purchases}~0")),
            ("purchases of a service", format!("{purchases}&service={LINKED}")),
            ("purchases by stage", format!("{purchases}&stage=registering")),
            ("purchases of a district", format!("{purchases}&region=320707")),
        ])
    }

    /// Puts the rows there by statements both databases understand.
    async fn fill(&self, storage: &Storage) -> Result<(), Box<dyn Error>> {
        let db = Db::open(storage, SERVICE).await?;
        let Self { agencies, purchases, .. } = self;
        let rows = |most: &u64| {
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) "
            )
        };
        let moment = format!("{START} + i * CAST(1000000 AS BIGINT)");
        let region = "CASE i % 3 WHEN 0 THEN '320706' WHEN 1 THEN '320707' ELSE '320722' END";
        let number = "CAST(1000000 + i AS VARCHAR(20))";
        let statements = [
            format!(
                "INSERT INTO agency (id, code, account, name, region, standing, registered_at, pending, pending_since) \
                 {}SELECT 'a' || {number}, 'c' || {number}, 'u' || {number}, '示例机构序' || {number}, {region}, \
                 CASE WHEN i % 500 = 0 THEN 'suspended' ELSE 'active' END, {moment}, FALSE, 0 FROM n",
                rows(agencies)
            ),
            format!(
                "INSERT INTO link (id, agency_id, agency_name, agency_account, service_id, service_name, \
                 industry_body, region, state, due, changed_at) \
                 {}SELECT 'l' || {number}, 'a' || {number}, '示例机构序' || {number}, 'u' || {number}, \
                 CASE i % 10 WHEN 0 THEN '{LINKED}' ELSE 's' || CAST(i % 10 AS VARCHAR(9)) END, '示例事项', \
                 '11320706MB0000011C', {region}, 'approved', '2026-03-18', {moment} FROM n",
                rows(agencies)
            ),
            format!(
                "INSERT INTO purchase (id, number, project_name, owner, owner_account, owner_name, service, \
                 service_name, region, fund_source, method, stage, budget_fen, published_at, registration_until, \
                 registered, agency, agency_name, award_fen, awarded_at, contract_at, completed_at, service_days, \
                 ended_at, overall, rating_defaulted, breach) \
                 {}SELECT 'p' || {number}, 'CG' || {number}, '示例项目', 'o' || CAST(i % 2000 AS VARCHAR(9)), \
                 'u' || CAST(i % 2000 AS VARCHAR(9)), '示例采购人', \
                 CASE i % 10 WHEN 0 THEN '{LINKED}' ELSE 's' || CAST(i % 10 AS VARCHAR(9)) END, '示例事项', {region}, \
                 'private', 'random_draw', CASE WHEN i % 100 = 0 THEN 'registering' ELSE 'completed' END, \
                 1000000, {moment}, {moment}, '', 'a' || CAST(1000000 + i % 1000 AS VARCHAR(20)), '示例机构', \
                 400000 + i % 100000, {moment}, {moment}, {moment}, 5, {moment}, 5, FALSE, FALSE FROM n",
                rows(purchases)
            ),
        ];
        for statement in statements {
            db.write().execute_unprepared(&statement).await?;
        }
        // What a database in use does by itself.
        let tidy = match db.dialect() {
            Dialect::Postgres => "VACUUM ANALYZE",
            Dialect::Sqlite => "ANALYZE",
        };
        db.write().execute_unprepared(tidy).await?;
        Ok(db.close().await?)
    }
}

/// Prints a line; whether the list keeps within the bar.
fn shown(what: &str, taken: Vec<Duration>) -> bool {
    let taken = Latencies::new(taken);
    let (half, most) = (taken.within(0.5), taken.within(0.99));
    println!("  {what:<34} p50 {half:6.2} ms, p99 {most:6.2} ms   (bar: p99 {BAR} ms or less)");
    most <= BAR
}
