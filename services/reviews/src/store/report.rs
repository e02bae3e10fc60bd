//! `report_link`: what reports need to know of earlier events.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_kernel::Fault;

/// A case with the time of its acceptance, or a handling with its review.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub value: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

async fn put(connection: &impl ConnectionTrait, id: String, value: String) -> Result<(), Fault> {
    let there = OnConflict::column(Column::Id).update_column(Column::Value).to_owned();
    Entity::insert(ActiveModel { id: Set(id), value: Set(value) })
        .on_conflict(there)
        .exec_without_returning(connection)
        .await
        .map(drop)
        .map_err(tongban_db::to_fault)
}

async fn get(connection: &impl ConnectionTrait, id: String) -> Result<Option<String>, Fault> {
    let found = Entity::find_by_id(id).one(connection).await.map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| row.value))
}

/// Notes when a case was accepted.
pub async fn accepted(
    connection: &impl ConnectionTrait,
    case: &str,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    put(connection, format!("case/{case}"), at.to_rfc3339()).await
}

/// When a case was accepted.
pub async fn accepted_at(
    connection: &impl ConnectionTrait,
    case: &str,
) -> Result<Option<DateTime<Utc>>, Fault> {
    Ok(get(connection, format!("case/{case}")).await?.and_then(|at| at.parse().ok()))
}

/// Notes which review a handling is about.
pub async fn received(
    connection: &impl ConnectionTrait,
    handling: &str,
    review: &str,
) -> Result<(), Fault> {
    put(connection, format!("handling/{handling}"), review.to_owned()).await
}

/// The review that a handling is about.
pub async fn review_of(
    connection: &impl ConnectionTrait,
    handling: &str,
) -> Result<Option<String>, Fault> {
    get(connection, format!("handling/{handling}")).await
}
