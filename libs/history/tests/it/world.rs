//! A database of the test's own with a ledger and its history, and somebody who has the database's password.

use std::sync::Arc;

use chrono::{TimeZone, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};
use serde::{Deserialize, Serialize};
use tongban_contracts::{DomainEvent, Meta};
use tongban_db::{Db, Dialect, Storage};
use tongban_history::History;
use tongban_history::audit::{Finding, Report, audit};
use tongban_kernel::clock::ManualClock;
use tongban_kernel::{Context, Fault, SystemEntropy};
use tongban_ledger::entity::{aggregate, event};
use tongban_ledger::{Aggregate, Caller, GENESIS, Ledger, Link, Stored, hash_of};
use tongban_seal::{MasterKey, Vault};
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

pub const SERVICE: &str = "words";

/// What a test works on.
pub struct World {
    pub ledger: Ledger,
    pub history: History,
    pub clock: Arc<ManualClock>,
    storage: Storage,
}

impl World {
    /// An empty ledger.
    pub async fn make(backend: Backend) -> Self {
        let storage = backend.settings().storage();
        let db = Db::open(&storage, SERVICE).await.unwrap();
        let migrations = || {
            let mut all = tongban_ledger::migrations();
            all.extend(tongban_history::migrations());
            all.push(Box::new(WordTable));
            all
        };
        tongban_db::migrate(&db, &storage, SERVICE, migrations).await.unwrap();
        let clock = Arc::new(ManualClock::at(Utc.with_ymd_and_hms(2026, 3, 11, 2, 0, 0).unwrap()));
        let ledger = Ledger::new(db, clock.clone(), Arc::new(SystemEntropy));
        let history = with_master(&ledger, 'a');
        Self { ledger, history, clock, storage }
    }

    pub fn db(&self) -> &Db {
        self.ledger.db()
    }

    /// Takes the database away again.
    pub async fn remove(self) {
        match &self.storage {
            Storage::Sqlite { dir } => std::fs::remove_dir_all(dir).unwrap(),
            Storage::Postgres { schema_prefix, .. } => {
                self.sql(&format!("DROP SCHEMA \"{schema_prefix}{SERVICE}\" CASCADE")).await;
            }
        }
        self.db().clone().close().await.unwrap();
    }

    /// Runs SQL past the ledger, as somebody with the database's password might.
    pub async fn sql(&self, text: &str) -> u64 {
        self.db().write().execute_unprepared(text).await.unwrap().rows_affected()
    }

    /// Says `text` in the book `id`.
    pub async fn say(&self, id: &str, text: &str) {
        let caller = Caller::service("a", None);
        self.ledger.execute::<Book>(id, text.to_owned(), &caller).await.unwrap();
    }

    /// Gives all their places and signs; the signed note.
    pub async fn sign(&self) -> String {
        self.history.sequence().await.unwrap();
        self.history.checkpoint().await.unwrap().unwrap().note
    }

    /// Three books of four, three and two events, each event signed by the next checkpoint but two.
    pub async fn fill(&self) {
        for round in 0..4 {
            for (book, length) in [("a", 4), ("b", 3), ("c", 2)] {
                if round < length {
                    self.say(book, &format!("{book}{round}")).await;
                }
            }
            self.sign().await;
        }
        assert_eq!(self.audit().await.findings, [], "nothing is wrong yet");
    }

    pub async fn audit(&self) -> Report {
        audit(self.db(), SERVICE, None, &[], &[tongban_ledger::replay::<Book>()]).await.unwrap()
    }

    /// Problem, book and version or leaf of all that is found, in the order it is told.
    pub async fn found(&self) -> Vec<(String, String)> {
        self.audit().await.findings.iter().map(short).collect()
    }

    /// Events of a book, oldest first.
    pub async fn events(&self, book: &str) -> Vec<event::Model> {
        let query = event::Entity::find().filter(event::Column::AggregateId.eq(book));
        query.order_by_asc(event::Column::Version).all(self.db().read()).await.unwrap()
    }

