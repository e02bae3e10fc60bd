//! `ledger_aggregate`: where each aggregate stands; a function of its events.

use sea_orm::entity::prelude::*;

/// One aggregate.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_aggregate")]
pub struct Model {
    /// Kind of aggregate.
    #[sea_orm(primary_key, auto_increment = false)]
    pub aggregate: String,
    /// Which one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub aggregate_id: String,
    /// How many events it has; the optimistic lock.
    pub version: i64,
    /// JSON of its state.
    pub state: String,
    /// Hash of its last event.
    pub hash: Vec<u8>,
    /// When its last event was recorded, in microseconds since 1970.
    pub at: i64,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
