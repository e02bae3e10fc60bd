//! `known_matter`: approvals of the catalogue, as its events tell.

use std::collections::BTreeSet;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, Iterable, QuerySelect};
use tongban_contracts::matters::Matter;
use tongban_db::{Db, among};
use tongban_kernel::Fault;

/// One matter.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_matter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub matter_id: String,
    pub name: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    /// Whether it is in force.
    pub published: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes the version in force.
pub async fn publish(
    transaction: &DatabaseTransaction,
    id: &str,
    matter: &Matter,
) -> Result<(), Fault> {
    let row = ActiveModel {
        matter_id: Set(id.to_owned()),
        name: Set(matter.name.clone()),
        body: Set(matter.body.clone()),
        body_name: Set(matter.body_name.clone()),
        region: Set(matter.region.to_string()),
        published: Set(true),
    };
    let columns = Column::iter().filter(|column| !matches!(column, Column::MatterId));
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::MatterId).update_columns(columns).to_owned())
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

/// Those of the matters that are in force.
pub async fn in_force(db: &Db, ids: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>, Fault> {
    Ok(find(db, ids).await?.into_iter().filter_map(|row| row.matter_id.parse().ok()).collect())
}

/// The matters in force among `ids`.
pub async fn find(db: &Db, ids: &BTreeSet<Uuid>) -> Result<Vec<Model>, Fault> {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    Entity::find()
        .filter(among(Column::MatterId, &ids))
        .filter(Column::Published.eq(true))
        .limit(1_000)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