    /// Recomputes a book's chain and head, so that they hold for what its events say by now.
    pub async fn rechain(&self, book: &str) {
        let mut previous = GENESIS.to_vec();
        let mut last = None;
        for row in self.events(book).await {
            let link = Link {
                previous: &previous,
                event_id: &row.event_id,
                aggregate: &row.aggregate,
                aggregate_id: &row.aggregate_id,
                version: row.version,
                name: &row.name,
                at: row.at,
                actor: &row.actor,
                data: &row.data,
            };
            let hash = hash_of(&link).to_vec();
            let forged = event::ActiveModel {
                position: sea_orm::ActiveValue::Unchanged(row.position),
                previous: Set(previous),
                hash: Set(hash.clone()),
                ..Default::default()
            };
            forged.update(self.db().write()).await.unwrap();
            last = Some(row.version);
            previous = hash;
        }
        aggregate::Entity::update_many()
            .col_expr(aggregate::Column::Version, last.unwrap().into())
            .col_expr(aggregate::Column::Hash, previous.into())
            .filter(aggregate::Column::AggregateId.eq(book))
            .exec(self.db().write())
            .await
            .unwrap();
    }

    /// Lets rows be put in without anything noticing.
    pub async fn drop_trigger(&self) {
        self.sql(match self.db().dialect() {
            Dialect::Sqlite => "DROP TRIGGER ledger_event_waits",
            Dialect::Postgres => "ALTER TABLE ledger_event DISABLE TRIGGER ledger_event_waits",
        })
        .await;
    }
}

/// The history under the master key of 64 times `digit`.
pub fn with_master(ledger: &Ledger, digit: char) -> History {
    let master = MasterKey::from_hex(&String::from(digit).repeat(64)).unwrap();
    History::new(SERVICE, ledger.clone(), Vault::new(&master, "history"))
}

/// Problem, and where: a book's event, a leaf, or a checkpoint.
pub fn short(finding: &Finding) -> (String, String) {
    let place = match finding {
        Finding { aggregate_id: Some(book), version: Some(version), .. } => {
            format!("{book}{version}")
        }
        Finding { leaf: Some(leaf), .. } => format!("leaf {leaf}"),
        Finding { checkpoint: Some(size), among: Some((from, to)), .. } => {
            format!("{size}: {from}..{to}")
        }
        Finding { checkpoint: Some(size), .. } => size.to_string(),
        Finding { among: Some((from, to)), .. } => format!("{from}..{to}"),
        Finding { event_id: Some(event), .. } => event.clone(),
        _ => String::new(),
    };
    (finding.problem.clone(), place)
}

/// What was said, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Book {
    words: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum BookEvent {
    Said { text: String },
}

impl DomainEvent for BookEvent {
    const SERVICE: &'static str = SERVICE;
    const AGGREGATE: &'static str = "book";
}

impl Aggregate for Book {
    type Event = BookEvent;
    type Command = String;

    const KEPT_EVERY: i64 = 1;

    fn decide(_: Option<&Self>, text: String, _: &Context) -> Result<Vec<BookEvent>, Fault> {
        Ok(vec![BookEvent::Said { text }])
    }

    fn evolve(current: Option<Self>, event: &BookEvent, _: &Meta) -> Option<Self> {
        let BookEvent::Said { text } = event;
        let mut words = current.map(|book| book.words).unwrap_or_default();
        words.push(text.clone());
        Some(Self { words })
    }
}

impl Stored for Book {
    type Row = row::Entity;

    fn row(&self, id: &str, version: i64) -> row::ActiveModel {
        row::ActiveModel { id: Set(id.to_owned()), version: Set(version) }
    }
}

pub mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "book")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

struct WordTable;

impl MigrationName for WordTable {
    fn name(&self) -> &'static str {
        "m20261123_000010_book"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for WordTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("book").col(string("id").primary_key()).col(big_integer("version"));
        manager.create_table(table).await
    }
}
