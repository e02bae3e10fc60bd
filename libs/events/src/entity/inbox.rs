//! `event_inbox`: how far each consumer has come with each aggregate.

use sea_orm::entity::prelude::*;

/// One consumer's progress with one aggregate.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_inbox")]
pub struct Model {
    /// The consumer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub consumer: String,
    /// Topic of the aggregate kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    /// The aggregate.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// Version of the last event carried out.
    pub version: i64,
    /// Its hash, hexadecimal; absent when it was carried out before hashes were kept.
    pub hash: Option<String>,
    /// Of the latest events, oldest first, 32 hexadecimal digits each: the first 16 of the hash, the last 16
    /// of the identifier.
    pub trail: Option<String>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
