//! `case_fact`: what a case's events tell, as far as tags can be checked against it.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QuerySelect};
use tongban_db::Db;
use tongban_kernel::Fault;

use super::moment;
use crate::domain::facts::CaseFacts;

/// One case.
#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_fact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: String,
    /// Codes of the materials handed in at first, a blank between them.
    pub materials: String,
    /// Codes of other materials that corrections asked for.
    pub asked_later: String,
    pub corrections: i32,
    pub due: Option<NaiveDate>,
    pub legal_due: Option<NaiveDate>,
    /// Microseconds since 1970.
    pub decided_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Those of the cases that are known, by identifier.
pub async fn some(
    transaction: &DatabaseTransaction,
    ids: &[String],
) -> Result<HashMap<String, Model>, Fault> {
    let ids = ids.iter().map(String::as_str);
    let found = tongban_db::keyed::<Entity>(transaction, Column::Id, ids).await?;
    Ok(found.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Keeps cases as they now stand.
pub async fn keep(transaction: &DatabaseTransaction, rows: Vec<Model>) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| ActiveModel {
        id: Set(row.id),
        number: Set(row.number),
        materials: Set(row.materials),
        asked_later: Set(row.asked_later),
        corrections: Set(row.corrections),
        due: Set(row.due),
        legal_due: Set(row.legal_due),
        decided_at: Set(row.decided_at),
    });
    let key = OnConflict::column(Column::Id)
        .update_columns([
            Column::Number,
            Column::Materials,
            Column::AskedLater,
            Column::Corrections,
            Column::Due,
            Column::LegalDue,
            Column::DecidedAt,
        ])
        .to_owned();
    Entity::insert_many(rows)
        .on_conflict(key)
        .exec_without_returning(transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// Which of these numbers are of cases known from their own events.
pub async fn known(
    connection: &impl ConnectionTrait,
    numbers: &[String],
) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Number)
        .filter(tongban_db::among(Column::Number, numbers))
        .into_tuple()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// What is known of the case with this number; `visits` are its services at a window.
pub async fn facts(db: &Db, number: &str, visits: u64) -> Result<Option<CaseFacts>, Fault> {
    let found = Entity::find().filter(Column::Number.eq(number)).one(db.read()).await;
    let found = found.map_err(tongban_db::to_fault)?;
    let visits = u32::try_from(visits).unwrap_or(u32::MAX);
    Ok(match found {
        Some(row) => Some(CaseFacts {
            due: row.due,
            legal_due: row.legal_due,
            decided_at: row.decided_at.map(moment),
            corrections: u32::try_from(row.corrections).unwrap_or_default(),
            asked_later: row.asked_later.split_whitespace().map(str::to_owned).collect(),
            visits,
        }),
        None if visits > 0 => Some(CaseFacts { visits, ..CaseFacts::default() }),
        None => None,
    })
}
