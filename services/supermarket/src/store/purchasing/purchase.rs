//! `purchase`: query columns of purchases.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, ExprTrait as _, QueryOrder, QuerySelect, Select};
use tongban_contracts::purchases::{FundSource, SelectionMethod, StopGround};
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::Stored;

use crate::domain::figures::Bought;
use crate::domain::honour::Past;
use crate::domain::purchase::selection::next_due;
use crate::domain::purchase::state::Rating;
use crate::domain::purchase::{Purchase, Stage};

/// One purchase.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: String,
    pub project_name: String,
    /// The body that buys, or the account.
    pub owner: String,
    pub owner_account: String,
    pub owner_name: String,
    pub service: String,
    pub service_name: String,
    pub region: String,
    pub fund_source: String,
    pub method: String,
    pub stage: String,
    pub budget_fen: i64,
    /// Microseconds since 1970, as all moments here.
    pub published_at: i64,
    pub registration_until: i64,
    /// When the clock may bring something; absent when it cannot.
    pub next_due: Option<i64>,
    /// Agencies that registered, with a space between them.
    pub registered: String,
    /// The agency awarded.
    pub agency: Option<String>,
    pub agency_name: Option<String>,
    pub award_fen: Option<i64>,
    pub awarded_at: Option<i64>,
    pub contract_at: Option<i64>,
    pub completed_at: Option<i64>,
    /// Whole days from the confirmed contract to the accepted result.
    pub service_days: Option<i32>,
    /// When the service was completed or stopped.
    pub ended_at: Option<i64>,
    /// The owner's overall mark, when it was given.
    pub overall: Option<i32>,
    pub rating_defaulted: bool,
    /// Whether an officer found a breach of the agency.
    pub breach: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Purchase {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let micros = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_micros());
        let requirement = &self.requirement;
        let registered: Vec<&str> =
            self.registrations.iter().map(|one| one.registration.agency.as_str()).collect();
        let days = self.contract_confirmed_at.zip(self.completed_at);
        let days = days.map(|(from, to)| i32::try_from((to - from).num_days()).unwrap_or(i32::MAX));
        let overall = match &self.rating {
            Some(Rating::Given { marks, .. }) => Some(i32::from(marks.overall)),
            Some(Rating::Default { .. }) | None => None,
        };
        let breach = self.stop.as_ref().is_some_and(|stop| {
            stop.ground == StopGround::AgencyBreach && stop.found == Some(true)
        });
        let ended = self.completed_at.or_else(|| self.stop.as_ref().map(|stop| stop.at));
        ActiveModel {
            id: Set(id.to_owned()),
            number: Set(requirement.number.clone()),
            project_name: Set(requirement.project_name.clone()),
            owner: Set(self.owner.key().to_owned()),
            owner_account: Set(self.owner.account.clone()),
            owner_name: Set(self.owner.name.clone()),
            service: Set(requirement.service.clone()),
            service_name: Set(requirement.service_name.clone()),
            region: Set(requirement.region.to_string()),
            fund_source: Set(fund_code(requirement.fund_source).to_owned()),
            method: Set(method_code(requirement.method).to_owned()),
            stage: Set(self.stage.code().to_owned()),
            budget_fen: Set(requirement.budget_fen),
            published_at: Set(self.published_at.timestamp_micros()),
            registration_until: Set(requirement.registration_until.timestamp_micros()),
            next_due: Set(micros(next_due(self))),
            registered: Set(registered.join(" ")),
            agency: Set(self.award.as_ref().map(|award| award.agency.clone())),
            agency_name: Set(self.award.as_ref().map(|award| award.name.clone())),
            award_fen: Set(self.award.as_ref().map(|award| award.price_fen)),
            awarded_at: Set(micros(self.awarded_at)),
            contract_at: Set(micros(self.contract_confirmed_at)),
            completed_at: Set(micros(self.completed_at)),
            service_days: Set(days),
            ended_at: Set(micros(ended)),
            overall: Set(overall),
            rating_defaulted: Set(matches!(self.rating, Some(Rating::Default { .. }))),
            breach: Set(breach),
        }
    }
}

/// The stable code of a method.
pub const fn method_code(method: SelectionMethod) -> &'static str {
    match method {
        SelectionMethod::RandomDraw => "random_draw",
        SelectionMethod::LowestPrice => "lowest_price",
        SelectionMethod::NearestMean => "nearest_mean",
        SelectionMethod::CreditChoice => "credit_choice",
        SelectionMethod::DirectChoice => "direct_choice",
    }
}

const fn fund_code(fund: FundSource) -> &'static str {
    match fund {
        FundSource::Public => "public",
        FundSource::Private => "private",
    }
}

/// What purchases are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// Where they stand.
    pub stage: Option<Stage>,
    /// Of which service.
    pub service: Option<&'a str>,
    /// In a region and everything below.
    pub region: Option<&'a RegionCode>,
    /// By whom.
    pub owner: Option<&'a str>,
    /// By which account.
    pub account: Option<&'a str>,
}

