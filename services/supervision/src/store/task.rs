//! `inspection_task`: query columns of tasks.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role};
use tongban_ledger::Stored;

use super::{beyond, cursor, words};
use crate::domain::task::{Task, TaskStage};

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub plan: String,
    pub name: String,
    pub year: i32,
    pub lead: String,
    /// Codes of all bodies, each with a blank on either side.
    pub bodies: String,
    pub region: String,
    pub stage: String,
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
    /// Objects drawn.
    pub number: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Task {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let entry = self.entry();
        let bodies = entry.bodies.iter().map(|body| body.body.as_str());
        ActiveModel {
            id: Set(id.to_owned()),
            plan: Set(self.task.plan.clone()),
            name: Set(entry.name.clone()),
            year: Set(self.task.year),
            lead: Set(self.lead().map(|body| body.body.clone()).unwrap_or_default()),
            bodies: Set(words(bodies)),
            region: Set(entry.region.to_string()),
            stage: Set(self.stage.code().to_owned()),
            from_day: Set(entry.from),
            until_day: Set(entry.until),
            number: Set(i64::try_from(self.number).unwrap_or(i64::MAX)),
        }
    }
}

/// What tasks are looked for by.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// The plan.
    pub plan: Option<&'a str>,
    /// The stage.
    pub stage: Option<TaskStage>,
}

/// Tasks in the caller's region, those that end soonest first: of the own body, or, for supervisors, of all.
///
/// # Errors
/// When the caller has no body or region.
pub async fn search(
    db: &Db,
    caller: &Principal,
    search: &Search<'_>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let (Some(body), Some(region)) = (&caller.body, &caller.region) else {
        return Err(Fault::forbidden("not_your_body", "您的账号没有所属单位或管辖区域"));
    };
    let (from, to) = region.range();
    let mut query = Entity::find().filter(Column::Region.gte(from)).filter(Column::Region.lt(to));
    if !caller.roles.contains(&Role::Supervisor) {
        query = query.filter(Column::Bodies.contains(format!(" {body} ")));
    }
    if let Some(plan) = search.plan {
        query = query.filter(Column::Plan.eq(plan));
    }
    if let Some(stage) = search.stage {
        query = query.filter(Column::Stage.eq(stage.code()));
    }
    if let Some((day, id)) = cursor::<NaiveDate>(page)? {
        query = query.filter(beyond(Column::UntilDay, Column::Id, (day, id)));
    }
    let rows = query
        .order_by_asc(Column::UntilDay)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.until_day, row.id)))
}

/// Identifiers of some tasks in a stage.
pub async fn in_stage(db: &Db, stage: TaskStage, most: u64) -> Result<Vec<String>, Fault> {
    let rows = Entity::find()
        .filter(Column::Stage.eq(stage.code()))
        .order_by_asc(Column::UntilDay)
        .limit(most)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
