//! `review_fact`: what every right has come to, as the reviews' own events tell.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ConnectionTrait, ExprTrait as _, IntoActiveModel as _, Iterable as _, QueryOrder, QuerySelect,
};
use tongban_contracts::review_sources::ReviewChannel;
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};

use super::review::bad_cursor;
use super::{moment, range};
use crate::domain::figures::{DefaultRating, Fact, GivenFact};
use crate::domain::level::Level;

/// Rows of one statement: SQLite takes 32,766 values.
const TOGETHER: usize = 1_000;

/// One right.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_fact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub case_number: String,
    pub matter_id: String,
    pub matter_name: String,
    pub body: String,
    pub body_name: String,
    pub region: String,
    pub window_number: Option<String>,
    /// With blanks between.
    pub officers: String,
    /// Microseconds since 1970.
    pub opened_at: i64,
    /// Microseconds since 1970.
    pub given_at: Option<i64>,
    pub stars: Option<i32>,
    /// With blanks between.
    pub tags: String,
    pub channel: Option<String>,
    pub device: Option<String>,
    pub network: Option<String>,
    pub text_print: Option<String>,
    pub default_stars: Option<i32>,
    /// Microseconds since 1970.
    pub default_at: Option<i64>,
    pub excluded: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn level(stars: i32) -> Option<Level> {
    Level::of(u8::try_from(stars).ok()?)
}

/// The channel of a stored code; what is not known is another system's.
pub fn channel(code: &str) -> ReviewChannel {
    let known = ReviewChannel::ALL.into_iter().find(|one| one.code() == code);
    known.unwrap_or(ReviewChannel::Other)
}

impl From<Model> for Fact {
    fn from(row: Model) -> Self {
        let given = row.given_at.zip(row.stars.and_then(level)).map(|(at, level)| GivenFact {
            level,
            tags: words(&row.tags),
            at: moment(at),
            channel: channel(row.channel.as_deref().unwrap_or_default()),
            device: row.device,
            network: row.network,
            text: row.text_print,
        });
        let rating = row.default_at.zip(row.default_stars.and_then(level));
        Self {
            id: row.id,
            case_number: row.case_number,
            matter: (row.matter_id, row.matter_name),
            body: (row.body, row.body_name),
            region: row.region,
            window: row.window_number,
            officers: words(&row.officers),
            opened_at: moment(row.opened_at),
            given,
            defaulted: rating.map(|(at, level)| DefaultRating { level, at: moment(at) }),
            excluded: row.excluded,
        }
    }
}

impl From<Fact> for Model {
    fn from(fact: Fact) -> Self {
        let stars = |level: Level| i32::from(level.stars());
        let given = fact.given.as_ref();
        Self {
            given_at: given.map(|given| given.at.timestamp_micros()),
            stars: given.map(|given| stars(given.level)),
            tags: given.map(|given| given.tags.join(" ")).unwrap_or_default(),
            channel: given.map(|given| given.channel.code().to_owned()),
            device: given.and_then(|given| given.device.clone()),
            network: given.and_then(|given| given.network.clone()),
            text_print: given.and_then(|given| given.text.clone()),
            id: fact.id,
            case_number: fact.case_number,
            matter_id: fact.matter.0,
            matter_name: fact.matter.1,
            body: fact.body.0,
            body_name: fact.body.1,
            region: fact.region,
            window_number: fact.window,
            officers: fact.officers.join(" "),
            opened_at: fact.opened_at.timestamp_micros(),
            default_stars: fact.defaulted.map(|rating| stars(rating.level)),
            default_at: fact.defaulted.map(|rating| rating.at.timestamp_micros()),
            excluded: fact.excluded,
        }
    }
}

