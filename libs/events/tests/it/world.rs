//! A database and a log of the test's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::DateTime;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tongban_db::{Db, Lease, Storage};
use tongban_events::embedded::EmbeddedLog;
use tongban_events::kafka::{KafkaLog, KafkaSettings};
use tongban_events::{
    Consumer, Log, LogError, Message, Reading, Subscription, run_consumer, run_relay,
};
use tongban_kernel::SystemEntropy;
use tongban_kernel::clock::ManualClock;
use tongban_ledger::{Caller, Ledger};
use tongban_testkit::{Backend, eventually};

use crate::note::{Book, Note, NoteTables, SERVICE, effect};

/// Turns each test into two: on SQLite with the embedded log, on PostgreSQL with Kafka.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: &World) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn run($world: &World) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite_embedded() {
                    let world = World::make(tongban_testkit::Backend::Embedded).await;
                    run(&world).await;
                    world.remove().await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres_kafka() {
                    let world = World::make(tongban_testkit::Backend::Mesh).await;
                    run(&world).await;
                    world.remove().await;
                }
            }
        )+
    };
}
pub(crate) use on_both;

/// What a test works on.
pub struct World {
    pub ledger: Ledger,
    pub log: Arc<dyn Log>,
    pub storage: Storage,
    pub book: Book,
}

/// A relay or consumer at work.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Stops it as a process that is asked to end does.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Stops it as a process that is killed does, wherever it is.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.is_err_and(|error| error.is_cancelled()));
    }
}

impl World {
    /// Nothing noted, nothing sent.
    pub async fn make(backend: Backend) -> Self {
        let settings = backend.settings();
        let storage = settings.storage();
        let db = Db::open(&storage, SERVICE).await.unwrap();
        let migrations = || {
            let mut all = tongban_ledger::migrations();
            all.extend(tongban_events::migrations());
            all.push(Box::new(NoteTables));
            all
        };
        tongban_db::migrate(&db, &storage, SERVICE, migrations).await.unwrap();
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let log: Arc<dyn Log> = match settings.kafka {
            Some(bootstrap) => {
                let prefix = settings.topic_prefix;
                Arc::new(KafkaLog::new(KafkaSettings { bootstrap, prefix, partitions: 3 }).unwrap())
            }
            None => Arc::new(EmbeddedLog::open(&storage).await.unwrap()),
        };
        let ledger = Ledger::new(db, clock, Arc::new(SystemEntropy));
        Self { ledger, log, storage, book: Book::default() }
    }

    /// Takes the database away again.
    pub async fn remove(self) {
        match &self.storage {
            Storage::Sqlite { dir } => std::fs::remove_dir_all(dir).unwrap(),
            Storage::Postgres { schema_prefix, .. } => {
                let drop = format!("DROP SCHEMA \"{schema_prefix}{SERVICE}\" CASCADE");
                self.ledger.db().write().execute_unprepared(&drop).await.unwrap();
            }
        }
    }

    /// Notes something, as a command of the service would.
    pub async fn note(&self, id: &str, text: &str) {
        let caller = Caller::service("test", None);
        self.ledger.execute::<Note>(id, text.into(), &caller).await.unwrap();
    }

    /// A note's event as its service's relay would send it.
    pub fn message(&self, subject: &str, version: i64, text: &str) -> Message {
        self.book.message(subject, version, text)
    }

    /// Sends messages past any relay.
    pub async fn send(&self, messages: &[Message]) {
        self.log.ensure(&[crate::note::topic()]).await.unwrap();
        self.log.publish(messages).await.unwrap();
    }

    /// Starts `consumer`, one more member of its group.
    pub fn consume(&self, consumer: Arc<dyn Consumer>) -> Running {
        let stop = CancellationToken::new();
        let (ledger, log) = (self.ledger.clone(), Arc::clone(&self.log));
        Running { task: tokio::spawn(run_consumer(consumer, ledger, log, stop.clone())), stop }
    }

