//! `calling_system`, `calling_secret` and `call_nonce`: systems that sign, what some of them sign with, and what was taken.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;
use sea_orm::entity::prelude::*;
use tongban_db::Db;
use tongban_kernel::Fault;
use tongban_ledger::Stored;
use tongban_outbound::signing::{Once, ReplayGuard, Seen};

use crate::domain::calling::Calling;

/// One system.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calling_system")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub body: String,
    pub name: String,
    pub retired: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Calling {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            id: Set(id.to_owned()),
            body: Set(self.system.body.clone()),
            name: Set(self.system.name.clone()),
            retired: Set(self.retired),
        }
    }
}

/// The secret shared with a system.
pub mod secret {
    use sea_orm::entity::prelude::*;

    /// Sealed for its place.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calling_secret")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub system: String,
        pub sealed: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Signed calls that were taken.
pub mod nonce {
    use sea_orm::entity::prelude::*;

    /// One call: what of it may come once.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "call_nonce")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub requester: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        /// From when on its time alone refuses it, in microseconds since 1970.
        pub until: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keeps a system's sealed secret.
pub async fn keep_secret(
    transaction: &DatabaseTransaction,
    system: &str,
    sealed: String,
) -> Result<(), Fault> {
    let row = secret::ActiveModel { system: Set(system.to_owned()), sealed: Set(sealed) };
    let done = secret::Entity::insert(row).exec_without_returning(transaction).await;
    done.map(drop).map_err(tongban_db::to_fault)
}

/// A system's sealed secret.
pub async fn secret_of(db: &Db, system: &str) -> Result<Option<String>, Fault> {
    let found = secret::Entity::find_by_id(system).one(db.read()).await;
    Ok(found.map_err(tongban_db::to_fault)?.map(|row| row.sealed))
}

/// Forgets signed calls whose time alone refuses them by now.
pub async fn forget(db: &Db, now: DateTime<Utc>) -> Result<(), Fault> {
    let over = nonce::Column::Until.lt(now.timestamp_micros());
    let done = nonce::Entity::delete_many().filter(over).exec(db.write()).await;
    done.map(drop).map_err(tongban_db::to_fault)
}

/// The memory of signed calls that all processes share: the key of its table decides which of two came first.
pub struct SharedGuard<'a>(pub &'a Db);

#[async_trait]
impl ReplayGuard for SharedGuard<'_> {
    async fn remember(&self, once: &Once, _: DateTime<Utc>) -> Result<Seen, Fault> {
        let row = nonce::ActiveModel {
            requester: Set(once.requester.clone()),
            digest: Set(hex::encode(once.digest)),
            until: Set(once.until.timestamp_micros()),
        };
        match nonce::Entity::insert(row).exec_without_returning(self.0.write()).await {
            Ok(_) => Ok(Seen::First),
            Err(error) if tongban_db::is_duplicate(&error) => Ok(Seen::Before),
            Err(error) => Err(tongban_db::to_fault(error)),
        }
    }
}
