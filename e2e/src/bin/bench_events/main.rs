//! `bench_events`: how long an event takes from its commit to its effect, and how fast a backlog drains, on
//! real PostgreSQL and Kafka, beside what the two do with plain inserts and plain messages.

mod marks;

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tokio_util::sync::CancellationToken;
use tongban_db::{Db, Lease, Storage};
use tongban_events::kafka::{KafkaLog, KafkaSettings};
use tongban_events::{Log, Message, run_consumer, run_relay};
use tongban_kernel::{SystemClock, SystemEntropy};
use tongban_ledger::{Caller, Ledger};

use crate::marks::{Effects, Mark, Tables, content, effect, plain};

type Done<T> = Result<T, Box<dyn Error>>;

const SERVICE: &str = "bench";

/// So many numbers behind the greatest may still be missing.
const LATE: i64 = 3_000;

/// Latency and drain rate of events.
#[derive(Debug, Parser)]
struct Options {
    /// PostgreSQL URL.
    #[arg(long)]
    database_url: String,
    /// Kafka brokers.
    #[arg(long)]
    kafka: String,
    /// Events a second while latency is measured.
    #[arg(long, default_value_t = 1000)]
    rate: u32,
    /// For how many seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// Events of the backlog.
    #[arg(long, default_value_t = 50_000)]
    backlog: usize,
}

#[tokio::main]
async fn main() -> Done<()> {
    let options = Options::parse();
    let bench = Bench::make(&options).await?;
    let measured = bench.measure(&options).await;
    bench.remove().await?;
    measured
}

struct Bench {
    storage: Storage,
    schema: String,
    ledger: Ledger,
    log: Arc<dyn Log>,
}

impl Bench {
    async fn make(options: &Options) -> Done<Self> {
        let prefix = format!("bench{}_", std::process::id());
        let storage = Storage::Postgres {
            url: options.database_url.clone(),
            schema_prefix: prefix.clone(),
            max_connections: 24,
        };
        let db = Db::open(&storage, SERVICE).await?;
        let migrations = || {
            let mut all = tongban_ledger::migrations();
            all.extend(tongban_events::migrations());
            all.push(Box::new(Tables));
            all
        };
        tongban_db::migrate(&db, &storage, SERVICE, migrations).await?;
        let log = KafkaLog::new(KafkaSettings {
            bootstrap: options.kafka.clone(),
            prefix: prefix.clone(),
            partitions: 6,
        })?;
        let ledger = Ledger::new(db, Arc::new(SystemClock), Arc::new(SystemEntropy));
        let schema = format!("{prefix}{SERVICE}");
        Ok(Self { storage, schema, ledger, log: Arc::new(log) })
    }

    async fn remove(self) -> Done<()> {
        let drop = format!("DROP SCHEMA \"{}\" CASCADE", self.schema);
        self.ledger.db().write().execute_unprepared(&drop).await?;
        Ok(())
    }

    async fn measure(&self, options: &Options) -> Done<()> {
        let inserts = self.plain_inserts(options.backlog).await?;
        let messages = self.plain_messages(options.backlog).await?;
        println!("yardstick, plain inserts:         {inserts:>8.0} rows/s, 500 a transaction");
        println!("yardstick, plain messages:        {messages:>8.0} messages/s, sent and read");
        let stop = CancellationToken::new();
        let running = self.start(&stop).await?;
        self.latency(options.rate, options.seconds).await?;
        stop.cancel();
        for task in running {
            task.await?;
        }
        let drained = self.drain(options.backlog).await?;
        println!(
            "drain of a backlog of {}:       {drained:>8.0} events/s   (bar: at least 5000; {:.2} of \
             plain inserts, {:.2} of plain messages)",
            options.backlog,
            drained / inserts,
            drained / messages
        );
        let (places, rate) = self.sequence().await?;
        println!(
            "places of {places} in the history:   {rate:>8.0} events/s   ({:.2} of plain inserts)",
            rate / inserts
        );
        Ok(())
    }

    /// Gives all events so far their places in the history, as the job beside the requests does.
    async fn sequence(&self) -> Done<(u64, f64)> {
        let (begun, mut places) = (Instant::now(), 0);
        loop {
            match tongban_ledger::tree::sequence(self.ledger.db(), 500).await? {
                0 => return Ok((places, places as f64 / begun.elapsed().as_secs_f64())),
                added => places += added,
            }
        }
    }

    async fn start(&self, stop: &CancellationToken) -> Done<Vec<tokio::task::JoinHandle<()>>> {
        let lease = Arc::new(Lease::new(&self.storage, SERVICE).await?);
        let relay = run_relay(SERVICE, self.ledger.clone(), self.log.clone(), lease, stop.clone());
        let consumer =
            run_consumer(Arc::new(Effects), self.ledger.clone(), self.log.clone(), stop.clone());
        Ok(vec![tokio::spawn(relay), tokio::spawn(consumer)])
    }

