//! `presentation`: codes that holders show licences by; no part of any history, void after minutes.

use chrono::{DateTime, Duration, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use tongban_db::Db;
use tongban_kernel::Fault;

/// How long a void code is still told from an unknown one.
const REMEMBERED: Duration = Duration::hours(24);

/// One code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "presentation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub licence_id: String,
    /// Microseconds since 1970.
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps a code for the licence `id` until it falls void.
pub async fn keep(db: &Db, code: &str, id: &str, expires_at: DateTime<Utc>) -> Result<(), Fault> {
    let row = ActiveModel {
        code: Set(code.to_owned()),
        licence_id: Set(id.to_owned()),
        expires_at: Set(expires_at.timestamp_micros()),
    };
    Entity::insert(row)
        .exec_without_returning(db.write())
        .await
        .map(drop)
        .map_err(tongban_db::to_fault)
}

/// The ledger's identifier of the licence behind `code`, and when the code falls void.
pub async fn read(db: &Db, code: &str) -> Result<Option<(String, DateTime<Utc>)>, Fault> {
    let found = Entity::find_by_id(code.to_owned()).one(db.read()).await;
    let found = found.map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| {
        (row.licence_id, DateTime::from_timestamp_micros(row.expires_at).unwrap_or_default())
    }))
}

/// Removes codes that have long been void.
pub async fn forget(db: &Db, now: DateTime<Utc>) -> Result<(), Fault> {
    Entity::delete_many()
        .filter(Column::ExpiresAt.lt((now - REMEMBERED).timestamp_micros()))
        .exec(db.write())
        .await
        .map(drop)
        .map_err(tongban_db::to_fault)
}
