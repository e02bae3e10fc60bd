//! Events of notes, and a consumer that writes down what it was told.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DatabaseTransaction, EntityTrait};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tongban_contracts::{DomainEvent, Envelope, Meta};
use tongban_events::{Consumer, Message};
use tongban_kernel::{Context, Fault, Principal};
use tongban_ledger::{Aggregate, GENESIS, Link, Stored, envelope_of, hash_of};
use uuid::Uuid;

pub const SERVICE: &str = "notes";

/// The topic of notes.
pub fn topic() -> String {
    NoteEvent::topic()
}

/// What was noted, so that each event can follow on the one before it.
///
/// What a test does not say itself was `x`.
#[derive(Default)]
pub struct Book(Mutex<HashMap<(String, i64), [u8; 32]>>);

impl Book {
    /// A note's event as its service's relay would send it; the same place gives the same identifier.
    pub fn envelope(&self, subject: &str, version: i64, text: &str) -> Envelope {
        let previous = self.hash(subject, version - 1);
        let (data, actor) = (json!({"text": text}).to_string(), actor());
        let event_id = id(subject, version);
        let link = link(&previous, &event_id, subject, version, &actor, &data);
        self.0.lock().unwrap().insert((subject.to_owned(), version), hash_of(&link));
        envelope_of(SERVICE, &link).unwrap()
    }

    /// The same as a message.
    pub fn message(&self, subject: &str, version: i64, text: &str) -> Message {
        wrapped(&self.envelope(subject, version, text))
    }

    fn hash(&self, subject: &str, version: i64) -> [u8; 32] {
        if version < 1 {
            return GENESIS;
        }
        let known = self.0.lock().unwrap().get(&(subject.to_owned(), version)).copied();
        known.unwrap_or_else(|| {
            self.envelope(subject, version, "x");
            self.0.lock().unwrap()[&(subject.to_owned(), version)]
        })
    }
}

fn actor() -> String {
    serde_json::to_string(&Principal::service("test")).unwrap()
}

fn id(subject: &str, version: i64) -> String {
    let digest = subject.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
    Uuid::from_u64_pair(digest, version.unsigned_abs()).to_string()
}

/// A link of a note's chain, to be bent by the test.
pub fn link<'a>(
    previous: &'a [u8],
    event_id: &'a str,
    subject: &'a str,
    version: i64,
    actor: &'a str,
    data: &'a str,
) -> Link<'a> {
    Link {
        previous,
        event_id,
        aggregate: NoteEvent::AGGREGATE,
        aggregate_id: subject,
        version,
        name: "noted",
        at: 0,
        actor,
        data,
    }
}

/// An envelope as a message.
pub fn wrapped(envelope: &Envelope) -> Message {
    let payload = serde_json::to_string(envelope).unwrap();
    Message { topic: topic(), key: envelope.subject.clone(), payload }
}

/// Writes one row for every event it is told of, and fails on demand.
#[derive(Default)]
pub struct Scribe {
    /// `poison` is taken nevertheless.
    pub healed: AtomicBool,
    /// `wait` and `full` can be taken.
    pub open: AtomicBool,
    /// Every event takes a while.
    pub slow: bool,
}

#[async_trait]
impl Consumer for Scribe {
    fn name(&self) -> &'static str {
        "scribe"
    }

    fn topics(&self) -> Vec<String> {
        vec![topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let NoteEvent::Noted { text } = event.read().map_err(Fault::internal)?;
        let row = effect::ActiveModel {
            id: NotSet,
            subject: Set(event.subject.clone()),
            version: Set(event.version().map_err(Fault::internal)?),
        };
        let written = effect::Entity::insert(row).exec_without_returning(transaction).await;
        written.map_err(tongban_db::to_fault)?;
        if self.slow {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        match text.as_str() {
            "poison" if !self.healed.load(Ordering::SeqCst) => {
                Err(Fault::conflict("poison", "不能办理"))
            }
            "full" if !self.open.load(Ordering::SeqCst) => Err(Fault::storage_full("no room")),
            "wait" if !self.open.load(Ordering::SeqCst) => Err(Fault::unavailable("not yet")),
            "panic" if !self.healed.load(Ordering::SeqCst) => panic!("as the test wants it"),
            _ => Ok(()),
        }
    }
}

/// A note: only how often something was noted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note(pub usize);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum NoteEvent {
    Noted { text: String },
}

impl DomainEvent for NoteEvent {
    const SERVICE: &'static str = SERVICE;
    const AGGREGATE: &'static str = "note";
}

impl Aggregate for Note {
    type Event = NoteEvent;
    type Command = String;

    fn decide(_: Option<&Self>, text: String, _: &Context) -> Result<Vec<NoteEvent>, Fault> {
        Ok(vec![NoteEvent::Noted { text }])
    }

    fn evolve(current: Option<Self>, _event: &NoteEvent, _meta: &Meta) -> Option<Self> {
        Some(Self(current.map_or(1, |Self(count)| count + 1)))
    }
}

impl Stored for Note {
    type Row = row::Entity;

    fn row(&self, id: &str, version: i64) -> row::ActiveModel {
        row::ActiveModel { id: Set(id.to_owned()), version: Set(version) }
    }
}

pub mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "note")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod effect {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "effect")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub subject: String,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub struct NoteTables;

impl MigrationName for NoteTables {
    fn name(&self) -> &'static str {
        "m20261122_000010_notes"
    }
}

#[async_trait]
impl MigrationTrait for NoteTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut notes = Table::create();
        notes.table("note").col(string("id").primary_key()).col(big_integer("version"));
        manager.create_table(notes).await?;
        let mut effects = Table::create();
        effects
            .table("effect")
            .col(big_integer("id").auto_increment().primary_key())
            .col(string("subject"))
            .col(big_integer("version"));
        manager.create_table(effects).await
    }
}
