//! Events of notes, and a consumer that writes down what it was told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DatabaseTransaction, EntityTrait};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tongban_contracts::{DomainEvent, Envelope, Meta};
use tongban_events::{Consumer, Message};
use tongban_kernel::{Context, Fault, Principal};
use tongban_ledger::{Aggregate, Stored};
use uuid::Uuid;

pub const SERVICE: &str = "notes";

/// The topic of notes.
pub fn topic() -> String {
    NoteEvent::topic()
}

/// A note's event as its service's relay would send it; the same place gives the same identifier.
pub fn envelope(subject: &str, version: i64, text: &str) -> Envelope {
    let meta = Meta {
        event_id: Uuid::from_u64_pair(u64::from(subject.as_bytes()[0]), version.unsigned_abs()),
        aggregate: NoteEvent::AGGREGATE.into(),
        aggregate_id: subject.into(),
        version,
        at: DateTime::UNIX_EPOCH,
        actor: Principal::service("test"),
        traceparent: None,
    };
    Envelope::wrap(SERVICE, "noted", json!({"text": text}), meta)
}

/// The same as a message.
pub fn message(subject: &str, version: i64, text: &str) -> Message {
    wrapped(&envelope(subject, version, text))
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
    /// `wait` can be taken.
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
