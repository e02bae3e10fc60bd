//! `pushing_nonce`: signed requests that were taken, so that none is taken twice.

use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;
use sea_orm::entity::prelude::*;
use tongban_db::Db;
use tongban_kernel::{Fault, FaultKind};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pushing_nonce")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub system: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub nonce: String,
    /// Microseconds since 1970.
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes a request in the transaction that carries it out.
///
/// # Errors
/// `replayed` when it was taken before; the transaction is then to be rolled back.
pub async fn take(
    transaction: &DatabaseTransaction,
    system: &str,
    nonce: &str,
    at: i64,
) -> Result<(), Fault> {
    let row =
        ActiveModel { system: Set(system.to_owned()), nonce: Set(nonce.to_owned()), at: Set(at) };
    match Entity::insert(row).exec_without_returning(transaction).await {
        Ok(_) => Ok(()),
        Err(error) if tongban_db::is_duplicate(&error) => {
            let title = "该请求已处理过，请使用新的随机数";
            Err(Fault::new(FaultKind::Conflict, "replayed", title))
        }
        Err(error) => Err(tongban_db::to_fault(error)),
    }
}

/// Forgets requests from before `at`, whose time alone keeps them from being taken again.
pub async fn forget(db: &Db, at: i64) -> Result<(), Fault> {
    let done = Entity::delete_many().filter(Column::At.lt(at)).exec(db.write()).await;
    done.map(drop).map_err(tongban_db::to_fault)
}
