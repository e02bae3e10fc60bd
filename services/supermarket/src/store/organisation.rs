//! `known_organisation`: who can be an agency, as identity's events tell.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, Iterable};
use tongban_db::Db;
use tongban_kernel::Fault;

use crate::domain::profile::Organisation;

/// One account of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    pub code: String,
    pub name: String,
    pub disabled: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes an account.
pub async fn note(
    transaction: &DatabaseTransaction,
    organisation: Organisation,
) -> Result<(), Fault> {
    let row = ActiveModel {
        account: Set(organisation.account),
        code: Set(organisation.code),
        name: Set(organisation.name),
        disabled: Set(false),
    };
    let columns = Column::iter().filter(|column| !matches!(column, Column::Account));
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Account).update_columns(columns).to_owned())
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Marks an account as disabled.
pub async fn disable(transaction: &DatabaseTransaction, account: &str) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::Disabled, true.into())
        .filter(Column::Account.eq(account))
        .exec(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// The organisation behind an account.
///
/// # Errors
/// Unavailable while identity's event is still on its way; forbidden for a disabled account.
pub async fn read(db: &Db, account: &str) -> Result<Organisation, Fault> {
    let found = Entity::find_by_id(account).one(db.read()).await.map_err(tongban_db::to_fault)?;
    let found =
        found.ok_or_else(|| Fault::unavailable(format!("account {account} is not known yet")))?;
    if found.disabled {
        return Err(Fault::forbidden("account_disabled", "该账号已停用，不能办理"));
    }
    Ok(Organisation { account: found.account, code: found.code, name: found.name })
}
