//! `known_party`: organisations by account, bodies by credit code, regions by code, as identity tells.

use std::collections::BTreeMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tongban_db::{Db, among};
use tongban_kernel::Fault;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_party")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    /// Credit code of an organisation or body.
    pub code: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes one.
pub async fn note(transaction: &DatabaseTransaction, row: Model) -> Result<(), DbErr> {
    let row = ActiveModel { id: Set(row.id), name: Set(row.name), code: Set(row.code) };
    let key =
        OnConflict::column(Column::Id).update_columns([Column::Name, Column::Code]).to_owned();
    Entity::insert(row).on_conflict(key).exec_without_returning(transaction).await?;
    Ok(())
}

/// One of them, if it is known.
pub async fn find(connection: &impl ConnectionTrait, id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(connection).await
}

/// Names of those of these that are known.
pub async fn names(db: &Db, ids: &[String]) -> Result<BTreeMap<String, String>, Fault> {
    let found = Entity::find()
        .filter(among(Column::Id, ids))
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(found.into_iter().map(|row| (row.id, row.name)).collect())
}
