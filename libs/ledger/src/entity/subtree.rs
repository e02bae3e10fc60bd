//! `ledger_subtree`: hashes of complete subtrees of 256, 65,536, … leaves.

use sea_orm::entity::prelude::*;

/// One subtree.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_subtree")]
pub struct Model {
    /// 1 for subtrees of 256 leaves; each level is 256 times as wide.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Place among those of its level, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
