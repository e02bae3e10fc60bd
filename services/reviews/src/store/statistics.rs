//! Figures, read from what is kept up to date with every event.

use sea_orm::{FromQueryResult, Statement, Value};
use tongban_db::Db;
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};

use super::range;
use super::review::bad_cursor;
use crate::domain::figures::{Counts, Dimension};

/// What figures are asked for.
#[derive(Debug, Clone, Default)]
pub struct Extent<'a> {
    /// One matter, window, officer or channel: an item of the dimension.
    pub item: Option<&'a str>,
    /// Items that begin so.
    pub items: Option<&'a str>,
    /// One body.
    pub body: Option<&'a str>,
    /// A region: it and everything below.
    pub region: Option<&'a RegionCode>,
    /// From this month on, as 2026-03.
    pub from: Option<&'a str>,
    /// Until this month.
    pub until: Option<&'a str>,
}

/// One item of a dimension at one body, or one month.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Which one; the month, when by months.
    pub item: String,
    /// Its name.
    pub name: String,
    /// The body.
    pub body: String,
    /// Its name.
    pub body_name: String,
    /// All of it.
    pub counts: Counts,
    /// Reviews of 1 to 5 stars that signals name.
    pub suspects: [i64; 5],
}

/// Everything in `extent` together.
pub async fn total(
    db: &Db,
    dimension: Dimension,
    extent: &Extent<'_>,
) -> Result<(Counts, [i64; 5]), Fault> {
    let asked = Asked::of(dimension, extent);
    let counts = asked.read(db, ROLLUP, &Counts::NAMES, "", "").await?.into_iter().next();
    let suspects = asked.read(db, SUSPECTS, &STARS, "", "").await?.into_iter().next();
    let counts = counts.map(|row| row.counts()).unwrap_or_default();
    Ok((counts, suspects.map(|row| row.stars()).unwrap_or_default()))
}

/// The same by item and body, a page of it.
pub async fn groups(
    db: &Db,
    dimension: Dimension,
    extent: &Extent<'_>,
    page: &PageQuery,
) -> Result<Page<Group>, Fault> {
    let mut asked = Asked::of(dimension, extent);
    if let Some(after) = &page.after {
        let (item, body) = after.rsplit_once('~').ok_or_else(bad_cursor)?;
        asked.beyond(item, body);
    }
    let by = " GROUP BY item, body ORDER BY item, body";
    let limit = format!("{by} LIMIT {}", page.limit() + 1);
    let shown = "item, MAX(name) AS name, body, MAX(body_name) AS body_name, ";
    let rows = asked.read(db, ROLLUP, &Counts::NAMES, shown, &limit).await?;
    let mut groups: Vec<Group> = rows.into_iter().map(Group::from).collect();
    if let Some(last) = groups.last() {
        asked.up_to(&last.item, &last.body);
        let rows = asked.read(db, SUSPECTS, &STARS, shown, by).await?;
        for row in rows {
            let same = |group: &&mut Group| group.item == row.item && group.body == row.body;
            if let Some(group) = groups.iter_mut().find(same) {
                group.suspects = row.stars();
            }
        }
    }
    Ok(Page::cut(groups, page.limit(), |group| format!("{}~{}", group.item, group.body)))
}

/// The same by month, oldest first.
pub async fn months(
    db: &Db,
    dimension: Dimension,
    extent: &Extent<'_>,
) -> Result<Vec<Group>, Fault> {
    let asked = Asked::of(dimension, extent);
    let by = " GROUP BY month ORDER BY month";
    let shown = "month AS item, '' AS name, '' AS body, '' AS body_name, ";
    let rows = asked.read(db, ROLLUP, &Counts::NAMES, shown, by).await?;
    let mut groups: Vec<Group> = rows.into_iter().map(Group::from).collect();
    for row in asked.read(db, SUSPECTS, &STARS, shown, by).await? {
        if let Some(group) = groups.iter_mut().find(|group| group.item == row.item) {
            group.suspects = row.stars();
        }
    }
    Ok(groups)
}

