//! `ledger_unsequenced`: events that have no place in the tree yet; a trigger enters them.

use sea_orm::entity::prelude::*;

/// One event that waits.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_unsequenced")]
pub struct Model {
    /// Its position in `ledger_event`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
