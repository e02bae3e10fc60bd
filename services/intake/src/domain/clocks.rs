//! The clocks of a case (办理期限), as its history and the calendar give them (I-4).

use chrono::{DateTime, NaiveDate, Utc};
use tongban_calendar::Due;
use tongban_contracts::matters::TimeLimit;
use tongban_kernel::{Fault, civil_date};

use super::case::CaseFile;
use super::terms::Terms;

/// One limit.
#[derive(Debug, Clone)]
pub struct Clock {
    /// How long it is.
    pub limit: TimeLimit,
    /// Its last day, as recorded.
    pub due: NaiveDate,
    /// When what it demands was done.
    pub done_on: Option<NaiveDate>,
    /// Whether it was or is exceeded.
    pub overdue: bool,
    /// Business days left while it runs.
    pub business_days_left: Option<i64>,
    /// Day by day.
    pub explained: Due,
}

/// All limits of a case.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// Today in China.
    pub today: NaiveDate,
    /// 一次性告知期限
    pub notice: Clock,
    /// 承诺办结时限
    pub promised: Option<Clock>,
    /// 法定办结时限
    pub legal: Option<Clock>,
}

/// The clocks of `case` at `now`.
///
/// # Errors
/// `calendar_not_loaded`.
pub fn read(case: &CaseFile, terms: &Terms, now: DateTime<Utc>) -> Result<Clocks, Fault> {
    let today = civil_date(now);
    let taken_back = case.retraction.as_ref().map(|one| one.at);
    let told = case.correction.as_ref().map(|one| one.by.at);
    let accepted = case.acceptance.as_ref().map(|one| one.by.at);
    let refused = case.refusal.as_ref().map(|one| one.by.at);
    let answered = told.or(accepted).or(refused).or(taken_back);
    let decided = case.ruling.as_ref().map(|one| one.by.at).or(taken_back);
    let clock = |limit: &TimeLimit, start, due, done: Option<DateTime<Utc>>| {
        let done_on = done.map(civil_date);
        let left = || terms.calendar.business_days_between(today, due).ok();
        Ok::<_, Fault>(Clock {
            limit: limit.clone(),
            due,
            done_on,
            overdue: done_on.unwrap_or(today) > due,
            business_days_left: if done_on.is_none() { left() } else { None },
            explained: terms.explain(civil_date(start), limit)?,
        })
    };
    let matter = &case.matter;
    let notice = clock(&matter.notice_limit, case.submitted_at, case.notice_due, answered)?;
    let (mut promised, mut legal) = (None, None);
    if let Some(acceptance) = &case.acceptance {
        let start = acceptance.by.at;
        promised = Some(clock(&matter.promised_limit, start, acceptance.due, decided)?);
        if let (Some(limit), Some(due)) = (&matter.legal_limit, acceptance.legal_due) {
            legal = Some(clock(limit, start, due, decided)?);
        }
    }
    Ok(Clocks { today, notice, promised, legal })
}
