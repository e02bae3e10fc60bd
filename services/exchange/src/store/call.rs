//! `data_call`: query columns of calls, for those whose data were read.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::{Db, among, paging};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_ledger::Stored;

use crate::domain::call::{Call, Outcome};

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub grant_id: String,
    pub holder: String,
    pub holder_name: String,
    pub resource_id: String,
    pub resource_name: String,
    pub source_body: String,
    pub source_body_name: String,
    pub region: String,
    pub purpose: String,
    pub case_number: Option<String>,
    /// Keys of the items, with commas.
    pub items: String,
    /// Print of whom it was about.
    pub subject: Option<String>,
    pub outcome: String,
    /// Microseconds since 1970.
    pub called_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Call {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let call = &self.call;
        ActiveModel {
            id: Set(id.to_owned()),
            grant_id: Set(call.grant_id.to_string()),
            holder: Set(call.holder.id.clone()),
            holder_name: Set(call.holder.name.clone()),
            resource_id: Set(call.resource_id.to_string()),
            resource_name: Set(call.resource_name.clone()),
            source_body: Set(call.source_body.id.clone()),
            source_body_name: Set(call.source_body.name.clone()),
            region: Set(call.region.to_string()),
            purpose: Set(call.purpose.code().to_owned()),
            case_number: Set(call.case.as_ref().map(|case| case.number.clone())),
            items: Set(call.items.join(",")),
            subject: Set(call.subject.as_ref().map(|subject| subject.print.clone())),
            outcome: Set(self.outcome.code().to_owned()),
            called_at: Set(self.at.timestamp_micros()),
        }
    }
}

/// Calls, oldest first.
pub async fn by_id(db: &Db, ids: &[String]) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(among(Column::Id, ids))
        .order_by_asc(Column::CalledAt)
        .order_by_asc(Column::Id)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// The calls by which data about somebody were read, the newest first.
pub async fn readings(db: &Db, print: &str, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let query = Entity::find()
        .filter(Column::Subject.eq(print))
        .filter(Column::Outcome.eq(Outcome::Answered.code()));
    let rows = paging::falling::<_, i64>(query, Column::CalledAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.called_at, row.id)))
}
