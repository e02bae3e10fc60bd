//! `sign_in_attempt`: failures to sign in, of logins that exist and of those that do not alike, so that
//! neither the answers nor the lock tells the one from the other.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, Statement};
use sm3::{Digest, Sm3};
use tongban_db::Db;
use tongban_kernel::Fault;

use crate::domain::attempts::{Attempts, LOCKED_FOR, MOST_FAILURES};

/// One login's failures.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempt")]
pub struct Model {
    /// Digest of the login: people also type their password there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub failed: i32,
    /// In microseconds since 1970.
    pub last_at: i64,
    /// In microseconds since 1970.
    pub locked_until: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One statement, so that failures at once are all counted. `$2` is now, `$3` when older failures are
/// forgotten, `$4` until when a lock set now would hold, `$5` how many failures set it.
const COUNT: &str = "\
INSERT INTO sign_in_attempt (subject, failed, last_at, locked_until) VALUES ($1, 1, $2, NULL)
ON CONFLICT (subject) DO UPDATE SET
  failed = CASE
    WHEN sign_in_attempt.last_at <= $3 OR sign_in_attempt.locked_until <= $2 THEN 1
    ELSE sign_in_attempt.failed + 1 END,
  locked_until = CASE
    WHEN sign_in_attempt.locked_until > $2 THEN sign_in_attempt.locked_until
    WHEN sign_in_attempt.last_at <= $3 OR sign_in_attempt.locked_until <= $2 THEN NULL
    WHEN sign_in_attempt.failed + 1 >= $5 THEN $4
    ELSE NULL END,
  last_at = $2";

/// What failures are counted by.
pub fn subject(login: &str) -> String {
    hex::encode(Sm3::digest(login.as_bytes()))
}

/// The failures of a subject, if any are remembered.
pub async fn read(db: &Db, subject: &str) -> Result<Option<Attempts>, Fault> {
    let found = Entity::find_by_id(subject.to_owned()).one(db.read()).await;
    let found = found.map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| Attempts { failed: row.failed, locked_until: row.locked_until }))
}

/// Counts one more failure.
pub async fn count(db: &Db, subject: &str, now: DateTime<Utc>) -> Result<(), Fault> {
    let values = [
        subject.into(),
        now.timestamp_micros().into(),
        (now - LOCKED_FOR).timestamp_micros().into(),
        (now + LOCKED_FOR).timestamp_micros().into(),
        MOST_FAILURES.into(),
    ];
    let statement =
        Statement::from_sql_and_values(db.write().get_database_backend(), COUNT, values);
    db.write().execute_raw(statement).await.map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Forgets the failures of a subject that has signed in.
pub async fn clear(db: &Db, subject: &str) -> Result<(), Fault> {
    let done = Entity::delete_by_id(subject.to_owned()).exec(db.write()).await;
    done.map(drop).map_err(tongban_db::to_fault)
}

/// Forgets what no longer counts.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> Result<(), Fault> {
    let free = Condition::any()
        .add(Column::LockedUntil.is_null())
        .add(Column::LockedUntil.lte(now.timestamp_micros()));
    let done = Entity::delete_many()
        .filter(Column::LastAt.lte((now - LOCKED_FOR).timestamp_micros()))
        .filter(free)
        .exec(db.write())
        .await;
    done.map(drop).map_err(tongban_db::to_fault)
}
