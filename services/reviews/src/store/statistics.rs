//! Counting reviews in the database: nothing is summed up in advance, so nothing can be out of date.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ExprTrait as _, FromQueryResult, QueryOrder, QuerySelect, Select};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};

use super::review::{Column, Entity, bad_cursor};
use crate::domain::tally::Tally;

/// Names of the columns that count reviews of 1 to 5 stars.
const BY_STARS: [&str; 5] = ["one", "two", "three", "four", "five"];

/// What is counted.
#[derive(Debug, Default)]
pub struct Extent<'a> {
    /// One matter.
    pub matter: Option<&'a str>,
    /// One body.
    pub body: Option<&'a str>,
    /// A region: it and everything below.
    pub region: Option<&'a RegionCode>,
}

#[derive(Debug, Default, FromQueryResult)]
struct Counts {
    opened: i64,
    one: i64,
    two: i64,
    three: i64,
    four: i64,
    five: i64,
}

impl From<Counts> for Tally {
    fn from(counts: Counts) -> Self {
        let Counts { opened, one, two, three, four, five } = counts;
        Self { opened, by_stars: [one, two, three, four, five] }
    }
}

/// One matter of one body, counted.
#[derive(Debug, FromQueryResult)]
pub struct Group {
    /// The matter.
    pub matter_id: String,
    /// Its name, as of any of its versions.
    pub matter_name: String,
    /// The body.
    pub body: String,
    /// Its name.
    pub body_name: String,
    #[sea_orm(nested)]
    counts: Counts,
}

impl Group {
    /// What it adds up to.
    pub fn tally(self) -> Tally {
        self.counts.into()
    }
}

/// Everything in `extent` together.
pub async fn total(db: &Db, extent: &Extent<'_>) -> Result<Tally, Fault> {
    let counts = counting(extent)
        .into_model::<Counts>()
        .one(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(counts.unwrap_or_default().into())
}

/// The same by matter and body.
pub async fn groups(db: &Db, extent: &Extent<'_>, page: &PageQuery) -> Result<Page<Group>, Fault> {
    let mut query = counting(extent)
        .column(Column::MatterId)
        .column_as(Column::MatterName.max(), "matter_name")
        .column(Column::Body)
        .column_as(Column::BodyName.max(), "body_name")
        .group_by(Column::MatterId)
        .group_by(Column::Body);
    if let Some(after) = &page.after {
        let (matter, body) = after.split_once('~').ok_or_else(bad_cursor)?;
        query = query.filter(
            Column::MatterId.gt(matter).or(Column::MatterId.eq(matter).and(Column::Body.gt(body))),
        );
    }
    let rows = query
        .order_by_asc(Column::MatterId)
        .order_by_asc(Column::Body)
        .limit(page.limit() + 1)
        .into_model::<Group>()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(Page::cut(rows, page.limit(), |row| format!("{}~{}", row.matter_id, row.body)))
}

fn counting(extent: &Extent<'_>) -> Select<Entity> {
    let mut query = Entity::find().select_only().column_as(Column::Id.count(), "opened");
    for (name, stars) in BY_STARS.into_iter().zip(1_i32..) {
        let matching = Expr::case(Column::Stars.eq(stars), 1);
        query = query.column_as(Expr::expr(Func::count(matching)), name);
    }
    if let Some(matter) = extent.matter {
        query = query.filter(Column::MatterId.eq(matter));
    }
    if let Some(body) = extent.body {
        query = query.filter(Column::Body.eq(body));
    }
    if let Some(region) = extent.region {
        query = query.filter(Column::Region.starts_with(region.prefix()));
    }
    query
}
