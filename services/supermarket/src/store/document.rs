//! `document`: query columns of published documents.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_contracts::supermarket::DocumentKind;
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode, Role};
use tongban_ledger::Stored;

use crate::domain::document::Paper;

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    pub kind: String,
    pub title: String,
    pub number: Option<String>,
    pub in_force: bool,
    pub revision: i64,
    pub published_on: Option<NaiveDate>,
    /// Whether something waits for the second officer.
    pub pending: bool,
    /// Files of the version in force, separated by blanks.
    pub files: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Stable code of a kind.
pub const fn kind_code(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Management => "management",
        DocumentKind::Assessment => "assessment",
        DocumentKind::Other => "other",
    }
}

impl Stored for Paper {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let document = self.document();
        let published = self.published.as_ref();
        let in_force = published.filter(|one| one.repealed.is_none());
        let files = in_force.map_or(&[][..], |one| &one.document.attachments);
        let files: Vec<String> = files.iter().map(|file| file.file_id.to_string()).collect();
        let kind = document.map_or(DocumentKind::Other, |document| document.kind);
        let text = |text: Option<String>| Set(text.unwrap_or_default());
        ActiveModel {
            id: Set(id.to_owned()),
            body: text(document.map(|one| one.body.id.clone())),
            body_name: text(document.map(|one| one.body.name.clone())),
            region: text(document.map(|one| one.region.to_string())),
            kind: Set(kind_code(kind).to_owned()),
            title: text(document.map(|one| one.title.clone())),
            number: Set(document.and_then(|one| one.number.clone())),
            in_force: Set(in_force.is_some()),
            revision: Set(published.map_or(0, |one| i64::from(one.revision))),
            published_on: Set(published.map(|one| one.published_on)),
            pending: Set(self.proposal.is_some()),
            files: Set(files.join(" ")),
        }
    }
}

/// What documents in force are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// The body that published them.
    pub body: Option<&'a str>,
    /// Region: it and everything below.
    pub region: Option<&'a RegionCode>,
    /// What they regulate.
    pub kind: Option<DocumentKind>,
}

/// Documents in force, the last published first.
pub async fn search(db: &Db, search: &Search<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::InForce.eq(true));
    if let Some(body) = search.body {
        query = query.filter(Column::Body.eq(body));
    }
    if let Some(region) = search.region {
        query = query.filter(paging::within(Column::Region, region));
    }
    if let Some(kind) = search.kind {
        query = query.filter(Column::Kind.eq(kind_code(kind)));
    }
    let rows = paging::falling::<_, NaiveDate>(query, Column::PublishedOn, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let key = |row: &Model| format!("{}~{}", row.published_on.unwrap_or_default(), row.id);
    Ok(Page::cut(rows, page.limit(), key))
}

/// What waits for the second officer, within the reach of `actor`.
pub async fn pending(db: &Db, actor: &Principal, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let (Some(body), Some(region)) = (&actor.body, &actor.region) else {
        return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
    };
    let mut query = Entity::find()
        .filter(Column::Pending.eq(true))
        .filter(paging::within(Column::Region, region));
    if !actor.roles.contains(&Role::MarketManager) {
        query = query.filter(Column::Body.eq(body));
    }
    if let Some(after) = page.after.as_deref() {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| row.id.clone()))
}
