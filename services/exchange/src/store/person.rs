//! `known_person`: which account belongs to the print of which document. The number itself is not kept.

use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_db::Db;
use tongban_kernel::{Fault, Principal};

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// Keyed hash of the number of its identity document.
    pub print: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes one.
pub async fn note(
    transaction: &DatabaseTransaction,
    account: &str,
    print: String,
) -> Result<(), Fault> {
    let row = ActiveModel { account: Set(account.to_owned()), print: Set(print) };
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Account).update_column(Column::Print).to_owned())
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// The print of an account's document.
async fn print_of(db: &Db, account: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find_by_id(account).one(db.read()).await.map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| row.print))
}

/// The print of the caller's own document.
///
/// # Errors
/// `account_not_known_yet`: an account that has just been made is not known here for a moment.
pub async fn own_print(db: &Db, actor: &Principal) -> Result<String, Fault> {
    let unknown = || Fault::conflict("account_not_known_yet", "您的账号信息正在同步，请稍后重试");
    print_of(db, &actor.account).await?.ok_or_else(unknown)
}

/// The account that a document's print belongs to.
pub async fn account_of(db: &Db, print: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find().filter(Column::Print.eq(print)).one(db.read()).await;
    Ok(found.map_err(tongban_db::to_fault)?.map(|row| row.account))
}
