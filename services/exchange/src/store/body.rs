//! `known_body`: names of public bodies, as identity tells.

use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_contracts::supermarket::Named;
use tongban_db::Db;
use tongban_kernel::Fault;

/// One body.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_body")]
pub struct Model {
    /// Credit code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes one.
pub async fn note(transaction: &DatabaseTransaction, row: Model) -> Result<(), Fault> {
    let row = ActiveModel { id: Set(row.id), name: Set(row.name) };
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Id).update_column(Column::Name).to_owned())
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// A body by its registered name, if it is known.
pub async fn find(db: &Db, id: &str) -> Result<Option<Named>, Fault> {
    let found = Entity::find_by_id(id).one(db.read()).await.map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| Named { id: row.id, name: row.name }))
}
