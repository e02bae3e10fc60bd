//! `resource`: query columns of the directory.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_contracts::exchange::{DeliveryKind, SharingKind};
use tongban_db::{Db, among, containing, paging};
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};
use tongban_ledger::Stored;

use crate::domain::resource::{Resource, resource_id};

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub code: String,
    pub name: String,
    pub source_body: String,
    pub source_body_name: String,
    pub region: String,
    pub sharing: String,
    pub delivery: String,
    pub in_force: bool,
    pub revision: i64,
    pub published_on: NaiveDate,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Stable code of how far a resource is shared.
pub const fn sharing_code(sharing: SharingKind) -> &'static str {
    match sharing {
        SharingKind::Unconditional => "unconditional",
        SharingKind::Conditional => "conditional",
        SharingKind::NotShared => "not_shared",
    }
}

/// Stable code of a way of delivery.
const fn delivery_code(kind: DeliveryKind) -> &'static str {
    match kind {
        DeliveryKind::Interface => "interface",
        DeliveryKind::TableFeed => "table_feed",
        DeliveryKind::File => "file",
        DeliveryKind::Subscription => "subscription",
    }
}

impl Stored for Resource {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let resource = &self.resource;
        ActiveModel {
            id: Set(id.to_owned()),
            code: Set(resource.code.clone()),
            name: Set(resource.name.clone()),
            source_body: Set(resource.source_body.id.clone()),
            source_body_name: Set(resource.source_body.name.clone()),
            region: Set(resource.region.to_string()),
            sharing: Set(sharing_code(resource.sharing).to_owned()),
            delivery: Set(delivery_code(resource.delivery_kind).to_owned()),
            in_force: Set(self.withdrawn.is_none()),
            revision: Set(i64::from(self.revision)),
            published_on: Set(self.published_on),
        }
    }
}

/// What resources in force are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// Code, or a part of the name.
    pub words: Option<&'a str>,
    /// Source body.
    pub body: Option<&'a str>,
    /// How far they are shared.
    pub sharing: Option<SharingKind>,
}

/// Resources in force, by name.
pub async fn search(db: &Db, search: &Search<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    if let Some(words) = search.words.map(str::trim).filter(|words| !words.is_empty()) {
        return by_words(db, search, words, page).await;
    }
    let mut query = Entity::find().filter(Column::InForce.eq(true));
    if let Some(body) = search.body {
        query = query.filter(Column::SourceBody.eq(body));
    }
    if let Some(sharing) = search.sharing {
        query = query.filter(Column::Sharing.eq(sharing_code(sharing)));
    }
    let rows = paging::rising::<_, String>(query, Column::Name, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.name, row.id)))
}

/// A code leads to its resource; a part of a name is looked for in the index of names alone, and the rows found are
/// fetched after.
async fn by_words(
    db: &Db,
    search: &Search<'_>,
    words: &str,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut ids = vec![resource_id(words).to_string()];
    if !words.contains('/') {
        let query = Entity::find()
            .select_only()
            .columns([Column::Name, Column::Id])
            .filter(Column::InForce.eq(true))
            .filter(containing(db.read(), Column::Name, words));
        let found: Vec<(String, String)> =
            paging::rising::<_, String>(query, Column::Name, Column::Id, page)?
                .limit(page.limit() + 1)
                .into_tuple()
                .all(db.read())
                .await
                .map_err(tongban_db::to_fault)?;
        ids = found.into_iter().map(|(_, id)| id).collect();
    }
    let rows = Entity::find()
        .filter(among(Column::Id, &ids))
        .filter(Column::InForce.eq(true))
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let mut page = Page::cut(rows, page.limit(), |row| format!("{}~{}", row.name, row.id));
    page.items.retain(|row| {
        search.body.is_none_or(|body| row.source_body == body)
            && search.sharing.is_none_or(|sharing| row.sharing == sharing_code(sharing))
    });
    Ok(page)
}