    /// Commits at a steady rate and looks, every few milliseconds, which effects another connection sees.
    async fn latency(&self, rate: u32, seconds: u32) -> Done<()> {
        let caller = Caller::service(SERVICE, None);
        // The first event waits for topic and group.
        self.ledger.execute::<Mark>("warm", content(), &caller).await?;
        self.effects(1).await?;
        let committed: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
        let total = rate * seconds;
        let begun = Instant::now();
        let (ledger, noted) = (self.ledger.clone(), Arc::clone(&committed));
        let producing = tokio::spawn(async move {
            let mut tasks = tokio::task::JoinSet::new();
            for number in 0..total {
                let due = begun + Duration::from_secs(1) * number / rate;
                tokio::time::sleep_until(due.into()).await;
                let (ledger, noted) = (ledger.clone(), Arc::clone(&noted));
                tasks.spawn(async move {
                    let (id, caller) = (format!("l{number}"), Caller::service(SERVICE, None));
                    let done = ledger.execute::<Mark>(&id, content(), &caller).await;
                    if done.is_ok()
                        && let Ok(mut noted) = noted.lock()
                    {
                        noted.insert(id, Instant::now());
                    }
                });
            }
            while tasks.join_next().await.is_some() {}
            begun.elapsed()
        });
        let mut seen: Vec<(String, Instant)> = Vec::new();
        let (mut last, mut known) = (0, std::collections::HashSet::new());
        let patience = Duration::from_secs(u64::from(seconds) * 3 + 30);
        while seen.len() < total as usize && begun.elapsed() < patience {
            let rows = effect::Entity::find()
                // Lanes commit side by side: a smaller number may come later.
                .filter(effect::Column::Id.gt(last - LATE))
                .order_by_asc(effect::Column::Id)
                .all(self.ledger.db().read())
                .await?;
            let now = Instant::now();
            for row in rows.into_iter().filter(|row| row.subject.starts_with('l')) {
                last = last.max(row.id);
                if known.insert(row.id) {
                    seen.push((row.subject, now));
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let took = producing.await?;
        let committed = committed.lock().map_err(|_| "poisoned")?;
        let mut times: Vec<f64> = seen
            .iter()
            .filter_map(|(id, at)| Some(at.duration_since(*committed.get(id)?).as_secs_f64() * 1e3))
            .collect();
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        println!(
            "commit to effect, {} of {total} events at {:.0}/s: p50 {:.0} ms, p99 {:.0} ms, most {:.0} ms   \
             (bar: p99 at most 500 at 1000/s)",
            times.len(),
            f64::from(total) / took.as_secs_f64(),
            at(50),
            at(99),
            times.last().copied().unwrap_or_default()
        );
        if times.len() < total as usize {
            return Err("events were lost or refused".into());
        }
        Ok(())
    }

    /// Appends while nothing relays, then measures until the last effect is there.
    async fn drain(&self, backlog: usize) -> Done<f64> {
        let caller = Caller::service(SERVICE, None);
        for chunk in (0..backlog).collect::<Vec<_>>().chunks(500) {
            let transaction = self.ledger.db().begin().await?;
            for number in chunk {
                // Five events an aggregate, as a case has.
                let id = format!("d{}", number / 5);
                self.ledger.execute_within::<Mark>(&transaction, &id, content(), &caller).await?;
            }
            transaction.commit().await?;
        }
        let before = self.count().await?;
        let stop = CancellationToken::new();
        let begun = Instant::now();
        let running = self.start(&stop).await?;
        while tongban_ledger::pending(self.ledger.db().read()).await? > 0 {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        println!(
            "outbox to log, {backlog} events:       {:>8.0} events/s, while effects began",
            per_second(backlog, begun.elapsed())
        );
        self.effects(before + backlog as u64).await?;
        let took = begun.elapsed();
        stop.cancel();
        for task in running {
            task.await?;
        }
        if self.count().await? != before + backlog as u64 {
            return Err("events were doubled".into());
        }
        Ok(per_second(backlog, took))
    }

    async fn count(&self) -> Done<u64> {
        Ok(effect::Entity::find().count(self.ledger.db().read()).await?)
    }

    async fn effects(&self, count: u64) -> Done<()> {
        let begun = Instant::now();
        while self.count().await? < count {
            if begun.elapsed() > Duration::from_secs(600) {
                return Err("the effects do not come".into());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(())
    }

    /// Rows of an event's size, 500 a transaction.
    async fn plain_inserts(&self, count: usize) -> Done<f64> {
        let begun = Instant::now();
        for _ in 0..count.div_ceil(500) {
            let transaction = self.ledger.db().begin().await?;
            let rows = (0..500).map(|_| plain::ActiveModel { id: NotSet, content: Set(content()) });
            plain::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
            transaction.commit().await?;
        }
        Ok(per_second(count, begun.elapsed()))
    }

    /// Messages of an event's size, sent and read again.
    async fn plain_messages(&self, count: usize) -> Done<f64> {
        let topic = "plain".to_owned();
        self.log.ensure(std::slice::from_ref(&topic)).await?;
        let begun = Instant::now();
        for chunk in (0..count).collect::<Vec<_>>().chunks(2000) {
            let messages: Vec<_> = chunk
                .iter()
                .map(|number| Message {
                    topic: topic.clone(),
                    key: number.to_string(),
                    payload: content() + &content(),
                })
                .collect();
            self.log.publish(&messages).await?;
        }
        let mut subscription = self.log.subscribe("plain", &[topic]).await?;
        let mut read = 0;
        while read < count {
            let deliveries = subscription.next().await?;
            subscription.acknowledge(&deliveries).await?;
            read += deliveries.len();
        }
        Ok(per_second(count, begun.elapsed()))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
