//! `draw_checkpoint`: what histories answered to draws of this service, and the largest that each told of.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, QuerySelect};
use tongban_db::Db;
use tongban_kernel::Fault;

/// One checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw_checkpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub origin: String,
    /// The draw that it answers; empty for one that was told of without being asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub draw: String,
    pub size: i64,
    pub note: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes what a history answered to a draw. The first answer counts.
pub(crate) async fn answer(
    transaction: &DatabaseTransaction,
    origin: &str,
    draw: &str,
    size: i64,
    note: &str,
) -> Result<(), Fault> {
    let there = OnConflict::columns([Column::Origin, Column::Draw]).do_nothing().to_owned();
    insert(transaction, row(origin, draw, size, note), there).await
}

/// Notes how far a history has come; one told of later is larger.
pub(crate) async fn reached(
    transaction: &DatabaseTransaction,
    origin: &str,
    size: i64,
    note: &str,
) -> Result<(), Fault> {
    let newer = OnConflict::columns([Column::Origin, Column::Draw])
        .update_columns([Column::Size, Column::Note])
        .to_owned();
    insert(transaction, row(origin, "", size, note), newer).await
}

fn row(origin: &str, draw: &str, size: i64, note: &str) -> ActiveModel {
    ActiveModel {
        origin: Set(origin.to_owned()),
        draw: Set(draw.to_owned()),
        size: Set(size),
        note: Set(note.to_owned()),
    }
}

async fn insert(
    transaction: &DatabaseTransaction,
    row: ActiveModel,
    conflict: OnConflict,
) -> Result<(), Fault> {
    let added = Entity::insert(row).on_conflict(conflict).exec_without_returning(transaction).await;
    added.map(drop).map_err(tongban_db::to_fault)
}

/// What a history answered to a draw.
pub(crate) async fn answered(db: &Db, origin: &str, draw: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find_by_id((origin.to_owned(), draw.to_owned())).one(db.read()).await;
    found.map(|row| row.map(|row| row.note)).map_err(tongban_db::to_fault)
}

/// The size that a history is known to have, at least.
pub(crate) async fn size_of(db: &Db, origin: &str) -> Result<u64, Fault> {
    let size: Option<i64> = Entity::find_by_id((origin.to_owned(), String::new()))
        .select_only()
        .column(Column::Size)
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    u64::try_from(size.unwrap_or(0)).map_err(Fault::internal)
}
