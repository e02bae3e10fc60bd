//! Statistics and lists over very many reviews at a given rate, and reviews of another system taken in, measured on the real binary.
//!
//! Rows are put into the read models directly: a million requests are not what is measured.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args;
use sea_orm::ConnectionTrait;
use tongban_db::{Db, Dialect, Storage};
use tongban_e2e::load::{Latencies, Line, Request, Sender, at_rate, resident_mib};
use tongban_e2e::{Addresses, City, SampleAccounts};

use crate::process::Process;
use crate::pushing::push;

/// The service measured.
const SERVICE: &str = "reviews";
/// What runs: a service is ready once it has the keys of identity.
const SERVICES: &str = "identity,reviews";
/// The longest an answer may take, in milliseconds, in 99 of 100 requests.
const BAR: f64 = 30.0;
/// Months that reviews are spread over; the last one is now's in the sample.
const MONTHS: u64 = 24;
/// Microseconds since 1970 of 2025-01-01 in China.
const START: i64 = 1_735_660_800_000_000;
/// Microseconds of a month of 30 days.
const MONTH: i64 = 30 * 86_400 * 1_000_000;

/// Statistics and lists over very many reviews.
#[derive(Debug, Args)]
pub struct Reviews {
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
    /// Reviews.
    #[arg(long, default_value_t = 2_000_000)]
    reviews: u64,
    /// Matters, each at one body.
    #[arg(long, default_value_t = 2_000)]
    matters: u64,
    /// Bodies.
    #[arg(long, default_value_t = 60)]
    bodies: u64,
    /// Reviews pushed by another system.
    #[arg(long, default_value_t = 60_000)]
    pushed: usize,
    /// Requests a second.
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    /// Seconds measured.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

impl Reviews {
    /// Measures and prints; fails when answers are slower than the bar.
    pub async fn run(self) -> Outcome<()> {
        Process::migrate(&self.bin, SERVICES, &self.database_url, &self.work)?;
        let flags = ["--services", SERVICES, "--database-url", self.database_url.as_str()];
        let loading: Vec<&str> = flags.iter().copied().chain(["--load"]).collect();
        Process::start(&self.bin, &self.data, &self.work, &loading).await?.kill()?;
        let storage = Storage::Postgres {
            url: self.database_url.clone(),
            schema_prefix: String::new(),
            max_connections: 2,
        };
        let began = Instant::now();
        self.fill(&storage).await?;
        println!(
            "PostgreSQL: {} reviews of {} matters at {} bodies in {MONTHS} months, put there in {:.0} s",
            self.reviews,
            self.matters,
            self.bodies,
            began.elapsed().as_secs_f64()
        );
        let city = Process::start(&self.bin, &self.data, &self.work, &flags).await?;
        let token = supervisor(&city.address, &self.work).await?;
        let slow = self.measure(&city.address, &token).await?;
        let base = format!("http://{}", city.address);
        let accounts = SampleAccounts::read(&self.work.join("sample-accounts.json"))?;
        let people = City::new(Addresses::one(&base), accounts)?;
        let late = push(&people, &base, self.pushed).await?;
        println!("  resident memory afterwards         {:>8.1} MiB", resident_mib(city.pid())?);
        city.kill()?;
        match (slow, late) {
            (true, _) => Err(format!("p99 is above {BAR} ms").into()),
            (_, true) => Err("reviews are taken too slowly".into()),
            _ => Ok(()),
        }
    }

    async fn measure(&self, address: &str, token: &str) -> Outcome<bool> {
        let shapes = shapes();
        let next = Arc::new(AtomicUsize::new(0));
        let taken = Arc::new(Mutex::new(vec![Vec::new(); shapes.len()]));
        let requests: Arc<Vec<Request>> =
            Arc::new(shapes.iter().map(|(_, path)| Request::get(path, Some(token))).collect());
        let mut senders = Vec::new();
        for _ in 0..8 {
            senders.push(Asking {
                line: Line::to(address).await?,
                requests: Arc::clone(&requests),
                next: Arc::clone(&next),
                taken: Arc::clone(&taken),
            });
        }
        // The first ones warm what they need.
        for sender in &mut senders {
            for request in requests.iter() {
                sender.line.send(request).await?;
            }
        }
        let time = Duration::from_secs(self.seconds);
        let all = at_rate(senders, self.rate, time).await?;
        let (half, most) = (all.within(0.5), all.within(0.99));
        println!(
            "  {} requests at {}/s                p50 {half:6.2} ms, p99 {most:6.2} ms   (bar: p99 {BAR} ms or less)",
            all.count(),
            self.rate
        );
        let taken = taken.lock().map_err(|error| error.to_string())?;
        for ((what, _), taken) in shapes.iter().zip(taken.iter()) {
            let own = Latencies::new(taken.clone());
            println!(
                "    {what:<36} p50 {:6.2} ms, p99 {:6.2} ms",
                own.within(0.5),
                own.within(0.99)
            );
        }
        Ok(most > BAR)
    }

