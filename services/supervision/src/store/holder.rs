//! `credit_licence`: licences as issued, so that a revocation can be counted for its holder.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tongban_contracts::licences::Licence;
use tongban_kernel::Fault;

/// One licence.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_licence")]
pub struct Model {
    /// The ledger's identifier at the licence library.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The licence as JSON, without its face.
    pub licence: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps a licence as issued.
pub async fn keep(
    transaction: &DatabaseTransaction,
    id: &str,
    licence: &Licence,
) -> Result<(), Fault> {
    let licence = Licence { face: serde_json::Value::Null, ..licence.clone() };
    let text = serde_json::to_string(&licence).map_err(Fault::internal)?;
    let row = ActiveModel { id: Set(id.to_owned()), licence: Set(text) };
    let known = OnConflict::column(Column::Id).update_column(Column::Licence).to_owned();
    Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// A licence, if it was issued in reach of the log.
pub async fn read(connection: &impl ConnectionTrait, id: &str) -> Result<Option<Licence>, Fault> {
    let found = Entity::find_by_id(id).one(connection).await.map_err(tongban_db::to_fault)?;
    found.map(|row| serde_json::from_str(&row.licence).map_err(Fault::internal)).transpose()
}
