//! `objection`: query columns of objections to readings.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};
use tongban_db::{Db, among, paging};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, Principal};
use tongban_ledger::Stored;

use super::{own_body, own_region};
use crate::domain::objection::{Objection, ObjectionStage};

/// One objection.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "objection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Print of whom the reading was about.
    pub subject: String,
    /// Body that read.
    pub reader: String,
    pub reader_name: String,
    pub source_body: String,
    pub source_body_name: String,
    pub resource_name: String,
    pub region: String,
    pub stage: String,
    /// What was found last; nothing before the answer.
    pub finding: Option<String>,
    /// Last day of the step it waits for; nothing when it waits for nobody.
    pub due: Option<NaiveDate>,
    /// Whether that day passed and was told.
    pub overdue: bool,
    /// Whether the supervisor may decide.
    pub up: bool,
    /// Day after which something is to be told next.
    pub tells_after: Option<NaiveDate>,
    /// Microseconds since 1970.
    pub raised_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Objection {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let reading = &self.raised.reading;
        let said = self.decision.as_ref().or(self.answer.as_ref());
        ActiveModel {
            id: Set(id.to_owned()),
            subject: Set(self.raised.subject.clone()),
            reader: Set(reading.reader.id.clone()),
            reader_name: Set(reading.reader.name.clone()),
            source_body: Set(reading.source_body.id.clone()),
            source_body_name: Set(reading.source_body.name.clone()),
            resource_name: Set(reading.resource_name.clone()),
            region: Set(reading.region.to_string()),
            stage: Set(self.stage().code().to_owned()),
            finding: Set(said.map(|said| said.finding.code().to_owned())),
            due: Set(self.waits_for().map(|(_, due)| due)),
            overdue: Set(self.overdue),
            up: Set(self.is_up()),
            tells_after: Set(self.tells_after()),
            raised_at: Set(self.raised_at.timestamp_micros()),
        }
    }
}

/// Objections about the data of whoever's document has this print, the newest first.
pub async fn own(
    db: &Db,
    print: &str,
    stage: Option<ObjectionStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::Subject.eq(print)), stage, page).await
}

/// Objections to what the own body read, the newest first.
pub async fn received(
    db: &Db,
    actor: &Principal,
    stage: Option<ObjectionStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::Reader.eq(own_body(actor)?)), stage, page).await
}

/// Objections to what others read of the own body's data, the newest first.
pub async fn of_data(
    db: &Db,
    actor: &Principal,
    stage: Option<ObjectionStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    newest(db, Entity::find().filter(Column::SourceBody.eq(own_body(actor)?)), stage, page).await
}

/// Every objection in the own region, the newest first.
pub async fn in_region(
    db: &Db,
    actor: &Principal,
    stage: Option<ObjectionStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let region = paging::within(Column::Region, own_region(actor)?);
    newest(db, Entity::find().filter(region), stage, page).await
}

/// What a supervisor of the own region may decide, the longest due first.
pub async fn to_decide(
    db: &Db,
    actor: &Principal,
    stage: Option<ObjectionStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let query = Entity::find()
        .filter(Column::Up.eq(true))
        .filter(paging::within(Column::Region, own_region(actor)?));
    let rows = paging::rising::<_, NaiveDate>(at(query, stage), Column::Due, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let key = |row: &Model| format!("{}~{}", row.due.unwrap_or_default(), row.id);
    Ok(Page::cut(rows, page.limit(), key))
}

fn at(query: Select<Entity>, stage: Option<ObjectionStage>) -> Select<Entity> {
    match stage {
        Some(stage) => query.filter(Column::Stage.eq(stage.code())),
        None => query,
    }
}

async fn newest(
    db: &Db,
    query: Select<Entity>,
    stage: Option<ObjectionStage>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let rows = paging::falling::<_, i64>(at(query, stage), Column::RaisedAt, Column::Id, page)?
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.raised_at, row.id)))
}

/// Those of the objections that there are.
pub async fn among_these(db: &Db, ids: &[String]) -> Result<Vec<Model>, Fault> {
    Entity::find().filter(among(Column::Id, ids)).all(db.read()).await.map_err(tongban_db::to_fault)
}

/// Objections of which something is to be told, since a limit passed before `day`; some at a time.
pub async fn late(db: &Db, day: NaiveDate, limit: u64) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::TellsAfter.lt(day))
        .order_by_asc(Column::TellsAfter)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
