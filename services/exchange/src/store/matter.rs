//! `known_matter`: the bodies of matters in force, as the catalogue's events tell.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, QuerySelect};
use tongban_db::{Db, among};
use tongban_kernel::Fault;

use crate::domain::request::BodiesOfMatters;

/// One matter.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_matter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub matter_id: String,
    /// Credit code of the body that handles it.
    pub body: String,
    /// Whether it is in force.
    pub published: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes the version in force.
pub async fn publish(transaction: &DatabaseTransaction, id: &str, body: &str) -> Result<(), Fault> {
    let row = ActiveModel {
        matter_id: Set(id.to_owned()),
        body: Set(body.to_owned()),
        published: Set(true),
    };
    let key = OnConflict::column(Column::MatterId)
        .update_columns([Column::Body, Column::Published])
        .to_owned();
    Entity::insert(row)
        .on_conflict(key)
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Takes a matter out of force.
pub async fn withdraw(transaction: &DatabaseTransaction, id: &str) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::Published, false.into())
        .filter(Column::MatterId.eq(id))
        .exec(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// The bodies of those of the matters that are in force.
pub async fn bodies(db: &Db, ids: &[Uuid]) -> Result<BodiesOfMatters, Fault> {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let rows = Entity::find()
        .filter(among(Column::MatterId, &ids))
        .filter(Column::Published.eq(true))
        .limit(1_000)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().filter_map(|row| Some((row.matter_id.parse().ok()?, row.body))).collect())
}
