//! `correction`: query columns of data reported as wrong.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal};
use tongban_ledger::Stored;

use super::{own_body, own_region};
use crate::domain::correction::Correction;

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "correction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub body: String,
    pub body_name: String,
    pub resource_id: String,
    pub resource_name: String,
    pub source_body: String,
    pub region: String,
    /// Whether the data were wrong; nothing before the answer.
    pub upheld: Option<bool>,
    /// Last day for the answer; nothing after it.
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told.
    pub overdue: bool,
    /// Microseconds since 1970.
    pub reported_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Correction {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let report = &self.report;
        ActiveModel {
            id: Set(id.to_owned()),
            body: Set(report.body.id.clone()),
            body_name: Set(report.body.name.clone()),
            resource_id: Set(report.resource_id.to_string()),
            resource_name: Set(report.resource_name.clone()),
            source_body: Set(report.source_body.id.clone()),
            region: Set(report.region.to_string()),
            upheld: Set(self.answer.as_ref().map(|answer| answer.upheld)),
            due: Set(self.answer.is_none().then_some(report.due)),
            overdue: Set(self.overdue),
            reported_at: Set(self.reported_at.timestamp_micros()),
        }
    }
}

/// What the own body reported, the newest first.
pub async fn reported(db: &Db, actor: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::Body.eq(own_body(actor)?)), page).await
}

/// What was reported of the own body's data, the newest first.
pub async fn received(db: &Db, actor: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::SourceBody.eq(own_body(actor)?)), page).await
}

/// What was not answered in time in the own region, the longest overdue first.
pub async fn overdue(db: &Db, actor: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let query = Entity::find()
        .filter(Column::Overdue.eq(true))
        .filter(paging::within(Column::Region, own_region(actor)?));
    let rows = paging::rising::<_, NaiveDate>(query, Column::Due, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let key = |row: &Model| format!("{}~{}", row.due.unwrap_or_default(), row.id);
    Ok(Page::cut(rows, page.limit(), key))
}

async fn newest(db: &Db, query: Select<Entity>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let rows = paging::falling::<_, i64>(query, Column::ReportedAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.reported_at, row.id)))
}

/// Corrections whose limit passed before `day`, not yet told; some at a time.
pub async fn late(db: &Db, day: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Overdue.eq(false))
        .filter(Column::Due.lt(day))
        .order_by_asc(Column::Due)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
