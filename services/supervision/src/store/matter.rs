//! `inspection_matter`: query columns of the list of matters.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_contracts::supervision::InspectionKind;
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::Stored;

use super::{beyond, cursor, words};
use crate::domain::matter::Entry;
use crate::domain::pool::code_of;

/// One matter.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_matter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub code: String,
    pub name: String,
    pub field: String,
    pub kind: String,
    pub body: String,
    /// Codes of all bodies, each with a blank on either side.
    pub bodies: String,
    pub region: String,
    pub revision: i64,
    pub published: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Entry {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let matter = &self.matter;
        let partners = matter.partners.iter().map(|partner| partner.body.as_str());
        ActiveModel {
            id: Set(id.to_owned()),
            code: Set(matter.code.clone()),
            name: Set(matter.name.clone()),
            field: Set(matter.field.clone()),
            kind: Set(code_of(&matter.kind)),
            body: Set(matter.body.clone()),
            bodies: Set(words(std::iter::once(matter.body.as_str()).chain(partners))),
            region: Set(matter.region.to_string()),
            revision: Set(i64::from(self.revision)),
            published: Set(self.withdrawn.is_none()),
        }
    }
}

/// What matters in force are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// Region: it and everything below.
    pub region: Option<&'a RegionCode>,
    /// A body that inspects for it.
    pub body: Option<&'a str>,
    /// General or key.
    pub kind: Option<InspectionKind>,
}

/// Matters in force, by code.
pub async fn search(db: &Db, search: &Search<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::Published.eq(true));
    if let Some(region) = search.region {
        let (from, to) = region.range();
        query = query.filter(Column::Region.gte(from)).filter(Column::Region.lt(to));
    }
    if let Some(body) = search.body {
        query = query.filter(Column::Bodies.contains(format!(" {body} ")));
    }
    if let Some(kind) = &search.kind {
        query = query.filter(Column::Kind.eq(code_of(kind)));
    }
    if let Some((code, id)) = cursor::<String>(page)? {
        query = query.filter(beyond(Column::Code, Column::Id, (code, id)));
    }
    let rows = query
        .order_by_asc(Column::Code)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.code, row.id)))
}
