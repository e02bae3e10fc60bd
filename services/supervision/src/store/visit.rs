//! `visit` and `drawn_object`: which objects were drawn for a task, and whose visit they are part of.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, TryInsertResult};
use tongban_db::Db;
use tongban_kernel::Fault;
use tongban_kernel::page::{Page, PageQuery};

use super::cursor;

/// Rows written by one statement: SQLite takes 32,766 values.
const TOGETHER: usize = 1_000;

/// An object drawn for a task.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "visit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task: String,
    /// Place in the order of drawing, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    pub object: String,
    /// The visit in which it is inspected; empty until it was dispatched.
    pub inspection: String,
    /// Whether that is another task's visit.
    pub joined: bool,
    pub dispatched: bool,
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An object drawn for a matter.
pub mod drawn {
    use sea_orm::entity::prelude::*;

    /// One row for each matter of the task.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "drawn_object")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub object: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub matter: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub task: String,
        pub drawn_on: Date,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keeps who was drawn for a task; what is there already is left alone.
pub async fn record(
    connection: &impl ConnectionTrait,
    task: &str,
    objects: &[String],
    matters: &[&str],
    drawn_on: NaiveDate,
    term: (NaiveDate, NaiveDate),
) -> Result<(), Fault> {
    let visits = objects.iter().zip(0_i64..).map(|(object, place)| ActiveModel {
        task: Set(task.to_owned()),
        place: Set(place),
        object: Set(object.clone()),
        inspection: Set(String::new()),
        joined: Set(false),
        dispatched: Set(false),
        from_day: Set(term.0),
        until_day: Set(term.1),
    });
    let key = OnConflict::columns([Column::Task, Column::Place]).do_nothing().to_owned();
    insert::<Entity>(connection, visits.collect(), key).await?;
    let rows = objects.iter().flat_map(|object| {
        matters.iter().map(|matter| drawn::ActiveModel {
            object: Set(object.clone()),
            matter: Set((*matter).to_owned()),
            task: Set(task.to_owned()),
            drawn_on: Set(drawn_on),
        })
    });
    use drawn::Column as Drawn;
    let key =
        OnConflict::columns([Drawn::Object, Drawn::Matter, Drawn::Task]).do_nothing().to_owned();
    insert::<drawn::Entity>(connection, rows.collect(), key).await
}

async fn insert<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    rows: Vec<E::ActiveModel>,
    key: OnConflict,
) -> Result<(), Fault> {
    for some in rows.chunks(TOGETHER) {
        let insertion = E::insert_many(some.to_vec()).on_conflict(key.clone());
        match insertion.try_insert().exec_without_returning(connection).await {
            Ok(
                TryInsertResult::Inserted(_) | TryInsertResult::Conflicted | TryInsertResult::Empty,
            ) => {}
            Err(error) => return Err(tongban_db::to_fault(error)),
        }
    }
    Ok(())
}

/// The next objects of a task that have no visit yet, in the order of drawing.
pub async fn waiting(db: &Db, task: &str, most: u64) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::Task.eq(task))
        .filter(Column::Dispatched.eq(false))
        .order_by_asc(Column::Place)
        .limit(most)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// Visits of these objects that were dispatched for other tasks and overlap with a term: checks that can be
/// merged.
pub async fn others(
    connection: &impl ConnectionTrait,
    task: &str,
    objects: &[&str],
    term: (NaiveDate, NaiveDate),
) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::Object.is_in(objects.iter().copied()))
        .filter(Column::Task.ne(task))
        .filter(Column::Dispatched.eq(true))
        .filter(Column::UntilDay.gte(term.0))
        .filter(Column::FromDay.lte(term.1))
        .order_by_asc(Column::Task)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// Notes in whose visit an object is inspected.
pub async fn dispatched(
    connection: &impl ConnectionTrait,
    visit: &Model,
    inspection: &str,
    joined: bool,
) -> Result<(), Fault> {
    let change = ActiveModel {
        task: Set(visit.task.clone()),
        place: Set(visit.place),
        inspection: Set(inspection.to_owned()),
        joined: Set(joined),
        dispatched: Set(true),
        ..Default::default()
    };
    Entity::update(change).exec(connection).await.map(drop).map_err(tongban_db::to_fault)
}

/// How many of a task's objects have a visit of its own, and how many are part of another's.
pub async fn counts(connection: &impl ConnectionTrait, task: &str) -> Result<(u64, u64), Fault> {
    let all = Entity::find().filter(Column::Task.eq(task)).filter(Column::Dispatched.eq(true));
    let joined = all.clone().filter(Column::Joined.eq(true));
    let count = |query: Select<Entity>| async move {
        query.count(connection).await.map_err(tongban_db::to_fault)
    };
    let (all, joined) = (count(all).await?, count(joined).await?);
    Ok((all - joined, joined))
}

/// A task's objects in the order of drawing.
pub async fn of_task(db: &Db, task: &str, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::Task.eq(task));
    if let Some((place, _)) = cursor::<i64>(page)? {
        query = query.filter(Column::Place.gt(place));
    }
    let rows = query
        .order_by_asc(Column::Place)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.place, row.object)))
}

/// Identifiers of all objects of a task.
pub async fn objects_of(db: &Db, task: &str) -> Result<Vec<String>, Fault> {
    Entity::find()
        .select_only()
        .column(Column::Object)
        .filter(Column::Task.eq(task))
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