/// The newest first; with a region, region by region.
pub async fn newest(db: &Db, search: &Search<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find();
    if let Some(stage) = search.stage {
        query = query.filter(Column::Stage.eq(stage.code()));
    }
    if let Some(service) = search.service {
        query = query.filter(Column::Service.eq(service));
    }
    if let Some(owner) = search.owner {
        query = query.filter(Column::Owner.eq(owner));
    }
    if let Some(account) = search.account {
        query = query.filter(Column::OwnerAccount.eq(account));
    }
    let query = match search.region {
        Some(region) => {
            let place = [Column::Region, Column::PublishedAt, Column::Id];
            paging::by_region(query, place, region, page)?
        }
        None => paging::falling::<_, i64>(query, Column::PublishedAt, Column::Id, page)?,
    };
    let rows = query.limit(page.limit() + 1).all(db.read()).await.map_err(tongban_db::to_fault)?;
    let key = |row: &Model| match search.region {
        Some(_) => format!("{}~{}~{}", row.region, row.published_at, row.id),
        None => format!("{}~{}", row.published_at, row.id),
    };
    Ok(Page::cut(rows, page.limit(), key))
}

/// These purchases, by identifier.
pub async fn of(db: &Db, ids: &[String]) -> Result<Vec<Model>, Fault> {
    let query = Entity::find().filter(tongban_db::among(Column::Id, ids));
    query.all(db.read()).await.map_err(tongban_db::to_fault)
}

/// Those the clock may bring something for by `now`: identifiers, the longest due first, after the key of the round's
/// page before.
pub async fn due(
    db: &Db,
    now: DateTime<Utc>,
    after: Option<&(i64, String)>,
) -> Result<Vec<(i64, String)>, Fault> {
    let mut query = Entity::find().filter(Column::NextDue.lte(now.timestamp_micros()));
    if let Some((at, id)) = after {
        let place = Expr::tuple([Expr::col(Column::NextDue), Expr::col(Column::Id)]);
        query = query.filter(place.gt(Expr::tuple([Expr::val(*at), Expr::val(id)])));
    }
    let found: Vec<(Option<i64>, String)> = query
        .select_only()
        .columns([Column::NextDue, Column::Id])
        .order_by_asc(Column::NextDue)
        .order_by_asc(Column::Id)
        .limit(200)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(found.into_iter().filter_map(|(at, id)| Some((at?, id))).collect())
}

/// Whether `account` bought `service` here: a contract for it was confirmed.
pub async fn bought_here(
    connection: &impl ConnectionTrait,
    account: &str,
    service: &str,
) -> Result<bool, DbErr> {
    let found = Entity::find()
        .filter(Column::OwnerAccount.eq(account))
        .filter(Column::Service.eq(service))
        .filter(Column::ContractAt.is_not_null())
        .select_only()
        .column(Column::Id)
        .into_tuple::<String>()
        .one(connection)
        .await?;
    Ok(found.is_some())
}

/// An agency's services that ended after `from`, as the rule of the lists asks for them.
pub async fn past(
    connection: &impl ConnectionTrait,
    agency: &str,
    from: DateTime<Utc>,
) -> Result<Vec<Past>, DbErr> {
    let rows = Entity::find()
        .filter(Column::Agency.eq(agency))
        .filter(Column::EndedAt.gt(from.timestamp_micros()))
        .order_by_asc(Column::EndedAt)
        .all(connection)
        .await?;
    let past = rows.into_iter().map(|row| Past {
        ended_at: moment(row.ended_at.unwrap_or_default()),
        completed: row.completed_at.is_some(),
        overall: row.overall.and_then(|mark| u8::try_from(mark).ok()),
        breach: row.breach,
        purchase: row.id,
    });
    Ok(past.collect())
}

/// Purchases published between two moments, for figures: at most `most` and one more.
pub async fn between(
    db: &Db,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    region: Option<&RegionCode>,
    owner: Option<&str>,
    most: u64,
) -> Result<Vec<Bought>, Fault> {
    let mut query: Select<Entity> = Entity::find()
        .filter(Column::PublishedAt.gte(from.timestamp_micros()))
        .filter(Column::PublishedAt.lt(to.timestamp_micros()));
    if let Some(region) = region {
        query = query.filter(paging::within(Column::Region, region));
    }
    if let Some(owner) = owner {
        query = query.filter(Column::Owner.eq(owner));
    }
    let rows = query
        .order_by_asc(Column::PublishedAt)
        .order_by_asc(Column::Id)
        .limit(most + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(bought).collect())
}

fn bought(row: Model) -> Bought {
    let registered: BTreeSet<String> =
        row.registered.split_whitespace().map(str::to_owned).collect();
    let award = match (row.agency, row.award_fen, row.awarded_at) {
        (Some(agency), Some(price), Some(at)) => Some((agency, price, moment(at))),
        _ => None,
    };
    Bought {
        purchase: row.id,
        owner: row.owner,
        budget_fen: row.budget_fen,
        published_at: moment(row.published_at),
        registered,
        award,
        contract_at: row.contract_at.map(moment),
        completed_at: row.completed_at.map(moment),
    }
}

/// A moment of a column.
pub fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
