//! `review_handled`: what the handling of every bad review has come to, as far as figures ask.

use std::collections::BTreeMap;

use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_kernel::Fault;

use crate::domain::figures::handled::Handled;

/// One handling.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_handled")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// [`Handled`] as JSON: nothing is looked for in it.
    pub state: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Those with these identifiers.
pub async fn by_id(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, Handled>, Fault> {
    let ids: Vec<String> = ids.into_iter().collect();
    let ids = ids.iter().map(String::as_str);
    let rows = tongban_db::keyed::<Entity>(connection, Column::Id, ids).await?;
    let read = |row: Model| Ok((row.id, serde_json::from_str(&row.state)?));
    rows.into_iter().map(read).collect::<Result<_, serde_json::Error>>().map_err(Fault::internal)
}

/// Writes them.
pub async fn put(
    connection: &impl ConnectionTrait,
    all: &BTreeMap<String, Handled>,
) -> Result<(), Fault> {
    if all.is_empty() {
        return Ok(());
    }
    let rows = all.iter().map(|(id, handled)| {
        let state = serde_json::to_string(handled)?;
        Ok(ActiveModel { id: Set(id.clone()), state: Set(state) })
    });
    let rows = rows.collect::<Result<Vec<_>, serde_json::Error>>().map_err(Fault::internal)?;
    let there = OnConflict::column(Column::Id).update_column(Column::State).to_owned();
    Entity::insert_many(rows)
        .on_conflict(there)
        .exec_without_returning(connection)
        .await
        .map(drop)
        .map_err(tongban_db::to_fault)
}
