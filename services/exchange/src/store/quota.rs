//! `call_quota`: how much of a grant's calls of a day processes have taken.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, OnConflict};
use tongban_db::Db;
use tongban_kernel::Fault;

/// One grant's day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_quota")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub grant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    /// Calls taken, carried out or not.
    pub taken: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Takes up to `block` calls of `daily`; how many were left to take. One statement decides, so that no two get the last.
pub async fn take(
    db: &Db,
    grant: &str,
    day: NaiveDate,
    daily: u32,
    block: u32,
) -> Result<u32, Fault> {
    let block = Ord::min(block, daily);
    if add(db, grant, day, daily, block).await? {
        return Ok(block);
    }
    // The day's first call makes the row; everybody else finds it.
    let row = ActiveModel { grant_id: Set(grant.to_owned()), day: Set(day), taken: Set(0) };
    let there = OnConflict::columns([Column::GrantId, Column::Day]).do_nothing().to_owned();
    let made = Entity::insert(row)
        .on_conflict(there)
        .exec_without_returning(db.write())
        .await
        .map_err(tongban_db::to_fault)?;
    let wanted = if made > 0 { block } else { 1 };
    Ok(if add(db, grant, day, daily, wanted).await? { wanted } else { 0 })
}

async fn add(db: &Db, grant: &str, day: NaiveDate, daily: u32, wanted: u32) -> Result<bool, Fault> {
    let (wanted, daily) = (i64::from(wanted), i64::from(daily));
    let done = Entity::update_many()
        .col_expr(Column::Taken, Expr::col(Column::Taken).add(wanted))
        .filter(Column::GrantId.eq(grant))
        .filter(Column::Day.eq(day))
        .filter(Column::Taken.lte(daily - wanted))
        .exec(db.write())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(done.rows_affected > 0)
}

/// Forgets days before `day`.
pub async fn forget(db: &Db, day: NaiveDate) -> Result<(), Fault> {
    Entity::delete_many()
        .filter(Column::Day.lt(day))
        .exec(db.write())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}
