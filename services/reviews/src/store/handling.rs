//! `handling`: bad reviews and how far they are dealt with.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait as _, QueryOrder, QuerySelect, Select};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal, Role};
use tongban_ledger::Stored;

use super::cursor;
use crate::domain::handling::Handling;

/// One bad review.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "handling")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub review: String,
    pub case_number: String,
    pub matter_name: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    /// Those reviewed, a blank on either side of each.
    pub officers: String,
    pub stars: i32,
    pub stage: String,
    pub round: i32,
    /// Microseconds since 1970.
    pub received_at: i64,
    /// When the next clock runs out, in microseconds since 1970.
    pub due: Option<i64>,
    pub overdue: bool,
    pub escalations: i32,
    pub appealed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Handling {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let bad = &self.bad;
        let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        ActiveModel {
            id: Set(id.to_owned()),
            review: Set(bad.review.clone()),
            case_number: Set(bad.case_number.clone()),
            matter_name: Set(bad.matter_name.clone()),
            body: Set(bad.body.clone()),
            body_name: Set(bad.body_name.clone()),
            region: Set(bad.region.to_string()),
            officers: Set(format!(" {} ", bad.officers.join(" "))),
            stars: Set(i32::from(bad.stars)),
            stage: Set(self.stage.code().to_owned()),
            round: Set(number(self.round)),
            received_at: Set(self.received_at.timestamp_micros()),
            due: Set(self.next_due().map(|(_, end)| end.timestamp_micros())),
            overdue: Set(self.is_overdue()),
            escalations: Set(number(self.escalations)),
            appealed: Set(self.appeal.as_ref().is_some_and(|appeal| appeal.upheld.is_none())),
        }
    }
}

/// Which bad reviews a caller may list; there is no way to build one that reaches further.
pub struct Scope(Select<Entity>);

impl Scope {
    /// Those of a supervisor's region; of anyone else, those of the own body there; never those about oneself.
    pub fn of(reader: &Principal) -> Self {
        let region = reader.region.as_ref().map_or("none", |region| region.prefix());
        let mut query = Entity::find()
            .filter(Column::Region.starts_with(region))
            .filter(Column::Officers.contains(format!(" {} ", reader.account)).not());
        if !reader.roles.contains(&Role::Supervisor) {
            query = query.filter(Column::Body.eq(reader.body.as_deref().unwrap_or_default()));
        }
        Self(query)
    }
}

/// What is wanted of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// At one stage.
    pub stage: Option<&'a str>,
    /// Only those with something late.
    pub overdue: bool,
    /// Only those with an open appeal.
    pub appealed: bool,
}

/// The newest first.
pub async fn newest(
    db: &Db,
    scope: Scope,
    wanted: Wanted<'_>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let Scope(mut query) = scope;
    if let Some(stage) = wanted.stage {
        query = query.filter(Column::Stage.eq(stage));
    }
    if wanted.overdue {
        query = query.filter(Column::Overdue.eq(true));
    }
    if wanted.appealed {
        query = query.filter(Column::Appealed.eq(true));
    }
    if let Some((at, id)) = cursor::<i64>(page)? {
        let same = Column::ReceivedAt.eq(at).and(Column::Id.lt(id));
        query = query.filter(Column::ReceivedAt.lt(at).or(same));
    }
    let rows = query
        .order_by_desc(Column::ReceivedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.received_at, row.id)))
}

/// Those whose next clock has run out.
pub async fn late(db: &Db, now: DateTime<Utc>, most: u64) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Due.lte(now.timestamp_micros()))
        .order_by_asc(Column::Due)
        .limit(most)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
