//! `complaint`: query columns of complaints.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal};
use tongban_ledger::Stored;

use crate::domain::complaint::Complaint;

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "complaint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub purchase: String,
    pub purchase_number: String,
    pub account: String,
    pub region: String,
    pub subject: String,
    pub stage: String,
    /// Microseconds since 1970.
    pub filed_at: i64,
    /// Last day for the step it waits for.
    pub due: Option<NaiveDate>,
    pub overdue: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Complaint {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            id: Set(id.to_owned()),
            purchase: Set(self.filed.purchase.clone()),
            purchase_number: Set(self.filed.purchase_number.clone()),
            account: Set(self.filed.account.clone()),
            region: Set(self.filed.region.to_string()),
            subject: Set(self.filed.subject.clone()),
            stage: Set(self.stage.code().to_owned()),
            filed_at: Set(self.filed_at.timestamp_micros()),
            due: Set(self.due),
            overdue: Set(self.overdue),
        }
    }
}

/// Which complaints a caller may list; there is no way to build one that reaches further.
pub struct Scope(Select<Entity>);

impl Scope {
    /// Those of an officer's region and below, or of the account itself.
    pub fn of(reader: &Principal) -> Self {
        let query = match &reader.region {
            Some(region) => Entity::find().filter(paging::within(Column::Region, region)),
            None => Entity::find().filter(Column::Account.eq(&reader.account)),
        };
        Self(query)
    }
}

/// The newest first; on demand only those that are overdue.
pub async fn newest(
    db: &Db,
    scope: Scope,
    overdue: bool,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    if overdue {
        query = query.filter(Column::Overdue.eq(true));
    }
    let rows = paging::falling::<_, i64>(query, Column::FiledAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.filed_at, row.id)))
}

/// Those whose day is over and not yet noted.
pub async fn late(db: &Db, today: NaiveDate) -> Result<Vec<String>, Fault> {
    Entity::find()
        .filter(Column::Due.lt(today))
        .filter(Column::Overdue.eq(false))
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Due)
        .limit(500)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
