//! `service`: query columns of the directory.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Select};
use tongban_contracts::supermarket::RequiredBy;
use tongban_db::{Db, containing, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode, Role};
use tongban_ledger::Stored;

use crate::domain::directory::Entry;

/// One service.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub region: String,
    pub industry_body: String,
    pub industry_body_name: String,
    pub in_force: bool,
    /// Whether approvals require it.
    pub statutory: bool,
    pub revision: i64,
    pub published_on: Option<NaiveDate>,
    /// Whether something waits for the second officer.
    pub pending: bool,
    pub proposed_by: Option<String>,
    pub cap_fen: Option<i64>,
    pub unit: String,
    pub business_days: i32,
    /// Approvals that require it, as JSON; none while it is not in force.
    pub matters: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Entry {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let service = self.service();
        let of = |text: fn(&tongban_contracts::supermarket::IntermediaryService) -> String| {
            Set(service.map(text).unwrap_or_default())
        };
        let in_force = self.in_force();
        let matters = in_force.map_or(&[][..], |service| &service.matters);
        let cap = service.and_then(|service| service.fee.cap_fen);
        let days = service.map_or(0, |service| service.business_days);
        ActiveModel {
            id: Set(id.to_owned()),
            name: of(|service| service.name.clone()),
            region: of(|service| service.region.to_string()),
            industry_body: of(|service| service.industry_body.id.clone()),
            industry_body_name: of(|service| service.industry_body.name.clone()),
            in_force: Set(in_force.is_some()),
            statutory: Set(!matters.is_empty()),
            revision: Set(self.published.as_ref().map_or(0, |one| i64::from(one.revision))),
            published_on: Set(self.published.as_ref().map(|one| one.published_on)),
            pending: Set(self.proposal.is_some()),
            proposed_by: Set(self.proposal.as_ref().map(|one| one.by.id.clone())),
            cap_fen: Set(cap.and_then(|cap| i64::try_from(cap).ok())),
            unit: of(|service| service.fee.unit.clone()),
            business_days: Set(i32::try_from(days).unwrap_or(i32::MAX)),
            matters: Set(serde_json::to_string(matters).unwrap_or_default()),
        }
    }
}

/// What services in force are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// A part of the name.
    pub words: Option<&'a str>,
    /// Region: it and everything below.
    pub region: Option<&'a RegionCode>,
    /// Industry body.
    pub body: Option<&'a str>,
    /// Matter that requires it.
    pub matter: Option<Uuid>,
}

/// Services in force, by name.
pub async fn search(db: &Db, search: &Search<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::InForce.eq(true));
    for word in search.words.unwrap_or_default().split_whitespace().take(8) {
        query = query.filter(containing(db.read(), Column::Name, word));
    }
    if let Some(region) = search.region {
        query = query.filter(paging::within(Column::Region, region));
    }
    if let Some(body) = search.body {
        query = query.filter(Column::IndustryBody.eq(body));
    }
    if let Some(matter) = search.matter {
        query = query.filter(containing(db.read(), Column::Matters, &matter.to_string()));
    }
    by_name(db, query, page).await
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
        query = query.filter(Column::IndustryBody.eq(body));
    }
    by_name(db, query, page).await
}

async fn by_name(db: &Db, query: Select<Entity>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let rows = paging::rising::<_, String>(query, Column::Name, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.name, row.id)))
}

/// The services that a matter requires: identifier, name, and the code of the material that is its result.
pub async fn services_of_matter(
    connection: &impl ConnectionTrait,
    matter: Uuid,
) -> Result<Vec<(Uuid, String, Option<String>)>, Fault> {
    let rows = Entity::find()
        .filter(Column::InForce.eq(true))
        .filter(containing(connection, Column::Matters, &matter.to_string()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    let mut found = Vec::new();
    for row in rows {
        let id: Uuid = row.id.parse().map_err(Fault::internal)?;
        let matters: Vec<RequiredBy> =
            serde_json::from_str(&row.matters).map_err(Fault::internal)?;
        let required = matters.into_iter().filter(|one| one.matter_id == matter);
        found.extend(required.map(|one| (id, row.name.clone(), one.material_code)));
    }
    Ok(found)
}
