//! Lists over very many inspected objects, and a city's yearly plan over them, measured on the real binary.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use reqwest::Client;
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, Query, Value as SqlValue};
use serde_json::{Value, json};
use tongban_db::{Db, Dialect, Storage};
use tongban_e2e::load::{Latencies, resident_mib};
use tongban_e2e::{Addresses, City, SampleAccounts};

use crate::process::Process;

/// Rows of one statement: SQLite takes 32,766 values.
const TOGETHER: usize = 2_000;
/// Towns of the sample district.
const TOWNS: [&str; 20] = [
    "320706001",
    "320706006",
    "320706009",
    "320706010",
    "320706011",
    "320706012",
    "320706013",
    "320706014",
    "320706016",
    "320706017",
    "320706018",
    "320706019",
    "320706020",
    "320706021",
    "320706022",
    "320706100",
    "320706102",
    "320706103",
    "320706104",
    "320706",
];
/// Industries, of which some are common and some rare.
const INDUSTRIES: [&str; 12] = [
    "6210", "6210", "6220", "5212", "5212", "5219", "1411", "4710", "7010", "9013", "6110", "8921",
];
/// Kinds, likewise.
const KINDS: [&str; 6] =
    ["enterprise", "enterprise", "self_employed", "self_employed", "self_employed", "cooperative"];
/// The body that plans, and its planner and chief.
const BODY: (&str, &str) = ("11320706MB0000004L", "海州区市场监督管理局（示例）");
/// Services of the city that is measured: public values come from the histories of two of them.
const SERVICES: &str = "identity,matters,licences,supervision";

/// Lists over very many inspected objects, and a city's yearly plan over them.
#[derive(Debug, Args)]
pub struct Supervision {
    /// The binary to measure.
    #[arg(long)]
    bin: PathBuf,
    /// Directory of the calendar and the sample city.
    #[arg(long)]
    data: PathBuf,
    /// Directory for files.
    #[arg(long)]
    work: PathBuf,
    /// An empty PostgreSQL database; SQLite alone is measured without one.
    #[arg(long)]
    database_url: Option<String>,
    /// Inspected objects.
    #[arg(long, default_value_t = 1_000_000)]
    objects: usize,
    /// Tasks of the plan.
    #[arg(long, default_value_t = 300)]
    tasks: usize,
    /// Requests to lists.
    #[arg(long, default_value_t = 2_000)]
    requests: usize,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

impl Supervision {
    /// Measures and prints.
    pub async fn run(self) -> Outcome<()> {
        println!("{} inspected objects, a plan of {} tasks", self.objects, self.tasks);
        println!("SQLite:");
        let work = self.work.join("sqlite");
        self.measure(&work, Storage::Sqlite { dir: work.clone() }, &[]).await?;
        let Some(url) = &self.database_url else { return Ok(()) };
        println!("PostgreSQL:");
        let work = self.work.join("postgres");
        Process::migrate(&self.bin, SERVICES, url, &work)?;
        let storage = Storage::Postgres {
            url: url.clone(),
            schema_prefix: String::new(),
            max_connections: 2,
        };
        self.measure(&work, storage, &["--database-url", url]).await
    }

    async fn measure(&self, work: &Path, storage: Storage, flags: &[&str]) -> Outcome<()> {
        let flags = [flags, &["--services", SERVICES, "--draw-commit-seconds", "3600"]].concat();
        let first = [flags.as_slice(), &["--load"]].concat();
        Process::start(&self.bin, &self.data, work, &first).await?.kill()?;
        let began = Instant::now();
        fill(&storage, self.objects).await?;
        println!("  rows loaded in bulk               {:>8.1} s", began.elapsed().as_secs_f64());
        let running = Process::start(&self.bin, &self.data, work, &flags).await?;
        let base = format!("http://{}", running.address);
        let accounts = SampleAccounts::read(&work.join("sample-accounts.json"))?;
        let city = City::new(Addresses::one(&base), accounts)?;
        let planner = Signed::new(&city, &base, "planner.shichang").await?;
        let chief = Signed::new(&city, &base, "chief.shichang").await?;
        self.lists(&planner).await?;
        let plan = self.plan(&planner).await?;
        let path = format!("/supervision/v1/plans/{plan}");
        chief.post(&format!("{path}/approval"), &json!({})).await?;
        chief.post(&format!("{path}/publication"), &json!({})).await?;
        self.draws(&planner, &plan).await?;
        println!("  resident memory afterwards        {:>8.1} MiB", resident_mib(running.pid())?);
        running.kill()?;
        Ok(())
    }

