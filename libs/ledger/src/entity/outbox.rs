//! `ledger_outbox`: events that the log does not have yet; a row goes when the log has acknowledged.

use sea_orm::entity::prelude::*;

/// One event to publish.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_outbox")]
pub struct Model {
    /// Order of writing.
    #[sea_orm(primary_key)]
    pub position: i64,
    /// The event.
    pub event_id: String,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
