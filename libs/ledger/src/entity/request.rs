//! `ledger_request`: answers kept for requests that may come again.

use sea_orm::entity::prelude::*;

/// One answered request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_request")]
pub struct Model {
    /// Account that asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// Its idempotency key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Digest of what was asked.
    pub fingerprint: Vec<u8>,
    /// Status of the answer.
    pub status: i32,
    /// JSON of the answer.
    pub body: String,
    /// When, in microseconds since 1970.
    pub at: i64,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
