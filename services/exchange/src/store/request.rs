//! `data_request`: query columns of requests.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use tongban_contracts::exchange::RequestStep;
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal};
use tongban_ledger::Stored;

use super::{own_body, own_region};
use crate::domain::request::Request;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub body: String,
    pub body_name: String,
    pub resource_id: String,
    pub resource_name: String,
    pub source_body: String,
    /// Region of the resource.
    pub region: String,
    pub stage: String,
    /// What it waits for: the source body or the authority.
    pub waits_for: Option<String>,
    /// Last day for that.
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told.
    pub overdue: bool,
    /// Microseconds since 1970.
    pub filed_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who has to act next.
const SOURCE: &str = "source";
const AUTHORITY: &str = "authority";

impl Stored for Request {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let filed = &self.filed;
        let waits_for = self.waits_for().map(|step| match step {
            RequestStep::Answer | RequestStep::Negotiation => SOURCE.to_owned(),
            RequestStep::Ruling => AUTHORITY.to_owned(),
        });
        ActiveModel {
            id: Set(id.to_owned()),
            body: Set(filed.body.id.clone()),
            body_name: Set(filed.body.name.clone()),
            resource_id: Set(filed.resource_id.to_string()),
            resource_name: Set(filed.resource_name.clone()),
            source_body: Set(filed.source_body.id.clone()),
            region: Set(filed.resource_region.to_string()),
            stage: Set(self.stage.code().to_owned()),
            waits_for: Set(waits_for),
            due: Set(self.due),
            overdue: Set(self.overdue),
            filed_at: Set(self.filed_at.timestamp_micros()),
        }
    }
}

/// Which requests a caller may list, and in which order; there is no way to build one that reaches further.
pub struct Scope {
    query: Select<Entity>,
    urgent: bool,
}

impl Scope {
    /// Those of the own body, the newest first.
    ///
    /// # Errors
    /// For everybody but stewards.
    pub fn asked(actor: &Principal) -> Result<Self, Fault> {
        let query = Entity::find().filter(Column::Body.eq(own_body(actor)?));
        Ok(Self { query, urgent: false })
    }

    /// Those for data of the own body, the newest first.
    ///
    /// # Errors
    /// For everybody but stewards.
    pub fn received(actor: &Principal) -> Result<Self, Fault> {
        let query = Entity::find().filter(Column::SourceBody.eq(own_body(actor)?));
        Ok(Self { query, urgent: false })
    }

    /// Those that wait for the own body's answer, the most urgent first.
    ///
    /// # Errors
    /// For everybody but stewards.
    pub fn to_answer(actor: &Principal) -> Result<Self, Fault> {
        let query = Entity::find()
            .filter(Column::SourceBody.eq(own_body(actor)?))
            .filter(Column::WaitsFor.eq(SOURCE));
        Ok(Self { query, urgent: true })
    }

    /// Those of the region that wait for a ruling, the most urgent first.
    ///
    /// # Errors
    /// For everybody but the authority and supervisors.
    pub fn to_rule(actor: &Principal) -> Result<Self, Fault> {
        let query = Entity::find()
            .filter(Column::WaitsFor.eq(AUTHORITY))
            .filter(paging::within(Column::Region, own_region(actor)?));
        Ok(Self { query, urgent: true })
    }

    /// Those of the region that wait beyond their limit, the longest first.
    ///
    /// # Errors
    /// For everybody but the authority and supervisors.
    pub fn overdue(actor: &Principal) -> Result<Self, Fault> {
        let query = Entity::find()
            .filter(Column::Overdue.eq(true))
            .filter(paging::within(Column::Region, own_region(actor)?));
        Ok(Self { query, urgent: true })
    }

    /// One page.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn page(self, db: &Db, page: &PageQuery) -> Result<Page<Model>, Fault> {
        let query = if self.urgent {
            paging::rising::<_, NaiveDate>(self.query, Column::Due, Column::Id, page)?
        } else {
            paging::falling::<_, i64>(self.query, Column::FiledAt, Column::Id, page)?
        };
        let rows =
            query.limit(page.limit() + 1).all(db.read()).await.map_err(tongban_db::to_fault)?;
        let urgent = self.urgent;
        Ok(Page::cut(rows, page.limit(), |row| match row.due {
            Some(due) if urgent => format!("{due}~{}", row.id),
            _ => format!("{}~{}", row.filed_at, row.id),
        }))
    }
}

/// Requests whose limit passed before `day`, not yet told; some at a time.
pub async fn late(db: &Db, day: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Overdue.eq(false))
        .filter(Column::Due.lt(day))
        .order_by_asc(Column::Due)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