/// The most frequent complaints.
pub async fn frequent(db: &Db, extent: &Extent<'_>, limit: u64) -> Result<Vec<Group>, Fault> {
    let ever = extent.from.is_none() && extent.until.is_none();
    let dimension = if ever { Dimension::ComplaintEver } else { Dimension::Complaint };
    let asked = Asked::of(dimension, extent);
    let shown = "item, MAX(name) AS name, body, MAX(body_name) AS body_name, ";
    let rest = format!(
        " GROUP BY item, body HAVING SUM(one + two) > 0 \
         ORDER BY SUM(one + two) DESC, item, body LIMIT {limit}"
    );
    let rows = asked.read(db, ROLLUP, &STARS, shown, &rest).await?;
    Ok(rows.into_iter().map(Group::from).collect())
}

const ROLLUP: &str = "review_rollup";
const SUSPECTS: &str = "review_suspect_count";
const STARS: [&str; 5] = ["one", "two", "three", "four", "five"];

/// A condition and its values.
struct Asked {
    condition: String,
    values: Vec<Value>,
}

impl Asked {
    fn of(dimension: Dimension, extent: &Extent<'_>) -> Self {
        let mut asked =
            Self { condition: "dimension = $1".into(), values: vec![dimension.code().into()] };
        let region = extent.region.map(range);
        for (test, value) in [
            ("item =", extent.item.map(str::to_owned)),
            ("item LIKE", extent.items.map(|items| format!("{items}%"))),
            ("body =", extent.body.map(str::to_owned)),
            ("region >=", region.as_ref().map(|(first, _)| first.clone())),
            ("region <", region.map(|(_, end)| end)),
            ("month >=", extent.from.map(str::to_owned)),
            ("month <=", extent.until.map(str::to_owned)),
        ] {
            if let Some(value) = value {
                asked.and(test, &value);
            }
        }
        asked
    }

    fn and(&mut self, test: &str, value: &str) {
        self.values.push(value.into());
        self.condition += &format!(" AND {test} ${}", self.values.len());
    }

    fn pair(&mut self, test: &str, item: &str, body: &str) {
        self.values.extend([item.into(), body.into()]);
        let last = self.values.len();
        self.condition += &format!(" AND (item, body) {test} (${}, ${last})", last - 1);
    }

    fn beyond(&mut self, item: &str, body: &str) {
        self.pair(">", item, body);
    }

    fn up_to(&mut self, item: &str, body: &str) {
        self.pair("<=", item, body);
    }

    async fn read(
        &self,
        db: &Db,
        table: &str,
        numbers: &[&str],
        shown: &str,
        rest: &str,
    ) -> Result<Vec<Row>, Fault> {
        let sums: Vec<String> = numbers
            .iter()
            .map(|name| format!("CAST(COALESCE(SUM({name}), 0) AS BIGINT) AS {name}"))
            .collect();
        let sql = format!(
            "SELECT {shown}{} FROM {table} WHERE {}{rest}",
            sums.join(", "),
            self.condition
        );
        let backend = sea_orm::ConnectionTrait::get_database_backend(db.read());
        let statement = Statement::from_sql_and_values(backend, sql, self.values.clone());
        Row::find_by_statement(statement).all(db.read()).await.map_err(tongban_db::to_fault)
    }
}

/// A row with whatever numbers were asked for.
#[derive(Debug)]
struct Row {
    item: String,
    name: String,
    body: String,
    body_name: String,
    numbers: Counts,
}

impl FromQueryResult for Row {
    fn from_query_result(row: &sea_orm::QueryResult, prefix: &str) -> Result<Self, sea_orm::DbErr> {
        let text = |name: &str| row.try_get::<String>(prefix, name).unwrap_or_default();
        let numbers = Counts::NAMES.map(|name| row.try_get(prefix, name).unwrap_or_default());
        Ok(Self {
            item: text("item"),
            name: text("name"),
            body: text("body"),
            body_name: text("body_name"),
            numbers: Counts(numbers),
        })
    }
}

impl Row {
    fn counts(&self) -> Counts {
        self.numbers
    }

    fn stars(&self) -> [i64; 5] {
        self.numbers.by_stars()
    }
}

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        let counts = row.counts();
        let Row { item, name, body, body_name, .. } = row;
        Self { item, name, body, body_name, counts, suspects: [0; 5] }
    }
}
