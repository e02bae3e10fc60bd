//! `export_record`: what goes to other platforms, and how far each record has come.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, ExprTrait as _, IntoActiveModel as _, QueryOrder, QuerySelect};
use sea_orm_migration::prelude::{Index, IndexCreateStatement, Table, TableCreateStatement};
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, text, text_null};
use tongban_db::{Db, among};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, FaultKind};

/// How far a record has come (推送状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportState {
    /// 待推送: not handed over yet, or to be handed over again.
    Waiting,
    /// 已送达: the receiver took it.
    Delivered,
    /// 已接收: the receiver's list says that it accepted it.
    Accepted,
    /// 被退回: the receiver rejected it; somebody has to look.
    Rejected,
}

impl ExportState {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// One record for one receiver.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "export_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// Identifies it for the receiver.
    pub id: String,
    /// For whom.
    pub target: String,
    /// The publication it tells of.
    pub subject: String,
    /// Place in the publication's history that it tells of.
    pub version: i64,
    /// The record, as it is sent.
    pub body: String,
    /// SM3 of the body, in hexadecimal.
    pub digest: String,
    /// Code of its [`ExportState`].
    pub state: String,
    /// How often it was handed over, or tried to be.
    pub attempts: i32,
    /// Not before, in microseconds since 1970.
    pub next_at: i64,
    /// What the receiver, or the attempt to reach it, said last.
    pub answer: Option<String>,
    /// Microseconds since 1970.
    pub created_at: i64,
    /// Microseconds since 1970.
    pub delivered_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The table, for a service's migration.
pub fn table() -> TableCreateStatement {
    Table::create()
        .table("export_record")
        .col(string("id").primary_key())
        .col(string("target"))
        .col(string("subject"))
        .col(big_integer("version"))
        .col(text("body"))
        .col(string("digest"))
        .col(string("state"))
        .col(integer("attempts"))
        .col(big_integer("next_at"))
        .col(text_null("answer"))
        .col(big_integer("created_at"))
        .col(big_integer_null("delivered_at"))
        .to_owned()
}

/// Its indexes.
pub fn indexes() -> [IndexCreateStatement; 2] {
    let index = |name: &'static str, columns: [&'static str; 3]| {
        let mut index = Index::create().name(name).table("export_record").to_owned();
        for column in columns {
            index.col(column);
        }
        index
    };
    [
        index("export_waiting", ["target", "state", "next_at"]),
        index("export_target", ["target", "created_at", "id"]),
    ]
}

/// Rows of one statement: SQLite takes 32,766 values.
const TOGETHER: usize = 1_000;

/// Adds records; one that is there already stays as it is.
pub async fn add(connection: &impl ConnectionTrait, rows: Vec<Model>) -> Result<(), Fault> {
    for some in rows.chunks(TOGETHER) {
        let there = OnConflict::column(Column::Id).do_nothing().to_owned();
        let rows = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        Entity::insert_many(rows)
            .on_conflict(there)
            .exec_without_returning(connection)
            .await
            .map_err(tongban_db::to_fault)?;
    }
    Ok(())
}

/// Records for `target` that are to be handed over by `now`, oldest first.
pub async fn ready(
    db: &Db,
    target: &str,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::Target.eq(target))
        .filter(Column::State.eq(ExportState::Waiting.code()))
        .filter(Column::NextAt.lte(now.timestamp_micros()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)
}

/// Notes how an attempt ended, unless somebody else noted another end meanwhile.
pub async fn note(
    db: &Db,
    row: &Model,
    state: ExportState,
    next_at: i64,
    answer: Option<String>,
    delivered_at: Option<i64>,
) -> Result<(), Fault> {
    let mut update = Entity::update_many()
        .col_expr(Column::State, Expr::value(state.code()))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::NextAt, Expr::value(next_at))
        .col_expr(Column::Answer, Expr::value(answer));
    if delivered_at.is_some() {
        update = update.col_expr(Column::DeliveredAt, Expr::value(delivered_at));
    }
    let noted = update
        .filter(Column::Id.eq(row.id.as_str()))
        .filter(Column::State.eq(row.state.as_str()))
        .exec(db.write())
        .await;
    noted.map(drop).map_err(tongban_db::to_fault)
}

/// Which of these are records for `target`.
pub async fn known(
    connection: &impl ConnectionTrait,
    target: &str,
    ids: &HashSet<String>,
) -> Result<HashSet<String>, Fault> {
    let ids: Vec<String> = ids.iter().cloned().collect();
    let mut known = HashSet::new();
    for some in ids.chunks(TOGETHER) {
        let found: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Target.eq(target))
            .filter(among(Column::Id, some))
            .into_tuple()
            .all(connection)
            .await
            .map_err(tongban_db::to_fault)?;
        known.extend(found);
    }
    Ok(known)
}

/// Sets the state that the receiver's list gives a record that was handed over; whether it was one.
pub async fn settle(
    connection: &impl ConnectionTrait,
    target: &str,
    id: &str,
    from: &[ExportState],
    to: ExportState,
    answer: Option<&str>,
    next_at: i64,
) -> Result<bool, Fault> {
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(to.code()))
        .col_expr(Column::Answer, Expr::value(answer.map(str::to_owned)))
        .col_expr(Column::NextAt, Expr::value(next_at))
        .filter(Column::Target.eq(target))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(from.iter().map(|state| state.code())))
        .exec(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(done.rows_affected > 0)
}

/// Records for `target` that were handed over from `from` on and before `until`, by identifier.
pub async fn handed_over(
    connection: &impl ConnectionTrait,
    target: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Model>, Fault> {
    Entity::find()
        .filter(Column::Target.eq(target))
        .filter(Column::DeliveredAt.gte(from.timestamp_micros()))
        .filter(Column::DeliveredAt.lt(until.timestamp_micros()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// Records for `target` in one state, oldest first.
pub async fn list(
    db: &Db,
    target: &str,
    state: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::Target.eq(target));
    if let Some(state) = state {
        query = query.filter(Column::State.eq(state));
    }
    if let Some(after) = &page.after {
        let parts = after.split_once('~').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id)));
        let (at, id) = parts.ok_or_else(|| {
            Fault::new(FaultKind::Malformed, "bad_cursor", "翻页游标有误，请从第一页重新查询")
        })?;
        let place = Expr::tuple([Column::CreatedAt.into_expr(), Column::Id.into_expr()]);
        query = query.filter(place.gt(Expr::tuple([Expr::value(at), Expr::value(id)])));
    }
    let rows = query
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.created_at, row.id)))
}

/// The last record for `target` that tells of `subject`, as it is sent.
pub async fn last(
    connection: &impl ConnectionTrait,
    target: &str,
    subject: &str,
) -> Result<Option<String>, Fault> {
    let found = Entity::find()
        .filter(Column::Target.eq(target))
        .filter(Column::Subject.eq(subject))
        .order_by_desc(Column::Version)
        .one(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(found.map(|row| row.body))
}

/// How many records for `target` are in a state.
pub async fn count(db: &Db, target: &str, state: ExportState) -> Result<u64, Fault> {
    Entity::find()
        .filter(Column::Target.eq(target))
        .filter(Column::State.eq(state.code()))
        .count(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
