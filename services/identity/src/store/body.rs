//! `body`: query columns of public bodies.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::Stored;

use crate::domain::body::KnownBody;

/// One body.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "body")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub uscc: String,
    pub name: String,
    pub region: String,
    pub department_code: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for KnownBody {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            uscc: Set(id.to_owned()),
            name: Set(self.0.name.clone()),
            region: Set(self.0.region.to_string()),
            department_code: Set(self.0.department_code.clone()),
        }
    }
}

/// Bodies of a region and below, by credit code; all of them without a region.
pub async fn list(
    db: &Db,
    region: Option<&RegionCode>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find();
    if let Some(region) = region {
        query = query.filter(Column::Region.starts_with(region.prefix()));
    }
    if let Some(after) = page.after.as_deref() {
        query = query.filter(Column::Uscc.gt(after));
    }
    let rows = query
        .order_by_asc(Column::Uscc)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| row.uscc.clone()))
}
