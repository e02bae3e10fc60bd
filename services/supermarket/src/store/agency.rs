//! `agency`: query columns of agencies.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::{Db, among, containing, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode, Role};
use tongban_ledger::Stored;

use crate::domain::agency::{Agency, Standing};
use crate::domain::expiry;

/// One agency.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agency")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub code: String,
    pub account: String,
    pub name: String,
    pub region: String,
    pub standing: String,
    /// Microseconds since 1970.
    pub registered_at: i64,
    /// Day on which the clock has something to note.
    pub next_end: Option<NaiveDate>,
    /// Whether an officer has something to decide.
    pub pending: bool,
    /// Microseconds since 1970; 0 when nothing waits.
    pub pending_since: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Agency {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let waiting = self.records.iter().filter(|one| one.is_pending());
        let since =
            waiting.map(|one| one.plea.as_ref().map_or(one.decided_at, |plea| plea.at)).min();
        ActiveModel {
            id: Set(id.to_owned()),
            code: Set(self.profile.code.clone()),
            account: Set(self.profile.account.clone()),
            name: Set(self.profile.name.clone()),
            region: Set(self.profile.region.to_string()),
            // A row follows from the state alone: what the clock ends, `KeepTime` writes here.
            standing: Set(self.standing_on(NaiveDate::MIN).code().to_owned()),
            registered_at: Set(self.registered_at.timestamp_micros()),
            next_end: Set(expiry::next(self)),
            pending: Set(since.is_some()),
            pending_since: Set(since.map_or(0, |at| at.timestamp_micros())),
        }
    }
}

/// What agencies are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// Credit code, or a part of the name.
    pub words: Option<&'a str>,
    /// Region: it and everything below.
    pub region: Option<&'a RegionCode>,
    /// Where they stand.
    pub standing: Option<Standing>,
}

/// Agencies, the newest first; with a region by region first, with words by name.
pub async fn search(db: &Db, search: &Search<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    if let Some(words) = search.words.map(str::trim).filter(|words| !words.is_empty()) {
        return by_name(db, search, words, page).await;
    }
    let standing = search.standing.unwrap_or(Standing::Active);
    let query = Entity::find().filter(Column::Standing.eq(standing.code()));
    if let Some(region) = search.region {
        let place = [Column::Region, Column::RegisteredAt, Column::Id];
        let rows = paging::by_region(query, place, region, page)?
            .limit(page.limit() + 1)
            .all(db.read())
            .await
            .map_err(tongban_db::to_fault)?;
        let key = |row: &Model| format!("{}~{}~{}", row.region, row.registered_at, row.id);
        return Ok(Page::cut(rows, page.limit(), key));
    }
    let rows = paging::falling::<_, i64>(query, Column::RegisteredAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.registered_at, row.id)))
}

/// A part of a name is looked for in the index of names alone; the rows found are fetched after.
async fn by_name(
    db: &Db,
    search: &Search<'_>,
    words: &str,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut rows = Entity::find()
        .filter(Column::Code.eq(words.to_uppercase()))
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    if rows.is_empty() {
        let query = Entity::find()
            .select_only()
            .columns([Column::Name, Column::Id])
            .filter(containing(db.read(), Column::Name, words));
        let found: Vec<(String, String)> =
            paging::rising::<_, String>(query, Column::Name, Column::Id, page)?
                .limit(page.limit() + 1)
                .into_tuple()
                .all(db.read())
                .await
                .map_err(tongban_db::to_fault)?;
        let ids: Vec<String> = found.into_iter().map(|(_, id)| id).collect();
        rows = Entity::find()
            .filter(among(Column::Id, &ids))
            .order_by_asc(Column::Name)
            .order_by_asc(Column::Id)
            .all(db.read())
            .await
            .map_err(tongban_db::to_fault)?;
    }
    let mut page = Page::cut(rows, page.limit(), |row| format!("{}~{}", row.name, row.id));
    let reach = |row: &Model| {
        search.standing.is_none_or(|standing| row.standing == standing.code())
            && search.region.is_none_or(|region| row.region.starts_with(region.prefix()))
    };
    page.items.retain(reach);
    Ok(page)
}

/// The agency that an account acts for.
pub async fn by_account(db: &Db, account: &str) -> Result<Option<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Account.eq(account))
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// Agencies about which an officer has something to decide.
pub struct Waiting(sea_orm::Select<Entity>);

impl Waiting {
    /// Those within the reach of a manager of the supermarket or a supervisor.
    ///
    /// # Errors
    /// `no_region` for somebody without a region.
    pub fn reach_of(actor: &Principal) -> Result<Self, Fault> {
        let oversees = [Role::MarketManager, Role::Supervisor];
        let region = actor
            .region
            .as_ref()
            .filter(|_| oversees.iter().any(|role| actor.roles.contains(role)));
        let region = region.ok_or_else(|| Fault::forbidden("no_region", "您的账号没有管辖区域"))?;
        let query = Entity::find()
            .filter(Column::Pending.eq(true))
            .filter(paging::within(Column::Region, region));
        Ok(Self(query))
    }

    /// One page, what has waited longest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn page(self, db: &Db, page: &PageQuery) -> Result<Page<Model>, Fault> {
        let rows = paging::rising::<_, i64>(self.0, Column::PendingSince, Column::Id, page)?
            .limit(page.limit() + 1)
            .all(db.read())
            .await
            .map_err(tongban_db::to_fault)?;
        Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.pending_since, row.id)))
    }
}

/// Agencies for which the clock has something to note by `day`, some at a time.
pub async fn ending(db: &Db, day: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::NextEnd.lt(day))
        .order_by_asc(Column::NextEnd)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
