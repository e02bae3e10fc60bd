//! `counter`: devices at counters.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role};
use tongban_ledger::Stored;

use crate::domain::counter::Counter;

/// One device.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub body: String,
    pub region: String,
    pub window: String,
    /// Keyed hash of what the device says it is.
    pub device: String,
    pub retired: bool,
    /// The right it shows.
    pub shows: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Counter {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        ActiveModel {
            id: Set(id.to_owned()),
            body: Set(self.device.body.clone()),
            region: Set(self.device.region.to_string()),
            window: Set(self.device.window.clone()),
            device: Set(self.device.device.clone()),
            retired: Set(self.retired),
            shows: Set(self.shows.clone()),
        }
    }
}

/// Which devices a caller may list; there is no way to build one that reaches further.
pub struct Scope(Select<Entity>);

impl Scope {
    /// Those of a supervisor's region; of anyone else, those of the own body there.
    pub fn of(reader: &Principal) -> Self {
        let region = reader.region.as_ref().map_or("none", |region| region.prefix());
        let mut query = Entity::find().filter(Column::Region.starts_with(region));
        if !reader.roles.contains(&Role::Supervisor) {
            query = query.filter(Column::Body.eq(reader.body.as_deref().unwrap_or_default()));
        }
        Self(query)
    }
}

/// Devices, by identifier.
pub async fn list(db: &Db, scope: Scope, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    if let Some(after) = &page.after {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.order_by_asc(Column::Id).limit(page.limit() + 1).all(db.read()).await;
    let rows = rows.map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| row.id.clone()))
}

/// The device with this print, retired ones too: what stood at a counter gives no reviews later either.
pub async fn by_print(db: &Db, print: &str) -> Result<Option<Model>, Fault> {
    let found = Entity::find().filter(Column::Device.eq(print)).one(db.read()).await;
    found.map_err(tongban_db::to_fault)
}
