//! `case_serial`: the next serial of a case number, per implementation code and day.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use tongban_db::Db;
use tongban_kernel::Fault;

/// One code on one day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_serial")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    pub next: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A case number (办件编号) nobody else has: implementation code, day, and a serial of four digits or
/// more. A number that is drawn and then not used leaves a gap.
pub async fn draw(db: &Db, code: &str, day: NaiveDate) -> Result<String, Fault> {
    let row = ActiveModel { code: Set(code.to_owned()), day: Set(day), next: Set(2) };
    let one_more = OnConflict::columns([Column::Code, Column::Day])
        .value(Column::Next, Expr::col((Entity, Column::Next)).add(1))
        .to_owned();
    let drawn = Entity::insert(row)
        .on_conflict(one_more)
        .exec_with_returning(db.write())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(format!("{code}{}{:04}", day.format("%Y%m%d"), drawn.next - 1))
}
