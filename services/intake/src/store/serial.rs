//! `case_serial`: the next serial of a case number, per implementation code and day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use tongban_db::{Combiner, Db, Limits};
use tongban_kernel::Fault;

/// Draws of one code and day follow each other in any case: one row holds the next serial.
const LIMITS: Limits = Limits { waiting: 1024, together: 256, batches: 1 };

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
pub struct Serials(Combiner<(String, NaiveDate), i64>);

impl Serials {
    /// Numbers drawn from `db`.
    pub fn new(db: Db) -> Self {
        let draw_all = move |wanted: Vec<(String, NaiveDate)>| {
            let db = db.clone();
            async move { draw_all(&db, &wanted).await }
        };
        Self(Combiner::new(LIMITS, draw_all))
    }

    /// A case number (办件编号) nobody else has: implementation code, day, and a serial of four digits
    /// or more. A number that is drawn and then not used leaves a gap.
    pub async fn draw(&self, code: &str, day: NaiveDate) -> Result<String, Fault> {
        let serial = self.0.call((code.to_owned(), day)).await?;
        Ok(format!("{code}{}{serial:04}", day.format("%Y%m%d")))
    }
}

/// Draws as many serials of each code and day as are wanted, each with one statement.
async fn draw_all(db: &Db, wanted: &[(String, NaiveDate)]) -> Vec<Result<i64, Fault>> {
    let mut counts: BTreeMap<&(String, NaiveDate), i64> = BTreeMap::new();
    for one in wanted {
        *counts.entry(one).or_default() += 1;
    }
    let mut drawn = BTreeMap::new();
    for (key, count) in counts {
        drawn.insert(key, draw(db, key, count).await);
    }
    let one_of_each = wanted.iter().map(|one| match drawn.get_mut(one) {
        Some(Ok(next)) => {
            *next += 1;
            Ok(*next - 1)
        }
        Some(Err(fault)) => Err(fault.clone()),
        None => Err(Fault::internal("no serial was drawn")),
    });
    one_of_each.collect()
}

/// The first of `count` serials in a row.
async fn draw(db: &Db, (code, day): &(String, NaiveDate), count: i64) -> Result<i64, Fault> {
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
