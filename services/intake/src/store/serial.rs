//! `case_serial`: the next serial of a case number, per implementation code and day.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use tongban_db::{Combiner, Db, Limits};
use tongban_kernel::Fault;

/// Draws of one code and day follow each other in any case: one row holds the next serial.
const LIMITS: Limits = Limits { waiting: 1024, together: 256, batches: 1 };

/// Draws that follow each other so closely are those of a crowd.
const HURRY: Duration = Duration::from_secs(1);
/// Most serials drawn ahead at once.
const MOST: i64 = 256;

/// One code on one day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_serial")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    pub next: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Gives out case numbers.
///
/// While many are asked for, more are drawn at once than are wanted yet, and the rest waits here for the
/// next who ask. Those that wait when the process ends leave a gap.
pub struct Serials {
    drawn: Arc<Mutex<HashMap<Series, Block>>>,
    draw: Combiner<Series, i64>,
}

/// What serials are counted by.
type Series = (String, NaiveDate);

/// Serials that were drawn.
#[derive(Debug)]
struct Block {
    left: Range<i64>,
    /// How many were drawn at once, and when.
    size: i64,
    at: Instant,
}

impl Serials {
    /// Numbers drawn from `db`.
    pub fn new(db: Db) -> Self {
        let drawn: Arc<Mutex<HashMap<Series, Block>>> = Arc::default();
        let blocks = Arc::clone(&drawn);
        let draw_all = move |wanted: Vec<Series>| {
            let (db, blocks) = (db.clone(), Arc::clone(&blocks));
            async move { draw_all(&db, &blocks, &wanted).await }
        };
        Self { drawn, draw: Combiner::new(LIMITS, draw_all) }
    }

    /// A case number (办件编号) nobody else has: implementation code, day, and a serial of four digits
    /// or more. A number that is drawn and then not used leaves a gap.
    pub async fn draw(&self, code: &str, day: NaiveDate) -> Result<String, Fault> {
        let series = (code.to_owned(), day);
        let waiting = locked(&self.drawn).get_mut(&series).and_then(|block| block.left.next());
        let serial = match waiting {
            Some(serial) => serial,
            None => self.draw.call(series).await?,
        };
        Ok(format!("{code}{}{serial:04}", day.format("%Y%m%d")))
    }
}

/// A serial for each of `wanted`.
async fn draw_all(
    db: &Db,
    drawn: &Mutex<HashMap<Series, Block>>,
    wanted: &[Series],
) -> Vec<Result<i64, Fault>> {
    let mut counts: BTreeMap<&Series, usize> = BTreeMap::new();
    for one in wanted {
        *counts.entry(one).or_default() += 1;
    }
    let mut serials = HashMap::new();
    for (series, count) in counts {
        serials.insert(series, some(db, drawn, series, count).await);
    }
    let one_of = |series| match serials.get_mut(series) {
        Some(Ok(some)) => some.pop_front().ok_or_else(|| Fault::internal("too few serials")),
        Some(Err(fault)) => Err(fault.clone()),
        None => Err(Fault::internal("no serials were drawn")),
    };
    wanted.iter().map(one_of).collect()
}

/// `count` serials: those that wait, then new ones drawn with one statement.
async fn some(
    db: &Db,
    drawn: &Mutex<HashMap<Series, Block>>,
    series: &Series,
    count: usize,
) -> Result<VecDeque<i64>, Fault> {
    let mut serials = VecDeque::with_capacity(count);
    let mut size = 0;
    if let Some(block) = locked(drawn).get_mut(series) {
        serials.extend(block.left.by_ref().take(count));
        if block.at.elapsed() < HURRY {
            size = Ord::min(block.size * 2, MOST);
        }
    }
    let missing = i64::try_from(count - serials.len()).map_err(Fault::internal)?;
    if missing == 0 {
        return Ok(serials);
    }
    let size = Ord::max(size, missing);
    let first = draw(db, series, size).await?;
    serials.extend(first..first + missing);
    let mut drawn = locked(drawn);
    // Nobody asks for yesterday's any more.
    drawn.retain(|(_, day), _| *day >= series.1);
    let left = first + missing..first + size;
    drawn.insert(series.clone(), Block { left, size, at: Instant::now() });
    Ok(serials)
}

/// The first of `count` serials in a row.
async fn draw(db: &Db, (code, day): &Series, count: i64) -> Result<i64, Fault> {
    let row = ActiveModel { code: Set(code.clone()), day: Set(*day), next: Set(1 + count) };
    let further = OnConflict::columns([Column::Code, Column::Day])
        .value(Column::Next, Expr::col((Entity, Column::Next)).add(count))
        .to_owned();
    let drawn = Entity::insert(row)
        .on_conflict(further)
        .exec_with_returning(db.write())
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(drawn.next - count)
}

fn locked(drawn: &Mutex<HashMap<Series, Block>>) -> MutexGuard<'_, HashMap<Series, Block>> {
    drawn.lock().unwrap_or_else(PoisonError::into_inner)
}