    /// Pages of lists: the first ones and ones from the middle, with and without filters.
    async fn lists(&self, planner: &Signed) -> Outcome<()> {
        let mut taken: Vec<(usize, Duration)> = Vec::new();
        let shapes = [
            "",
            "&region=320706102",
            "&kind=cooperative",
            "&industry=8921",
            "&grade=D",
            "&suspected=true",
            "&grade=D&industry=9013",
            "&name=示例对象77（示例）",
            "&gone=true",
            "&grade=B",
        ];
        for round in 0..self.requests {
            let shape = round % shapes.len();
            let middle = format!("&after={}~{:08x}", TOWNS[round % TOWNS.len()], round * 7_919_993);
            let after = if round % 2 == 0 || shape == 7 { String::new() } else { middle };
            let path = format!("/supervision/v1/objects?limit=20{}{after}", shapes[shape]);
            let began = Instant::now();
            planner.get(&path).await?;
            taken.push((shape, began.elapsed()));
        }
        // Until every page was asked for once, files and plans of queries are read, not measured.
        let warm = taken.split_off(shapes.len() * 2);
        let all = Latencies::new(warm.iter().map(|(_, took)| *took).collect());
        let (p50, p99, most) = (all.within(0.5), all.within(0.99), all.within(1.0));
        println!(
            "  lists, ms: p50 / p99 / greatest   {p50:>8.2} / {p99:.2} / {most:.2}   (bar: p99 30)"
        );
        for (shape, name) in shapes.iter().enumerate() {
            let own = warm.iter().filter(|(of, _)| *of == shape).map(|(_, took)| *took);
            let own = Latencies::new(own.collect());
            let name = if name.is_empty() { "(none)" } else { name };
            println!("    {name:<28}        p99 {:>6.2}", own.within(0.99));
        }
        Ok(())
    }

