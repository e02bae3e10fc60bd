//! A database of the test's own with a ledger in it, and the smallest aggregate there is.

use std::sync::Arc;

use chrono::{TimeZone, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};
use serde::{Deserialize, Serialize};
use tongban_contracts::{DomainEvent, Meta};
use tongban_db::{Db, Shadow, Storage};
use tongban_kernel::clock::ManualClock;
use tongban_kernel::{Context, Fault, FaultKind, SystemEntropy};
use tongban_ledger::{Aggregate, Caller, Ledger, Stored};
use tongban_testkit::Backend;

/// Turns each test into two: on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: &World) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn run($world: &World) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    let world = World::make(tongban_testkit::Backend::Embedded).await;
                    run(&world).await;
                    world.remove().await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    let world = World::make(tongban_testkit::Backend::Mesh).await;
                    run(&world).await;
                    world.remove().await;
                }
            }
        )+
    };
}
pub(crate) use on_both;

const SERVICE: &str = "tallies";

/// What a test works on.
pub struct World {
    pub ledger: Ledger,
    pub clock: Arc<ManualClock>,
    storage: Storage,
}

impl World {
    /// An empty ledger.
    pub async fn make(backend: Backend) -> Self {
        let storage = backend.settings().storage();
        let db = Db::open(&storage, SERVICE).await.unwrap();
        tongban_db::migrate(&db, &storage, SERVICE, migrations).await.unwrap();
        let clock = Arc::new(ManualClock::at(Utc.with_ymd_and_hms(2026, 3, 11, 2, 0, 0).unwrap()));
        let ledger = Ledger::new(db, clock.clone(), Arc::new(SystemEntropy));
        Self { ledger, clock, storage }
    }

    /// The same tables once more, empty.
    pub async fn shadow(&self) -> Shadow {
        Shadow::make(&self.storage, SERVICE, migrations).await.unwrap()
    }

    /// Takes the database away again.
    pub async fn remove(self) {
        match &self.storage {
            Storage::Sqlite { dir } => std::fs::remove_dir_all(dir).unwrap(),
            Storage::Postgres { schema_prefix, .. } => {
                self.sql(&format!("DROP SCHEMA \"{schema_prefix}{SERVICE}\" CASCADE")).await;
            }
        }
        self.ledger.db().clone().close().await.unwrap();
    }

    /// Runs SQL past the ledger, as somebody with the database's password might.
    pub async fn sql(&self, text: &str) -> u64 {
        let done = self.ledger.db().write().execute_unprepared(text).await.unwrap();
        done.rows_affected()
    }

    /// Adds to a tally and gives its new total.
    pub async fn add(&self, id: &str, amount: i64) -> i64 {
        let done = self.ledger.execute::<Tally>(id, Command::Add(amount), &caller("a")).await;
        done.unwrap().state.total
    }

    /// The total as its query column has it.
    pub async fn column(&self, id: &str) -> Option<i64> {
        let row = row::Entity::find_by_id(id).one(self.ledger.db().read()).await.unwrap();
        row.map(|row| row.total)
    }

    /// The total as the ledger has it.
    pub async fn total(&self, id: &str) -> Option<i64> {
        self.ledger.load::<Tally>(id).await.unwrap().map(|loaded| loaded.state.total)
    }
}

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = tongban_ledger::migrations();
    all.push(Box::new(TallyTable));
    all
}

/// Somebody who counts.
pub fn caller(account: &str) -> Caller {
    Caller::service(account, None)
}

/// Something counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub total: i64,
    pub closed: bool,
}

#[derive(Debug, Clone)]
pub enum Command {
    /// Opens the tally when it is new; nothing happens when 0 is added to an old one.
    Add(i64),
    /// Only once.
    Close,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum TallyEvent {
    Opened,
    Added { amount: i64 },
    Closed,
}

impl DomainEvent for TallyEvent {
    const SERVICE: &'static str = SERVICE;
    const AGGREGATE: &'static str = "tally";
}

impl Aggregate for Tally {
    type Event = TallyEvent;
    type Command = Command;

    const KEPT_EVERY: i64 = 3;

    fn decide(
        current: Option<&Self>,
        command: Command,
        _context: &Context,
    ) -> Result<Vec<TallyEvent>, Fault> {
        match (command, current) {
            (_, Some(tally)) if tally.closed => Err(Fault::conflict("already_closed", "已结束")),
            (Command::Close, None) => Err(Fault::not_found("该计数")),
            (Command::Close, Some(_)) => Ok(vec![TallyEvent::Closed]),
            (Command::Add(..0), _) => Err(Fault::new(FaultKind::Invalid, "negative", "不能为负")),
            (Command::Add(0), Some(_)) => Ok(Vec::new()),
            (Command::Add(amount), Some(_)) => Ok(vec![TallyEvent::Added { amount }]),
            (Command::Add(amount), None) => {
                Ok(vec![TallyEvent::Opened, TallyEvent::Added { amount }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &TallyEvent, _meta: &Meta) -> Option<Self> {
        match (event, current) {
            (TallyEvent::Opened, None) => Some(Self { total: 0, closed: false }),
            (TallyEvent::Added { amount }, Some(tally)) => {
                Some(Self { total: tally.total + amount, ..tally })
            }
            (TallyEvent::Closed, Some(tally)) => Some(Self { closed: true, ..tally }),
            _ => None,
        }
    }
}

impl Stored for Tally {
    type Row = row::Entity;

    fn row(&self, id: &str, _version: i64) -> row::ActiveModel {
        row::ActiveModel { id: Set(id.to_owned()), total: Set(self.total) }
    }
}

pub mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tally")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub total: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

struct TallyTable;

impl MigrationName for TallyTable {
    fn name(&self) -> &'static str {
        "m20261122_000010_tally"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for TallyTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("tally").col(string("id").primary_key()).col(big_integer("total"));
        manager.create_table(table).await
    }
}
