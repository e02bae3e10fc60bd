//! `event_set_aside`: events that somebody decided never to carry out, with who, when and why.

use sea_orm::entity::prelude::*;

/// One event set aside.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_set_aside")]
pub struct Model {
    /// The identifier it was parked under.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The consumer that does without it.
    pub consumer: String,
    /// Topic it came on.
    pub topic: String,
    /// The aggregate.
    pub subject: String,
    /// Its place in the aggregate's history; absent when it was no event.
    pub version: Option<i64>,
    /// The message as it came.
    pub payload: String,
    /// Why it was parked.
    pub reason: String,
    /// When it was parked, in microseconds since 1970.
    pub parked_at: i64,
    /// Account of whoever set it aside.
    pub by: String,
    /// Why.
    pub why: String,
    /// When, in microseconds since 1970.
    pub at: i64,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