    /// Drafts the plan; its identifier.
    async fn plan(&self, planner: &Signed) -> Outcome<String> {
        let list =
            planner.get(&format!("/supervision/v1/matters?limit=100&body={}", BODY.0)).await?;
        let matters: Vec<&str> = list["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["id"].as_str())
            .collect();
        let entries: Vec<Value> = (0..self.tasks)
            .map(|number| {
                let quarter = 1 + number % 4;
                json!({
                    "name": format!("任务 {number}"),
                    "matters": [{"matter": matters[number % matters.len()], "body": BODY.0}],
                    "bodies": [{"body": BODY.0, "body_name": BODY.1, "lead": true, "inspectors": 2}],
                    "region": TOWNS[number % TOWNS.len()],
                    "scope": {"kinds": [KINDS[(number / 20) % 5]], "industries": [], "licence_types": []},
                    "from": format!("2027-{:02}-01", quarter * 3 - 2),
                    "until": format!("2027-{:02}-28", quarter * 3),
                })
            })
            .collect();
        let plan = json!({
            "name": "年度抽查计划", "kind": "yearly", "year": 2027, "body_name": BODY.1,
            "region": "320706", "ratio_table": "henan-2021", "entries": entries,
        });
        let began = Instant::now();
        let made = planner.post("/supervision/v1/plans", &plan).await?;
        let took = began.elapsed().as_secs_f64();
        let number: u64 = made["plan"]["entries"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["figures"]["number"].as_u64())
            .sum();
        println!(
            "  plan generated                    {took:>8.2} s   (bar: 60; {number} objects to draw)"
        );
        made["id"].as_str().map(str::to_owned).ok_or_else(|| "a plan without identifier".into())
    }

    /// Calls the draw of objects of every task: candidates, exclusions and terms.
    async fn draws(&self, planner: &Signed, plan: &str) -> Outcome<()> {
        let witness = json!({"witnesses": [{
            "party": "supervisor", "name": "监督人员（示例）", "account": "b0000000-0000-5000-8000-000000000000",
        }]});
        let mut ids = Vec::new();
        let began = Instant::now();
        while ids.len() < self.tasks {
            if began.elapsed() > Duration::from_secs(60) {
                return Err(format!("only {} tasks were opened within a minute", ids.len()).into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            ids.clear();
            let mut after = String::new();
            loop {
                let path = format!("/supervision/v1/tasks?plan={plan}&limit=100{after}");
                let page = planner.get(&path).await?;
                let items = page["items"].as_array().cloned().unwrap_or_default();
                ids.extend(items.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)));
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
        }
        // A public value has to be known first.
        let call = |id: &str| format!("/supervision/v1/tasks/{id}/object-draw");
        let began = Instant::now();
        while let Err(error) = planner.post(&call(&ids[0]), &witness).await {
            if began.elapsed() > Duration::from_secs(60) {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let began = Instant::now();
        for id in &ids[1..] {
            planner.post(&call(id), &witness).await?;
        }
        let took = began.elapsed().as_secs_f64();
        println!(
            "  terms of {:>3} draws fixed          {took:>8.2} s   (candidates, exclusions, digest)",
            ids.len() - 1
        );
        Ok(())
    }
}

/// Somebody signed in, with patience for long answers.
struct Signed {
    http: Client,
    base: String,
    token: String,
}

impl Signed {
    async fn new(city: &City, base: &str, login: &str) -> Outcome<Self> {
        let caller = city.sign_in(login).await?;
        let token = caller.token().unwrap_or_default().to_owned();
        let http = Client::builder().timeout(Duration::from_secs(180)).build()?;
        Ok(Self { http, base: base.to_owned(), token })
    }

    async fn get(&self, path: &str) -> Outcome<Value> {
        self.send(self.http.get(format!("{}{path}", self.base))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        self.send(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Outcome<Value> {
        let answer = request.bearer_auth(&self.token).send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(format!("{status}: {body}").into());
        }
        Ok(serde_json::from_str(&body)?)
    }
}

/// Fills the table that lists and plans read, past the ledger: a million imports are not what is measured.
async fn fill(storage: &Storage, objects: usize) -> Outcome<()> {
    let columns = [
        "id",
        "code",
        "name",
        "name_key",
        "address_key",
        "account",
        "kind",
        "region",
        "industry",
        "grade",
        "licence_types",
        "suspected",
        "drawable",
        "merged_into",
    ];
    let db = Db::open(storage, "supervision").await?;
    if db.dialect() == Dialect::Sqlite {
        // Rows come in no order of any index: a gigabyte of memory saves reading pages again and again.
        let memory = "PRAGMA cache_size = -1000000; PRAGMA synchronous = OFF";
        db.write().execute_unprepared(memory).await?;
    }
    let mut first = 0;
    while first < objects {
        let last = objects.min(first + TOGETHER);
        let mut insertion = Query::insert();
        insertion.into_table("inspected_object").columns(columns);
        for number in first..last {
            // Spread over the identifiers, so that neighbours in the table are no neighbours in the lists.
            let id = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let text = |text: String| Expr::value(SqlValue::from(text));
            insertion.values([
                text(format!("{:08x}-{:04x}-5000-8000-{number:012x}", id >> 32, id & 0xffff)),
                text(format!("B{number:017}")),
                text(format!("示例对象{number}（示例）")),
                text(format!("示例对象{number}示例")),
                text(String::new()),
                text(String::new()),
                text(KINDS[(id >> 8) as usize % KINDS.len()].to_owned()),
                text(TOWNS[(id >> 20) as usize % TOWNS.len()].to_owned()),
                text(INDUSTRIES[(id >> 32) as usize % INDUSTRIES.len()].to_owned()),
                text(grade((id >> 44) % 1_000).to_owned()),
                text(if id.is_multiple_of(5) { " 11100000000013338W032 " } else { "" }.to_owned()),
                Expr::value(number.is_multiple_of(10_000)),
                Expr::value(number % 500 != 1),
                text(String::new()),
            ])?;
        }
        db.write().execute(&insertion).await?;
        first = last;
    }
    // As the database does by itself before long.
    db.write().execute_unprepared("ANALYZE").await?;
    db.close().await?;
    Ok(())
}

/// One object in a hundred is of class D, one in twenty of C, one in ten of A.
fn grade(thousandth: u64) -> &'static str {
    match thousandth {
        0..10 => "D",
        10..60 => "C",
        60..160 => "A",
        _ => "",
    }
}
