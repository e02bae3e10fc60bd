//! `data_grant`: query columns of grants.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Select};
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal};
use tongban_ledger::Stored;

use super::{own_body, own_region};
use crate::domain::grant::{Grant, Standing};

/// One grant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub holder: String,
    pub holder_name: String,
    pub resource_id: String,
    pub resource_name: String,
    pub source_body: String,
    pub region: String,
    pub purpose: String,
    pub standing: String,
    /// Whether it has not ended.
    pub open: bool,
    pub through: NaiveDate,
    /// Microseconds since 1970.
    pub given_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Grant {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let terms = &self.terms;
        ActiveModel {
            id: Set(id.to_owned()),
            holder: Set(terms.holder.id.clone()),
            holder_name: Set(terms.holder.name.clone()),
            resource_id: Set(terms.resource_id.to_string()),
            resource_name: Set(terms.resource_name.clone()),
            source_body: Set(terms.source_body.id.clone()),
            region: Set(terms.region.to_string()),
            purpose: Set(terms.purpose.code().to_owned()),
            standing: Set(self.standing().code().to_owned()),
            open: Set(self.standing() != Standing::Ended),
            through: Set(terms.through),
            given_at: Set(self.given_at.timestamp_micros()),
        }
    }
}

/// The grants that the own body holds, the newest first.
pub async fn held(db: &Db, actor: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::Holder.eq(own_body(actor)?)), page).await
}

/// The grants of data of the own body, the newest first.
pub async fn given(db: &Db, actor: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::SourceBody.eq(own_body(actor)?)), page).await
}

/// The grants of the own region and everything below, region by region, the newest first.
pub async fn of_region(db: &Db, actor: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let place = [Column::Region, Column::GivenAt, Column::Id];
    let rows = paging::by_region(Entity::find(), place, own_region(actor)?, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let key = |row: &Model| format!("{}~{}~{}", row.region, row.given_at, row.id);
    Ok(Page::cut(rows, page.limit(), key))
}

async fn newest(db: &Db, query: Select<Entity>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let rows = paging::falling::<_, i64>(query, Column::GivenAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.given_at, row.id)))
}

/// The grants of a resource that have not ended.
pub async fn open_of(
    connection: &impl ConnectionTrait,
    resource: &str,
) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ResourceId.eq(resource))
        .filter(Column::Open.eq(true))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// Grants that have not ended though their term was over before `day`; some at a time.
pub async fn over(db: &Db, day: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Open.eq(true))
        .filter(Column::Through.lt(day))
        .order_by_asc(Column::Through)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
