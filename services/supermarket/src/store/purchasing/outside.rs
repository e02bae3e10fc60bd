//! `outside`: query columns of purchases outside.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use tongban_db::{Db, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role};
use tongban_ledger::Stored;

use crate::domain::outside::{Outside, OutsideStage};

/// One purchase outside.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outside")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub body: String,
    pub region: String,
    pub stage: String,
    pub escalated: bool,
    /// Microseconds since 1970.
    pub found_at: i64,
    /// Last day for the answer; absent once there is one.
    pub due: Option<NaiveDate>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Outside {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let open = self.stage == OutsideStage::Open;
        ActiveModel {
            id: Set(id.to_owned()),
            body: Set(self.found.body.clone()),
            region: Set(self.found.region.to_string()),
            stage: Set(self.stage.code().to_owned()),
            escalated: Set(self.escalated),
            found_at: Set(self.found_at.timestamp_micros()),
            due: Set(open.then_some(self.found.answer_due)),
        }
    }
}

/// Which of them an officer may list; there is no way to build one that reaches further.
pub struct Scope(Select<Entity>);

impl Scope {
    /// Those of the officer's region and below: of all bodies for those who manage the market, else of the own body.
    ///
    /// # Errors
    /// When the officer has no region or body.
    pub fn of(officer: &Principal) -> Result<Self, Fault> {
        let none = || Fault::forbidden("not_your_region", "您的账号没有所属单位或管辖区域");
        let region = officer.region.as_ref().ok_or_else(none)?;
        let query = Entity::find().filter(paging::within(Column::Region, region));
        if officer.roles.contains(&Role::MarketManager) {
            return Ok(Self(query));
        }
        let body = officer.body.as_ref().ok_or_else(none)?;
        Ok(Self(query.filter(Column::Body.eq(body))))
    }
}

/// Identifiers, the newest first, of one body or one stage on demand.
pub async fn newest(
    db: &Db,
    scope: Scope,
    body: Option<&str>,
    stage: Option<OutsideStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    if let Some(body) = body {
        query = query.filter(Column::Body.eq(body));
    }
    if let Some(stage) = stage {
        query = query.filter(Column::Stage.eq(stage.code()));
    }
    let rows = paging::falling::<_, i64>(query, Column::FoundAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.found_at, row.id)))
}

/// Those whose day is over and not yet noted.
pub async fn late(db: &Db, today: NaiveDate) -> Result<Vec<String>, Fault> {
    Entity::find()
        .filter(Column::Due.lt(today))
        .filter(Column::Escalated.eq(false))
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Due)
        .limit(500)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
