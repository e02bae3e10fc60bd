//! `inspection_plan`: query columns of plans.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode};
use tongban_ledger::Stored;

use super::{before, cursor};
use crate::domain::plan::{Plan, PlanStage};
use crate::domain::pool::code_of;

/// One plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub kind: String,
    pub year: i32,
    pub body: String,
    pub body_name: String,
    pub region: String,
    pub stage: String,
    pub tasks: i32,
    /// Microseconds since 1970.
    pub drafted_at: i64,
    /// Microseconds since 1970.
    pub published_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Plan {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let plan = &self.plan;
        ActiveModel {
            id: Set(id.to_owned()),
            name: Set(plan.name.clone()),
            kind: Set(code_of(&plan.kind)),
            year: Set(plan.year),
            body: Set(plan.body.clone()),
            body_name: Set(plan.body_name.clone()),
            region: Set(plan.region.to_string()),
            stage: Set(self.stage.code().to_owned()),
            tasks: Set(i32::try_from(plan.entries.len()).unwrap_or(i32::MAX)),
            drafted_at: Set(self.drafted_at.timestamp_micros()),
            published_at: Set(self.published_at.map(|at| at.timestamp_micros())),
        }
    }
}

/// Plans in force, the newest first: for everyone.
pub async fn published(
    db: &Db,
    region: Option<&RegionCode>,
    year: Option<i32>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::Stage.eq(PlanStage::Published.code()));
    if let Some(region) = region {
        query = within(query, region);
    }
    if let Some(year) = year {
        query = query.filter(Column::Year.eq(year));
    }
    if let Some((at, id)) = cursor::<i64>(page)? {
        query = query.filter(before(Column::PublishedAt, Column::Id, (at, id)));
    }
    let rows = query
        .order_by_desc(Column::PublishedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let key = |row: &Model| format!("{}~{}", row.published_at.unwrap_or_default(), row.id);
    Ok(Page::cut(rows, page.limit(), key))
}

/// Plans of the caller's body and region in any stage, the newest draft first.
///
/// # Errors
/// When the caller has no body or region.
pub async fn of_body(
    db: &Db,
    caller: &Principal,
    stage: Option<PlanStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let (Some(body), Some(region)) = (&caller.body, &caller.region) else {
        return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
    };
    let mut query = within(Entity::find().filter(Column::Body.eq(body)), region);
    if let Some(stage) = stage {
        query = query.filter(Column::Stage.eq(stage.code()));
    }
    if let Some((at, id)) = cursor::<i64>(page)? {
        query = query.filter(before(Column::DraftedAt, Column::Id, (at, id)));
    }
    let rows = query
        .order_by_desc(Column::DraftedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.drafted_at, row.id)))
}

fn within(query: Select<Entity>, region: &RegionCode) -> Select<Entity> {
    let (from, to) = region.range();
    query.filter(Column::Region.gte(from)).filter(Column::Region.lt(to))
}
