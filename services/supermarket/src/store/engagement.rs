//! What agencies were chosen for, as purchases have it.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::Fault;
use uuid::Uuid;

use super::purchasing::purchase::{Column, Entity, Model};
use crate::domain::purchase::Stage;

/// Finished purchases that figures of a service look back on at most.
pub const LOOKED_AT: u64 = 5_000;
/// Contracts shown of an agency at most.
const SHOWN: u64 = 50;

/// Stages in which an agency is bound by a purchase it won.
const BOUND: [Stage; 4] =
    [Stage::AwaitingContract, Stage::ConfirmingContract, Stage::InService, Stage::Delivered];

/// Contracts of an agency that are not settled.
///
/// # Errors
/// When the database is away.
pub async fn running(db: &Db, agency: Uuid) -> Result<u64, Fault> {
    Entity::find()
        .filter(Column::Agency.eq(agency.to_string()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::Stage.is_in(BOUND.map(Stage::code)))
        .count(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// The contracts of an agency, the last ended first.
///
/// # Errors
/// When the database is away.
pub async fn contracts(db: &Db, agency: Uuid) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::Agency.eq(agency.to_string()))
        .filter(Column::ContractAt.is_not_null())
        .order_by_desc(Column::EndedAt)
        .limit(SHOWN)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// How often an agency was rated by its customers, and the sum of their overall marks; default ratings are no marks.
///
/// # Errors
/// When the database is away.
pub async fn marks(db: &Db, agency: Uuid) -> Result<(i64, i64), Fault> {
    let found: Option<(i64, Option<i64>)> = Entity::find()
        .select_only()
        .column_as(Column::Overall.count(), "rated")
        .column_as(Column::Overall.sum(), "marks")
        .filter(Column::Agency.eq(agency.to_string()))
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let (rated, marks) = found.unwrap_or_default();
    Ok((rated, marks.unwrap_or_default()))
}

/// The last finished purchases of a service: price, moments of contract and of the accepted result.
///
/// # Errors
/// When the database is away.
pub async fn finished(db: &Db, service: Uuid) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::Service.eq(service.to_string()))
        .filter(Column::CompletedAt.is_not_null())
        .order_by_desc(Column::PublishedAt)
        .order_by_desc(Column::Id)
        .limit(LOOKED_AT)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
