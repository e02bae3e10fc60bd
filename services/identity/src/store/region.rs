//! `region`: query columns of regions.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::Stored;

use crate::domain::region::KnownRegion;

/// One region.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "region")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub name: String,
    pub level: String,
    pub parent: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for KnownRegion {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let level = serde_json::to_value(self.0.code.level()).ok();
        let level = level.as_ref().and_then(serde_json::Value::as_str);
        ActiveModel {
            code: Set(id.to_owned()),
            name: Set(self.0.name.clone()),
            level: Set(level.unwrap_or_default().to_owned()),
            parent: Set(self.0.code.parent().map(|parent| parent.to_string())),
        }
    }
}

/// Regions right below `parent`, by code; those at the top without one.
pub async fn list(
    db: &Db,
    parent: Option<&RegionCode>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(match parent {
        Some(parent) => Column::Parent.eq(parent.as_str()),
        None => Column::Parent.is_null(),
    });
    if let Some(after) = page.after.as_deref() {
        query = query.filter(Column::Code.gt(after));
    }
    let rows = query
        .order_by_asc(Column::Code)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| row.code.clone()))
}