    /// Starts a relay to `log`, as a process of its own would.
    pub async fn relay(&self, log: Arc<dyn Log>) -> Running {
        let stop = CancellationToken::new();
        let lease = Lease::new(&self.storage, SERVICE).await.unwrap();
        let relay = run_relay(SERVICE, self.ledger.clone(), log, lease.into(), stop.clone());
        Running { task: tokio::spawn(relay), stop }
    }

    /// What was carried out: subject and version, in order.
    pub async fn effects(&self) -> Vec<(String, i64)> {
        let rows = effect::Entity::find()
            .order_by_asc(effect::Column::Id)
            .all(self.ledger.db().read())
            .await
            .unwrap();
        rows.into_iter().map(|row| (row.subject, row.version)).collect()
    }

    /// Waits until `count` effects are there, and gives them.
    pub async fn after_effects(&self, count: usize) -> Vec<(String, i64)> {
        eventually(&format!("{count} effects"), async || {
            let found = self.effects().await;
            (found.len() >= count).then_some(found)
        })
        .await
    }

    /// Waits until `count` events are parked; gives subject and reason of each.
    pub async fn after_parking(&self, count: usize) -> Vec<(String, String)> {
        let db = self.ledger.db();
        let rows = eventually(&format!("{count} parked"), async || {
            let found = tongban_events::list(db.read()).await.unwrap();
            (found.len() >= count).then_some(found)
        })
        .await;
        rows.into_iter().map(|row| (row.subject, row.reason)).collect()
    }

    /// How many events are parked.
    pub async fn parked(&self) -> u64 {
        tongban_events::count(self.ledger.db().read()).await.unwrap()
    }

    /// Waits until the relay has nothing left to do.
    pub async fn after_relaying(&self) {
        eventually("an empty outbox", async || {
            let left = tongban_ledger::pending(self.ledger.db().read()).await.unwrap();
            (left == 0).then_some(())
        })
        .await;
    }
}

/// A real log whose line can be cut.
pub struct Line {
    log: Arc<dyn Log>,
    /// Nothing gets through.
    pub cut: AtomicBool,
    /// What is sent gets through, but its sender never learns.
    pub deaf: AtomicBool,
    /// How many messages got through.
    pub passed: AtomicUsize,
}

impl Line {
    pub fn to(log: &Arc<dyn Log>) -> Arc<Self> {
        Arc::new(Self {
            log: Arc::clone(log),
            cut: AtomicBool::new(false),
            deaf: AtomicBool::new(false),
            passed: AtomicUsize::new(0),
        })
    }

    fn check(&self, switch: &AtomicBool) -> Result<(), LogError> {
        if switch.load(Ordering::SeqCst) { Err(LogError("cut by the test".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl Log for Line {
    async fn ensure(&self, topics: &[String]) -> Result<(), LogError> {
        self.check(&self.cut)?;
        self.log.ensure(topics).await
    }

    async fn publish(&self, messages: &[Message]) -> Result<(), LogError> {
        self.check(&self.cut)?;
        self.log.publish(messages).await?;
        self.passed.fetch_add(messages.len(), Ordering::SeqCst);
        self.check(&self.deaf)
    }

    async fn subscribe(
        &self,
        group: &str,
        topics: &[String],
    ) -> Result<Box<dyn Subscription>, LogError> {
        self.log.subscribe(group, topics).await
    }

    async fn read(&self, topics: &[String]) -> Result<Box<dyn Reading>, LogError> {
        self.check(&self.cut)?;
        self.log.read(topics).await
    }

    async fn count(&self, topics: &[String]) -> Result<Vec<i64>, LogError> {
        self.check(&self.cut)?;
        self.log.count(topics).await
    }

    async fn ping(&self) -> Result<(), LogError> {
        self.check(&self.cut)?;
        self.log.ping().await
    }
}
