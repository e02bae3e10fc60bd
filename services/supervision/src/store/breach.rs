//! `credit_breach`: whose breaches the supermarket told of, so that one can be lifted.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tongban_kernel::Fault;

/// One breach.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_breach")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Credit code of who broke the rule.
    pub code: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps whose a breach is.
pub async fn keep(transaction: &DatabaseTransaction, id: &str, code: &str) -> Result<(), Fault> {
    let row = ActiveModel { id: Set(id.to_owned()), code: Set(code.to_owned()) };
    let known = OnConflict::column(Column::Id).update_column(Column::Code).to_owned();
    Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Whose a breach is.
pub async fn read(connection: &impl ConnectionTrait, id: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find_by_id(id).one(connection).await.map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| row.code))
}
