//! `matter`: query columns of the catalogue.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait, QueryOrder, QuerySelect};
use tongban_db::{Db, containing};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::Stored;

use crate::domain::matter::Entry;

/// One matter.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "matter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub code: String,
    pub name: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    pub matter_type: String,
    pub revision: i64,
    pub published: bool,
    /// What words are looked for in.
    pub words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Entry {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let matter = &self.matter;
        let matter_type = serde_json::to_value(matter.matter_type).ok();
        let matter_type = matter_type.as_ref().and_then(serde_json::Value::as_str);
        let words = [&matter.name, &matter.code, &matter.body_name, &matter.result.name];
        ActiveModel {
            id: Set(id.to_owned()),
            code: Set(matter.code.clone()),
            name: Set(matter.name.clone()),
            body: Set(matter.body.clone()),
            body_name: Set(matter.body_name.clone()),
            region: Set(matter.region.to_string()),
            matter_type: Set(matter_type.unwrap_or_default().to_owned()),
            revision: Set(i64::from(self.revision)),
            published: Set(self.withdrawn.is_none()),
            words: Set(words.map(|word| word.to_lowercase()).join(" ")),
        }
    }
}

/// What published matters are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// Words that must all occur.
    pub words: Option<&'a str>,
    /// Region: it and everything below.
    pub region: Option<&'a RegionCode>,
    /// Implementing body.
    pub body: Option<&'a str>,
}

/// Published matters, by implementation code.
pub async fn search(db: &Db, search: &Search<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::Published.eq(true));
    for word in search.words.unwrap_or_default().split_whitespace().take(8) {
        query = query.filter(containing(db.read(), Column::Words, &word.to_lowercase()));
    }
    if let Some(region) = search.region {
        query = query.filter(Column::Region.starts_with(region.prefix()));
    }
    if let Some(body) = search.body {
        query = query.filter(Column::Body.eq(body));
    }
    if let Some((code, id)) = page.after.as_deref().and_then(|after| after.split_once('~')) {
        query =
            query.filter(Column::Code.gt(code).or(Column::Code.eq(code).and(Column::Id.gt(id))));
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
