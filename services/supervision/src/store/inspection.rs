//! `inspection`: query columns of visits.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, PrincipalKind, Role};
use tongban_ledger::Stored;

use super::{beyond, cursor};
use crate::domain::inspection::{Inspection, PartStage};

/// One visit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: String,
    pub task_id: String,
    pub task_name: String,
    pub object_code: String,
    pub object_name: String,
    pub object_account: Option<String>,
    pub region: String,
    /// Codes of all bodies, with a space between them.
    pub bodies: String,
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
    /// Whether any part waits for something.
    pub open: bool,
    /// The soonest day to correct by that has not been told of yet.
    pub correction_due: Option<NaiveDate>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Inspection {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let order = &self.order;
        let bodies: Vec<&str> = order.parts.iter().map(|part| part.body.as_str()).collect();
        let ends = [PartStage::Settled, PartStage::Received];
        let waiting = self.parts.iter().filter(|part| !part.lapsed);
        ActiveModel {
            id: Set(id.to_owned()),
            number: Set(order.number.clone()),
            task_id: Set(order.task_id.clone()),
            task_name: Set(order.task_name.clone()),
            object_code: Set(order.object.code.clone()),
            object_name: Set(order.object.name.clone()),
            object_account: Set(order.object.account.clone()),
            region: Set(order.object.region.to_string()),
            bodies: Set(bodies.join(" ")),
            from_day: Set(order.from),
            until_day: Set(order.until),
            open: Set(self.parts.iter().any(|part| !ends.contains(&part.stage))),
            correction_due: Set(waiting.filter_map(|part| part.correction_due()).min()),
        }
    }
}

/// Which visits a caller may list; there is no way to build one that reaches further.
pub struct Scope(sea_orm::Select<Entity>);

impl Scope {
    /// The scope of `actor`: the inspected its own, officers those their body takes part in, supervisors their
    /// region's.
    ///
    /// # Errors
    /// A refusal for officers without the role, body or region it takes.
    pub fn of(actor: &Principal) -> Result<Self, Fault> {
        if matches!(actor.kind, PrincipalKind::Citizen | PrincipalKind::Organisation) {
            let own = Column::ObjectAccount.eq(actor.account.as_str());
            return Ok(Self(Entity::find().filter(own)));
        }
        let region = actor.region.as_ref();
        let region =
            region.ok_or_else(|| Fault::forbidden("wrong_role", "您的账号没有管辖区域"))?;
        let query = Entity::find().filter(Column::Region.starts_with(region.prefix()));
        if actor.roles.contains(&Role::Supervisor) {
            return Ok(Self(query));
        }
        match &actor.body {
            Some(body) => Ok(Self(query.filter(Column::Bodies.contains(body.as_str())))),
            None => Err(Fault::forbidden("not_your_body", "您的账号没有所属单位")),
        }
    }
}

/// What is looked for.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Only those that wait for something, or only those that do not.
    pub open: Option<bool>,
    /// Only those of a task.
    pub task: Option<String>,
}

/// The visits in `scope`, those that end soonest first.
pub async fn list(
    db: &Db,
    scope: Scope,
    wanted: &Wanted,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    if let Some(open) = wanted.open {
        query = query.filter(Column::Open.eq(open));
    }
    if let Some(task) = &wanted.task {
        query = query.filter(Column::TaskId.eq(task.as_str()));
    }
    if let Some((until, id)) = cursor::<NaiveDate>(page)? {
        query = query.filter(beyond(Column::UntilDay, Column::Id, (until, id)));
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

/// Identifier of the visit with this number.
pub async fn by_number(db: &Db, number: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find().filter(Column::Number.eq(number)).one(db.read()).await;
    Ok(found.map_err(tongban_db::to_fault)?.map(|row| row.id))
}

/// Visits in which a day to correct by went by before `today`, untold.
pub async fn lapsed(db: &Db, today: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    let rows = Entity::find()
        .filter(Column::CorrectionDue.lt(today))
        .order_by_asc(Column::CorrectionDue)
        .limit(limit)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
