//! `credit`: query columns of registers of credit.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait as _, QueryOrder, QuerySelect};
use tongban_contracts::credit::CreditClass;
use tongban_db::{Db, among};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_ledger::Stored;

use super::cursor;
use crate::domain::credit::Credit;

/// Somebody's credit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub code: String,
    pub name: String,
    pub natural_person: bool,
    pub account: Option<String>,
    /// Letter of the class; absent while it is the rule's initial one.
    pub class: Option<String>,
    /// Version of the rule that gave it.
    pub rule: Option<String>,
    /// The next day on which the clock alone may change the class.
    pub judge_next: Option<NaiveDate>,
    /// Region of the event that the oldest open request is about.
    pub request_region: Option<String>,
    /// The soonest day an answer is due.
    pub answer_due: Option<NaiveDate>,
    /// Whether an open request waits for its day to be known.
    pub answer_undated: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Stored for Credit {
    type Row = Entity;

    fn row(&self, id: &str, _version: i64) -> ActiveModel {
        let oldest = self.open_requests().next();
        let about = oldest.and_then(|one| self.entries.get(&one.request.entry));
        let change = self.change.as_ref();
        ActiveModel {
            id: Set(id.to_owned()),
            code: Set(self.subject.code.clone()),
            name: Set(self.subject.name.clone()),
            natural_person: Set(self.subject.natural_person),
            account: Set(self.subject.account.clone()),
            class: Set(change.map(|one| one.class.letter().to_owned())),
            rule: Set(self.rule().map(str::to_owned)),
            judge_next: Set(self.judge_next()),
            request_region: Set(about.map(|one| one.entry.region.to_string())),
            answer_due: Set(self.open_requests().filter_map(|one| one.request.due).min()),
            answer_undated: Set(self.open_requests().any(|one| one.request.due.is_none())),
        }
    }
}

/// The classes of those of `codes` that have another than the initial one, or once had.
pub async fn classes_of(db: &Db, codes: &[String]) -> Result<HashMap<String, CreditClass>, Fault> {
    let found: Vec<(String, Option<String>)> = Entity::find()
        .select_only()
        .columns([Column::Code, Column::Class])
        .filter(among(Column::Code, codes))
        .into_tuple()
        .all(db.read())
        .await
        .map_err(tongban_db::to_fault)?;
    let read = |(code, class): (String, Option<String>)| Some((code, CreditClass::of(&class?)?));
    Ok(found.into_iter().filter_map(read).collect())
}

/// Identifier of an account's own credit.
pub async fn of_account(db: &Db, account: &str) -> Result<Option<String>, Fault> {
    let found = Entity::find().filter(Column::Account.eq(account)).one(db.read()).await;
    Ok(found.map_err(tongban_db::to_fault)?.map(|row| row.id))
}

/// Credit with open requests in a region, what is due soonest first; those without a known day come last.
pub async fn with_requests(
    db: &Db,
    region: &RegionCode,
    page: &PageQuery,
) -> Result<Page<Model>, Fault> {
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    let due = || Expr::col(Column::AnswerDue).if_null(last);
    let mut query = Entity::find().filter(Column::RequestRegion.starts_with(region.prefix()));
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
    let key = |row: &Model| format!("{}~{}", row.answer_due.unwrap_or(last), row.id);
    Ok(Page::cut(rows, page.limit(), key))
}

/// Why the clock has something to say of somebody's credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due<'a> {
    /// An event no longer counts since a day that has come.
    Expired(NaiveDate),
    /// An answer's day was not known; those after this identifier.
    Undated(&'a str),
    /// Judged by a version of the rule whose name sorts before the one in force.
    RuleBefore(&'a str),
    /// Judged by a version of the rule whose name sorts after the one in force.
    RuleAfter(&'a str),
}

/// Some of those the clock has something to say of; each way of asking goes by an index of its own.
pub async fn for_the_clock(db: &Db, due: Due<'_>, limit: u64) -> Result<Vec<String>, Fault> {
    let query = Entity::find();
    let query = match due {
        Due::Expired(today) => {
            query.filter(Column::JudgeNext.lte(today)).order_by_asc(Column::JudgeNext)
        }
        Due::Undated(after) => query
            .filter(Column::AnswerUndated.eq(true))
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id),
        Due::RuleBefore(rule) => query.filter(Column::Rule.lt(rule)).order_by_asc(Column::Rule),
        Due::RuleAfter(rule) => query.filter(Column::Rule.gt(rule)).order_by_asc(Column::Rule),
    };
    let rows = query.limit(limit).all(db.read()).await.map_err(tongban_db::to_fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many answers are overdue on `today`.
pub async fn count_overdue(db: &Db, today: NaiveDate) -> Result<u64, Fault> {
    Entity::find()
        .filter(Column::AnswerDue.lt(today))
        .count(db.read())
        .await
        .map_err(tongban_db::to_fault)
}
