//! `ledger_leaf`: the leaves of the Merkle tree, in their order; rows are never changed nor deleted.

use sea_orm::entity::prelude::*;

/// One leaf.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_leaf")]
pub struct Model {
    /// Place in the tree, from 0 without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    /// Position of its event in `ledger_event`.
    pub position: i64,
    /// Its event.
    pub event_id: String,
    /// The event's hash when it took its place: the data of the leaf.
    pub hash: Vec<u8>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
