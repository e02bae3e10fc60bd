//! `known_case`: whose cases are open, as intake tells. The number of the applicant's document is not kept.

use std::collections::BTreeMap;

use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use tongban_db::{Db, among};
use tongban_kernel::Fault;

/// How many numbers are asked for at a time.
const TOGETHER: usize = 500;

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_case")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: String,
    /// Keyed hash of the number of the applicant's document.
    pub subject: String,
    /// Microseconds since 1970.
    pub opened_at: i64,
    /// Microseconds since 1970; nothing while it is open.
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes one that was handed in.
pub async fn open(transaction: &DatabaseTransaction, row: Model) -> Result<(), Fault> {
    let row = ActiveModel {
        id: Set(row.id),
        number: Set(row.number),
        subject: Set(row.subject),
        opened_at: Set(row.opened_at),
        closed_at: Set(row.closed_at),
    };
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Notes that one is over.
pub async fn close(transaction: &DatabaseTransaction, id: &str, at: i64) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::ClosedAt, Some(at).into())
        .filter(Column::Id.eq(id))
        .exec(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Cases by their numbers.
pub async fn by_number(db: &Db, numbers: &[String]) -> Result<BTreeMap<String, Model>, Fault> {
    let mut found = BTreeMap::new();
    for some in numbers.chunks(TOGETHER) {
        let rows = Entity::find().filter(among(Column::Number, some)).all(db.read()).await;
        let rows = rows.map_err(tongban_db::to_fault)?;
        found.extend(rows.into_iter().map(|row| (row.number.clone(), row)));
    }
    Ok(found)
}
