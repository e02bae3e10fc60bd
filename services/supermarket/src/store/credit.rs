//! `known_credit`: classes of credit, as supervision's events tell.

use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_db::Db;
use tongban_kernel::Fault;

/// The class of one credit code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_credit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub class: String,
    /// Microseconds since 1970.
    pub since: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes a class.
pub async fn note(
    transaction: &DatabaseTransaction,
    code: &str,
    class: &str,
    since: i64,
) -> Result<(), Fault> {
    let row =
        ActiveModel { code: Set(code.to_owned()), class: Set(class.to_owned()), since: Set(since) };
    let columns = [Column::Class, Column::Since];
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Code).update_columns(columns).to_owned())
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// The class of a credit code, when it is known.
pub async fn class_of(db: &Db, code: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find_by_id(code).one(db.read()).await.map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| row.class))
}