    /// Puts the rows there: facts first, then what they add up to.
    async fn fill(&self, storage: &Storage) -> Outcome<()> {
        let db = Db::open(storage, SERVICE).await?;
        for statement in self.facts().into_iter().chain(rollups()).chain(suspects()) {
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

    fn facts(&self) -> Vec<String> {
        let Self { reviews, matters, bodies, .. } = self;
        // Neighbours in time are no neighbours by matter.
        let matter = format!("(i * CAST(7919 AS BIGINT) % {matters})");
        let body = format!("({matter} % {bodies})");
        let number = |prefix: &str, of: &str, zeros: u64| {
            format!("'{prefix}' || CAST({zeros} + {of} AS VARCHAR(20))")
        };
        let span = i64::try_from(MONTHS).unwrap_or(1) * MONTH
            / i64::try_from(*reviews).unwrap_or(1).max(1);
        let at = format!("({START} + i * CAST({span} AS BIGINT))");
        let region =
            format!("CASE {body} % 3 WHEN 0 THEN '320706' WHEN 1 THEN '320707' ELSE '320722' END");
        let stars = "CASE WHEN i % 100 < 2 THEN 1 WHEN i % 100 < 4 THEN 2 WHEN i % 100 < 8 THEN 3 \
                     WHEN i % 100 < 18 THEN 4 ELSE 5 END";
        let channel = "CASE i % 5 WHEN 0 THEN 'portal' WHEN 1 THEN 'mobile' WHEN 2 THEN 'kiosk' ELSE 'qr_code' END";
        vec![format!(
            "INSERT INTO review_fact (id, case_number, matter_id, matter_name, body, body_name, region, \
             window_number, officers, opened_at, given_at, stars, tags, channel, excluded) \
             WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {reviews}) \
             SELECT {id}, {case}, {matter_id}, '示例事项', {body_id}, '示例单位', {region}, \
             {window}, {officer}, {at}, {at} + 3600000000, {stars}, \
             CASE WHEN i % 100 < 4 THEN CAST(100 + 7 + i % 9 AS VARCHAR(9)) ELSE '' END, {channel}, FALSE FROM n",
            id = number("00000000-0000-4000-8000-00", "i", 1_000_000_000),
            case = number("N", "i", 1_000_000_000),
            matter_id = number("00000000-0000-4000-8000-00000000", &matter, 1_000),
            body_id = number("11320706MB", &body, 10_000_000),
            window = number("A", "i % 10", 100),
            officer = number("officer-", &format!("({body} * 20 + i % 20)"), 10_000),
        )]
    }
}

/// What facts add up to, by every dimension.
fn rollups() -> Vec<String> {
    let dimensions = [
        ("body", "body", "body_name", ""),
        ("matter", "matter_id", "matter_name", ""),
        ("window", "window_number", "''", ""),
        ("officer", "officers", "''", ""),
        ("channel", "channel", "''", ""),
        ("complaint", "matter_id || '~' || tags", "matter_name", "WHERE stars < 3"),
    ];
    let star = |of: u8| format!("SUM(CASE WHEN stars = {of} THEN 1 ELSE 0 END)");
    let stars: Vec<String> = (1..=5).map(star).collect();
    let ever = ("complaint_ever", "matter_id || '~' || tags", "matter_name", "WHERE stars < 3");
    let each = dimensions.into_iter().chain([ever]).map(|(dimension, item, name, only)| {
        let month = if dimension == ever.0 { "''".to_owned() } else { month() };
        // A constant is not grouped by.
        let by_month =
            if dimension == ever.0 { String::new() } else { format!(", {month}") };
        format!(
            "INSERT INTO review_rollup (dimension, item, body, region, month, name, body_name, opened, used, \
             one, two, three, four, five, defaulted, defaulted_content, excluded, verified, verified_in_time, \
             answered, answered_in_time, put_right, put_right_in_time, called_back, called_back_content) \
             SELECT '{dimension}', {item}, body, region, {month}, MAX({name}), MAX(body_name), COUNT(*), COUNT(*), \
             {stars}, 0, 0, 0, {bad}, {bad}, {bad}, {bad}, {bad}, {bad}, {bad}, {bad} \
             FROM review_fact {only} GROUP BY {item}, body, region{by_month}",
            stars = stars.join(", "),
            bad = "SUM(CASE WHEN stars < 3 THEN 1 ELSE 0 END)",
        )
    });
    each.collect()
}

/// One review in a hundred is named by a signal, five by each.
fn suspects() -> Vec<String> {
    let named = "CAST(SUBSTR(case_number, 2) AS BIGINT) % 100 = 0";
    let signal = "'00000000-0000-4000-9000-00' || CAST(CAST(SUBSTR(case_number, 2) AS BIGINT) / 500 + 1000000000 AS VARCHAR(20))";
    let counts = [("body", "body", "body_name"), ("matter", "matter_id", "matter_name")];
    let star = |of: u8| format!("SUM(CASE WHEN stars = {of} THEN 1 ELSE 0 END)");
    let stars: Vec<String> = (1..=5).map(star).collect();
    let mut all = vec![
        format!(
            "INSERT INTO review_suspect (signal, review, month) SELECT {signal}, id, {} FROM review_fact WHERE {named}",
            month()
        ),
        format!(
            "INSERT INTO review_signal (id, kind, common, method, rule, from_at, until_at, found_at, region, bodies, reviews) \
             SELECT {signal}, 'device', 'd', '示例', '2026-1', MIN(given_at), MAX(given_at), MAX(given_at), \
             MIN(region), MIN(body), COUNT(*) FROM review_fact WHERE {named} GROUP BY {signal}"
        ),
    ];
    all.extend(counts.map(|(dimension, item, name)| {
        format!(
            "INSERT INTO review_suspect_count (dimension, item, body, region, month, name, body_name, \
             one, two, three, four, five) \
             SELECT '{dimension}', {item}, body, region, {month}, MAX({name}), MAX(body_name), {stars} \
             FROM review_fact WHERE {named} GROUP BY {item}, body, region, {month}",
            month = month(),
            stars = stars.join(", "),
        )
    }));
    all
}

/// The month of a fact, as an expression both databases understand.
fn month() -> String {
    let branches: Vec<String> = (0..MONTHS)
        .map(|month| {
            let end = START + i64::try_from(month + 1).unwrap_or(1) * MONTH;
            format!("WHEN opened_at < {end} THEN '{}-{:02}'", 2025 + month / 12, month % 12 + 1)
        })
        .collect();
    format!("CASE {} ELSE '2026-12' END", branches.join(" "))
}

/// Name and path of each request.
fn shapes() -> Vec<(&'static str, String)> {
    let base = "/reviews/v1";
    let matter = "00000000-0000-4000-8000-000000001007";
    let body = "11320706MB10000007";
    let middle = START + 12 * MONTH;
    vec![
        ("statistics, everything", format!("{base}/statistics?limit=20")),
        (
            "statistics, from the middle",
            format!("{base}/statistics?limit=20&after={matter}~{body}"),
        ),
        ("statistics of a matter", format!("{base}/statistics?matter={matter}")),
        ("statistics of a body", format!("{base}/statistics?body={body}")),
        ("statistics of a district", format!("{base}/statistics?region=320706")),
        ("statistics of a place with none", format!("{base}/statistics?region=320707110")),
        ("statistics of a quarter", format!("{base}/statistics?from=2026-01&until=2026-03")),
        ("indicators by officer", format!("{base}/indicators?by=officer&limit=20")),
        ("indicators by window of a body", format!("{base}/indicators?by=window&body={body}")),
        ("indicators by channel", format!("{base}/indicators?by=channel&limit=20")),
        ("indicators by month", format!("{base}/indicators?by=month")),
        ("complaints", format!("{base}/complaints?limit=20")),
        ("complaints of a matter", format!("{base}/complaints?matter={matter}")),
        ("scores of a year", format!("{base}/scores?period=2026&limit=20")),
        ("reviews, first page", format!("{base}/reviews?limit=20")),
        ("reviews, from the middle", format!("{base}/reviews?limit=20&after={middle}~0")),
        ("reviews of a body", format!("{base}/reviews?limit=20&body={body}")),
        ("reviews of a matter", format!("{base}/reviews?limit=20&matter={matter}")),
        ("bad reviews", format!("{base}/reviews?limit=20&stars=1")),
        ("signals", format!("{base}/signals?limit=20")),
    ]
}

/// A token of the city's supervisor.
async fn supervisor(address: &str, work: &Path) -> Outcome<String> {
    let accounts = SampleAccounts::read(&work.join("sample-accounts.json"))?;
    let city = City::new(Addresses::one(&format!("http://{address}")), accounts)?;
    Ok(city.sign_in("supervisor.city").await?.token().unwrap_or_default().to_owned())
}

/// Asks for one thing after the other.
struct Asking {
    line: Line,
    requests: Arc<Vec<Request>>,
    next: Arc<AtomicUsize>,
    taken: Arc<Mutex<Vec<Vec<Duration>>>>,
}

impl Sender for Asking {
    async fn send_next(&mut self) -> Result<(), tongban_e2e::Error> {
        let shape = self.next.fetch_add(1, Ordering::Relaxed) % self.requests.len();
        let began = Instant::now();
        let unexpected = |error: String| tongban_e2e::Error::Unexpected(error);
        let sent = self.line.send(&self.requests[shape]).await;
        let (status, body) = sent.map_err(|error| unexpected(error.to_string()))?;
        if status != 200 {
            let body = String::from_utf8_lossy(body);
            return Err(unexpected(format!("request {shape}: {status} {body}")));
        }
        if let Ok(mut taken) = self.taken.lock() {
            taken[shape].push(began.elapsed());
        }
        Ok(())
    }
}
