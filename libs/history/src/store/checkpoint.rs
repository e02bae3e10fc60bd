//! `history_checkpoint`: every signed checkpoint; rows are never changed nor deleted.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_kernel::Fault;

/// One checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history_checkpoint")]
pub struct Model {
    /// Number of leaves.
    #[sea_orm(primary_key, auto_increment = false)]
    pub size: i64,
    /// The signed note.
    pub note: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The one of the largest tree.
pub async fn latest(connection: &impl ConnectionTrait) -> Result<Option<Model>, Fault> {
    let query = Entity::find().order_by_desc(Column::Size).limit(1);
    query.one(connection).await.map_err(tongban_db::to_fault)
}

/// The one of a tree of exactly `size` leaves.
pub async fn of_size(connection: &impl ConnectionTrait, size: u64) -> Result<Option<Model>, Fault> {
    // No tree is larger than a column can say.
    let Ok(size) = i64::try_from(size) else { return Ok(None) };
    Entity::find_by_id(size).one(connection).await.map_err(tongban_db::to_fault)
}

/// Up to `limit` after the tree of `size` leaves, the smallest first.
pub async fn after(
    connection: &impl ConnectionTrait,
    size: i64,
    limit: u64,
) -> Result<Vec<Model>, Fault> {
    let query = Entity::find().filter(Column::Size.gt(size)).order_by_asc(Column::Size);
    query.limit(limit).all(connection).await.map_err(tongban_db::to_fault)
}

/// Up to `limit` before the tree of `size` leaves, the largest first.
pub async fn before(
    connection: &impl ConnectionTrait,
    size: i64,
    limit: u64,
) -> Result<Vec<Model>, Fault> {
    let query = Entity::find().filter(Column::Size.lt(size)).order_by_desc(Column::Size);
    query.limit(limit).all(connection).await.map_err(tongban_db::to_fault)
}

/// Adds one.
pub async fn add(connection: &impl ConnectionTrait, row: Model) -> Result<(), Fault> {
    let row = ActiveModel::from(row).reset_all();
    let added = Entity::insert(row).exec_without_returning(connection).await;
    added.map(drop).map_err(tongban_db::to_fault)
}
