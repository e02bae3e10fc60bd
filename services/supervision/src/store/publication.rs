//! `publication`: query columns of what is published.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait as _, QueryOrder, QuerySelect};
use tongban_contracts::publications::PublicationKind;
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, RegionCode, Role};
use tongban_ledger::Stored;

use super::{before, cursor};
use crate::domain::publication::{Publication, PublicationStage};

/// Stages in which a clock runs.
const RUNNING: [PublicationStage; 2] = [PublicationStage::Due, PublicationStage::Overruled];

/// One publication.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub number: String,
    pub title: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    pub subject_code: String,
    pub subject_name: String,
    pub natural_person: bool,
    pub result_code: Option<String>,
    pub stage: String,
    /// For its publication; where the decision on a penalty was changed, for its withdrawal.
    pub due: Option<NaiveDate>,
    pub overdue: bool,
    pub ended_on: NaiveDate,
    /// Microseconds since 1970.
    pub published_at: Option<i64>,
    pub shown_until: Option<NaiveDate>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Publication {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let duty = &self.duty;
        let kind = match duty.kind {
            PublicationKind::Inspection => "inspection",
            PublicationKind::Penalty => "penalty",
            PublicationKind::SmallPenalty => "small_penalty",
        };
        ActiveModel {
            id: Set(id.to_owned()),
            kind: Set(kind.to_owned()),
            number: Set(duty.number.clone()),
            title: Set(duty.title.clone()),
            body: Set(duty.body.clone()),
            body_name: Set(duty.body_name.clone()),
            region: Set(duty.region.to_string()),
            subject_code: Set(duty.subject_code.clone()),
            subject_name: Set(duty.subject_name.clone()),
            natural_person: Set(duty.natural_person),
            result_code: Set(duty.text.code.clone()),
            stage: Set(self.stage.code().to_owned()),
            due: Set(self.clock()),
            overdue: Set(self.clock_overdue()),
            ended_on: Set(duty.ended_on),
            published_at: Set(self.published_at.map(|at| at.timestamp_micros())),
            shown_until: Set(self.shown_until),
        }
    }
}

/// What anyone may look for among what is shown.
#[derive(Debug, Default)]
pub struct Wanted {
    /// One body.
    pub body: Option<String>,
    /// One subject, by its whole code: a natural person is found by nothing less.
    pub subject: Option<String>,
    /// A region: it and everything below.
    pub region: Option<RegionCode>,
}

/// What is shown on `today`, withdrawn things among it, the newest first.
pub async fn shown(
    db: &Db,
    wanted: &Wanted,
    today: NaiveDate,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find()
        .filter(Column::PublishedAt.is_not_null())
        .filter(Column::ShownUntil.gte(today));
    if let Some(body) = &wanted.body {
        query = query.filter(Column::Body.eq(body.as_str()));
    }
    if let Some(subject) = &wanted.subject {
        query = query.filter(Column::SubjectCode.eq(subject.as_str()));
    }
    if let Some(region) = &wanted.region {
        query = query.filter(Column::Region.starts_with(region.prefix()));
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

/// What an officer's body has still to publish or to withdraw, what is due soonest first; supervisors see their region's. Those
/// whose day is not known yet come last.
pub async fn waiting(
    db: &Db,
    actor: &Principal,
    overdue: Option<bool>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let region = actor.region.as_ref();
    let region = region.ok_or_else(|| Fault::forbidden("wrong_role", "您的账号没有管辖区域"))?;
    let mut query = Entity::find()
        .filter(Column::Stage.is_in(RUNNING.map(PublicationStage::code)))
        .filter(Column::Region.starts_with(region.prefix()));
    if !actor.roles.contains(&Role::Supervisor) {
        let body = actor.body.as_deref().unwrap_or_default();
        query = query.filter(Column::Body.eq(body));
    }
    if let Some(overdue) = overdue {
        query = query.filter(Column::Overdue.eq(overdue));
    }
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    let due = || Expr::col(Column::Due).if_null(last);
    if let Some((after, id)) = cursor::<NaiveDate>(page)? {
        let same = due().eq(after).and(Column::Id.gt(id));
        query = query.filter(due().gt(after).or(same));
    }
    let rows = query
        .order_by(due(), sea_orm::Order::Asc)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.due.unwrap_or(last), row.id)))
}

/// Some whose day went by before `today`, untold.
pub async fn late(db: &Db, today: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    let query = untold().filter(Column::Due.lt(today)).order_by_asc(Column::Due);
    ids(db, query, limit).await
}

/// Some whose day could not be computed, those after the identifier `after`.
pub async fn undated(db: &Db, after: &str, limit: u64) -> Result<Vec<String>, Fault> {
    let query = untold().filter(Column::Due.is_null()).filter(Column::Id.gt(after));
    ids(db, query.order_by_asc(Column::Id), limit).await
}

fn untold() -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Stage.is_in(RUNNING.map(PublicationStage::code)))
        .filter(Column::Overdue.eq(false))
}

async fn ids(db: &Db, query: sea_orm::Select<Entity>, limit: u64) -> Result<Vec<String>, Fault> {
    let rows = query.limit(limit).all(db.read()).await.map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many are overdue at a stage whose clock runs.
pub async fn count_overdue(db: &Db, stage: PublicationStage) -> Result<u64, Fault> {
    Entity::find()
        .filter(Column::Stage.eq(stage.code()))
        .filter(Column::Overdue.eq(true))
        .count(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
