//! `link`: query columns of links.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, ExprTrait as _, QueryOrder, QuerySelect, Select};
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role};
use tongban_ledger::Stored;

use crate::domain::link::{Link, LinkState, link_id};

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agency_id: String,
    pub agency_name: String,
    pub agency_account: String,
    pub service_id: String,
    pub service_name: String,
    pub industry_body: String,
    pub escalated_to: Option<String>,
    pub region: String,
    pub state: String,
    pub due: NaiveDate,
    pub valid_through: Option<NaiveDate>,
    /// Microseconds since 1970 of the last request or decision.
    pub changed_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Link {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let request = &self.request;
        let changed = self.outcome.as_ref().map_or(self.requested_at, |outcome| outcome.at);
        ActiveModel {
            id: Set(id.to_owned()),
            agency_id: Set(request.agency_id.to_string()),
            agency_name: Set(request.agency_name.clone()),
            agency_account: Set(request.agency_account.clone()),
            service_id: Set(request.service_id.to_string()),
            service_name: Set(request.service_name.clone()),
            industry_body: Set(request.industry_body.id.clone()),
            escalated_to: Set(self.escalated_to.as_ref().map(|body| body.id.clone())),
            region: Set(request.region.to_string()),
            state: Set(self.state.code().to_owned()),
            due: Set(request.due),
            valid_through: Set(self.valid_through),
            changed_at: Set(changed.timestamp_micros()),
        }
    }
}

/// Whether an agency is linked to a service.
pub async fn approved(
    connection: &impl ConnectionTrait,
    agency: Uuid,
    service: Uuid,
) -> Result<bool, Fault> {
    let found = Entity::find_by_id(link_id(agency, service).to_string())
        .filter(Column::State.eq(LinkState::Approved.code()))
        .one(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(found.is_some())
}

/// Which links a caller may list; there is no way to build one that reaches further.
pub struct Scope(Select<Entity>);

impl Scope {
    /// What waits for a reviewer: of the own body, and what was escalated to it. For managers and supervisors,
    /// everything of the region that waits.
    ///
    /// # Errors
    /// When the officer has no body or region.
    pub fn of_officer(officer: &Principal) -> Result<Self, Fault> {
        let (Some(body), Some(region)) = (&officer.body, &officer.region) else {
            return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
        };
        let mut query = Entity::find()
            .filter(Column::State.eq(LinkState::Pending.code()))
            .filter(paging::within(Column::Region, region));
        let oversees = [Role::MarketManager, Role::Supervisor];
        if !oversees.iter().any(|role| officer.roles.contains(role)) {
            query = query
                .filter(Column::IndustryBody.eq(body).or(Column::EscalatedTo.eq(body.as_str())));
        }
        Ok(Self(query))
    }

    /// Only those beyond their limit on `day`.
    #[must_use]
    pub fn overdue(self, day: NaiveDate) -> Self {
        Self(self.0.filter(Column::Due.lt(day)))
    }

    /// What is due soonest, or overdue longest, first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn most_urgent(self, db: &Db, page: &PageQuery) -> Result<Page<Model>, Fault> {
        let rows = paging::rising::<_, NaiveDate>(self.0, Column::Due, Column::Id, page)?
            .limit(page.limit() + 1)
            .all(db.read())
            .await
            .map_err(tongban_db::to_fault)?;
        Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.due, row.id)))
    }
}

/// The links of one agency, the last changed first.
pub async fn of_agency(db: &Db, agency: &str, page: &PageQuery) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::AgencyId.eq(agency)), page).await
}

/// The agencies linked to one service, the last linked first.
pub async fn of_service(db: &Db, service: Uuid, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let query = Entity::find()
        .filter(Column::ServiceId.eq(service.to_string()))
        .filter(Column::State.eq(LinkState::Approved.code()));
    newest(db, query, page).await
}

async fn newest(db: &Db, query: Select<Entity>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let rows = paging::falling::<_, i64>(query, Column::ChangedAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.changed_at, row.id)))
}

/// Requests whose limit passed before `day`, not yet escalated; some at a time.
pub async fn silent(db: &Db, day: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    let query = Entity::find()
        .filter(Column::State.eq(LinkState::Pending.code()))
        .filter(Column::EscalatedTo.is_null())
        .filter(Column::Due.lt(day));
    ids(db, query, limit).await
}

/// Approved links whose qualifications ended before `day`; some at a time.
pub async fn run_out(db: &Db, day: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    let query = Entity::find()
        .filter(Column::State.eq(LinkState::Approved.code()))
        .filter(Column::ValidThrough.lt(day));
    ids(db, query, limit).await
}

async fn ids(db: &Db, query: Select<Entity>, limit: u64) -> Result<Vec<String>, Fault> {
    let query = query.select_only().column(Column::Id).order_by_asc(Column::Id).limit(limit);
    query.into_tuple().all(db.read()).await.map_err(tongban_db::to_fault)
}

/// Links that are open, of an agency or a service.
pub async fn open_of(
    connection: &impl ConnectionTrait,
    column: Column,
    id: &str,
) -> Result<Vec<String>, Fault> {
    let open = [LinkState::Pending.code(), LinkState::Approved.code()];
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(column.eq(id))
        .filter(Column::State.is_in(open))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}
