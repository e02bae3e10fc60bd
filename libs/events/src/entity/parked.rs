//! `event_parked`: events that could not be carried out, kept until they are replayed or set aside.

use sea_orm::entity::prelude::*;

/// One parked event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_parked")]
pub struct Model {
    /// Order of parking.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The consumer that could not carry it out.
    pub consumer: String,
    /// Topic it came on.
    pub topic: String,
    /// The aggregate; of a message that is no event its key, which may be cut.
    pub subject: String,
    /// The message as it came.
    pub payload: String,
    /// Why it was parked.
    pub reason: String,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Its place in the aggregate's history; absent when it is no event, or its hash is not that of its content.
    pub version: Option<i64>,
    /// Its hash, hexadecimal, likewise.
    pub hash: Option<String>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
