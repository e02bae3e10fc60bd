//! `known_licence`: whose the licences are that the licence library told of.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_kernel::Fault;

/// One licence.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_licence")]
pub struct Model {
    /// Its aggregate at the library.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub object: String,
    pub identifier: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes whose licences these are.
pub async fn note(connection: &impl ConnectionTrait, licences: Vec<Model>) -> Result<(), Fault> {
    if licences.is_empty() {
        return Ok(());
    }
    let rows = licences.into_iter().map(|one| ActiveModel {
        id: Set(one.id),
        object: Set(one.object),
        identifier: Set(one.identifier),
    });
    Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(Column::Id)
                .update_columns([Column::Object, Column::Identifier])
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await
        .map(drop)
        .map_err(tongban_db::to_fault)
}

/// Those of these licences that are known.
pub async fn of_ids(
    connection: &impl ConnectionTrait,
    ids: &[&str],
) -> Result<HashMap<String, Model>, Fault> {
    let ids = ids.iter().copied();
    let found = tongban_db::keyed::<Entity>(connection, Column::Id, ids).await?;
    Ok(found.into_iter().map(|one| (one.id.clone(), one)).collect())
}
