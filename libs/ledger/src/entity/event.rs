//! `ledger_event`: what happened; rows are never changed nor deleted.

use sea_orm::entity::prelude::*;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_event")]
pub struct Model {
    /// Order of writing in this database; gaps are possible.
    #[sea_orm(primary_key)]
    pub position: i64,
    /// Identifies the event everywhere.
    pub event_id: String,
    /// Kind of aggregate.
    pub aggregate: String,
    /// Which one.
    pub aggregate_id: String,
    /// Place in its history, from 1 without gaps.
    pub version: i64,
    /// Name of the event.
    pub name: String,
    /// What happened, JSON text exactly as hashed.
    pub data: String,
    /// Who caused it, JSON text exactly as hashed.
    pub actor: String,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// Hash of the event before it in the aggregate.
    pub previous: Vec<u8>,
    /// Hash of this event.
    pub hash: Vec<u8>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