/// The facts with these identifiers.
pub async fn by_id(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, Fact>, Fault> {
    let ids: Vec<String> = ids.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(TOGETHER) {
        let some = some.iter().map(String::as_str);
        let rows = tongban_db::keyed::<Entity>(connection, Column::Id, some).await?;
        found.extend(rows.into_iter().map(|row| (row.id.clone(), Fact::from(row))));
    }
    Ok(found)
}

/// Writes facts, new ones and changed ones.
pub async fn put(
    connection: &impl ConnectionTrait,
    facts: impl IntoIterator<Item = Fact>,
) -> Result<(), Fault> {
    let rows: Vec<Model> = facts.into_iter().map(Model::from).collect();
    for some in rows.chunks(TOGETHER) {
        let there = OnConflict::column(Column::Id)
            .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id)))
            .to_owned();
        let rows = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        Entity::insert_many(rows)
            .on_conflict(there)
            .exec_without_returning(connection)
            .await
            .map_err(tongban_db::to_fault)?;
    }
    Ok(())
}

/// Reviews given from `from` on and before `until`, oldest first. They are many: read piece by piece, others are
/// answered between.
pub async fn given_within(
    db: &Db,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Fact>, Fault> {
    let mut facts = Vec::new();
    let mut last = (from.timestamp_micros(), String::new());
    loop {
        let place = Expr::tuple([Column::GivenAt.into_expr(), Column::Id.into_expr()]);
        let rows = Entity::find()
            .filter(place.gt(Expr::tuple([Expr::value(last.0), Expr::value(last.1)])))
            .filter(Column::GivenAt.lt(until.timestamp_micros()))
            .order_by_asc(Column::GivenAt)
            .order_by_asc(Column::Id)
            .limit(TOGETHER as u64)
            .all(db.read())
            .await
            .map_err(tongban_db::to_fault)?;
        let full = rows.len() == TOGETHER;
        let end = rows.last().and_then(|row| Some((row.given_at?, row.id.clone())));
        facts.extend(rows.into_iter().map(Fact::from));
        match end {
            Some(end) if full => last = end,
            _ => return Ok(facts),
        }
    }
}

/// How many reviews were given from `from` on, and when the newest one was, in microseconds since 1970.
pub async fn number_since(db: &Db, from: DateTime<Utc>) -> Result<(i64, i64), Fault> {
    let found: Option<(i64, Option<i64>)> = Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "number")
        .column_as(Column::GivenAt.max(), "newest")
        .filter(Column::GivenAt.gte(from.timestamp_micros()))
        .into_tuple()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(found.map(|(number, newest)| (number, newest.unwrap_or_default())).unwrap_or_default())
}

/// Which reviews a list shows.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// A region: it and everything below.
    pub region: Option<&'a RegionCode>,
    /// One body.
    pub body: Option<&'a str>,
    /// One matter.
    pub matter: Option<&'a str>,
    /// One level.
    pub stars: Option<u8>,
}

/// Reviews given, newest first.
pub async fn list(db: &Db, wanted: &Wanted<'_>, page: &PageQuery) -> Result<Page<Model>, Fault> {
    let mut query = Entity::find().filter(Column::GivenAt.is_not_null());
    if let Some(region) = wanted.region {
        let (first, end) = range(region);
        query = query.filter(Column::Region.gte(first)).filter(Column::Region.lt(end));
    }
    if let Some(body) = wanted.body {
        query = query.filter(Column::Body.eq(body));
    }
    if let Some(matter) = wanted.matter {
        query = query.filter(Column::MatterId.eq(matter));
    }
    if let Some(stars) = wanted.stars {
        query = query.filter(Column::Stars.eq(i32::from(stars)));
    }
    if let Some(after) = &page.after {
        let parts = after.split_once('~').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id)));
        let (at, id) = parts.ok_or_else(bad_cursor)?;
        // Compared as one, so that an index leads there at once.
        let place = Expr::tuple([Column::GivenAt.into_expr(), Column::Id.into_expr()]);
        query = query.filter(place.lt(Expr::tuple([Expr::value(at), Expr::value(id)])));
    }
    let rows = query
        .order_by_desc(Column::GivenAt)
        .order_by_desc(Column::Id)
        .limit(page.limit() + 1)
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| {
        format!("{}~{}", row.given_at.unwrap_or_default(), row.id)
    }))
}
