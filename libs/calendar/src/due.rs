//! When a limit ends, and why: every day from the start to the end told once.

use chrono::{Datelike, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Calendar, CalendarError, DayKind, Limit, LimitUnit, Pause};

/// The end of a limit (到期日) with its explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Due {
    /// The day the period starts (始日), which is not counted.
    #[schema(example = "2026-03-11")]
    pub start: NaiveDate,
    /// The last day on which to act in time (到期日); it ends at 24:00, or when the office closes.
    #[schema(example = "2026-03-18")]
    pub due: NaiveDate,
    /// Every day from `start` to `due`, both included, in order.
    #[schema(example = json!([
        {"date": "2026-03-11", "counted": null, "reason": "start_day", "note_zh": "始日不计（民法典第二百零一条）"},
        {"date": "2026-03-12", "counted": 1, "reason": "business_day", "note_zh": "第 1 个工作日"},
        {"date": "2026-03-13", "counted": 2, "reason": "business_day", "note_zh": "第 2 个工作日"},
        {"date": "2026-03-14", "counted": null, "reason": "weekend", "note_zh": "星期六，不计"},
        {"date": "2026-03-15", "counted": null, "reason": "weekend", "note_zh": "星期日，不计"},
        {"date": "2026-03-16", "counted": 3, "reason": "business_day", "note_zh": "第 3 个工作日"},
        {"date": "2026-03-17", "counted": 4, "reason": "business_day", "note_zh": "第 4 个工作日"},
        {"date": "2026-03-18", "counted": 5, "reason": "business_day", "note_zh": "第 5 个工作日，期间届满"},
    ]))]
    pub days: Vec<DayExplained>,
}

/// One day of the explanation (逐日说明).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayExplained {
    /// The day.
    #[schema(example = "2026-03-12")]
    pub date: NaiveDate,
    /// Its number when it is counted; business days, or for months and calendar days all days.
    #[schema(example = 1)]
    pub counted: Option<u32>,
    /// Why it is counted or not.
    pub reason: DayReason,
    /// The same in Chinese, for people.
    #[schema(example = "第 1 个工作日")]
    pub note_zh: String,
}

/// Why a day is counted or not (计算依据).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "business_day")]
pub enum DayReason {
    /// 始日不计: the start (民法典 art. 201).
    StartDay,
    /// 工作日, counted.
    BusinessDay,
    /// 调休上班日, counted.
    MakeUpWorkday,
    /// 自然日, counted whatever kind of day it is.
    CalendarDay,
    /// 双休日, not counted.
    Weekend,
    /// 节假日, not counted.
    Holiday,
    /// 暂停计时, not counted.
    Paused,
    /// 顺延: the last day was a rest day, so the end moves on (民法典 art. 203).
    Deferred,
}

/// One day as the walk meets it, before it is put into words.
struct Step<'a> {
    date: NaiveDate,
    kind: &'a DayKind,
    counted: Option<u32>,
    reason: DayReason,
    pause: Option<&'a Pause>,
    /// Whether nothing of the limit is left after this day.
    used_up: bool,
}

impl Calendar {
    /// When `limit` ends that starts on `start`, every day explained.
    ///
    /// The start is not counted (民法典 art. 201). Business days skip weekends and holidays and
    /// count make-up workdays (行政许可法 art. 82). Months end on the corresponding day or the
    /// month's end (art. 202); a pause makes them longer by its days. An end on a rest day moves to
    /// the next business day (art. 203); for a limit of 0 the same goes for the start itself. Days
    /// inside a pause are not counted, and no limit ends inside one. A pause that begins after the
    /// end changes nothing.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when a day is needed that is not loaded,
    /// [`CalendarError::DueUnknown`] when a pause without an end is reached before the limit's,
    /// [`CalendarError::PauseReversed`] for a pause that ends before it begins.
    pub fn due(
        &self,
        start: NaiveDate,
        limit: Limit,
        pauses: &[Pause],
    ) -> Result<Due, CalendarError> {
        let mut days = Vec::new();
        let due = self.walk(start, limit, pauses, |step| {
            let note_zh = step.note_zh(limit);
            let Step { date, counted, reason, .. } = step;
            days.push(DayExplained { date, counted, reason, note_zh });
        })?;
        Ok(Due { start, due, days })
    }

    /// The same day as [`Calendar::due`] without the explanation, for work on many cases.
    ///
    /// # Errors
    /// Those of [`Calendar::due`].
    pub fn due_date(
        &self,
        start: NaiveDate,
        limit: Limit,
        pauses: &[Pause],
    ) -> Result<NaiveDate, CalendarError> {
        self.walk(start, limit, pauses, |_| ())
    }

    fn walk<'a>(
        &'a self,
        start: NaiveDate,
        limit: Limit,
        pauses: &'a [Pause],
        mut tell: impl FnMut(Step<'a>),
    ) -> Result<NaiveDate, CalendarError> {
        refuse_reversed(pauses)?;
        self.kind(start)?;
        let target = self.days_to_count(start, limit)?;
        let mut done = 0;
        let mut date = start;
        loop {
            let kind = self.kind(date)?;
            let pause = pause_over(date, pauses)?;
            let was_used_up = done == target;
            let reason = if date == start {
                DayReason::StartDay
            } else if pause.is_some() {
                DayReason::Paused
            } else if was_used_up {
                DayReason::Deferred
            } else {
                reason_of(kind, limit.unit)
            };
            let counts = matches!(
                reason,
                DayReason::BusinessDay | DayReason::MakeUpWorkday | DayReason::CalendarDay
            );
            done += u32::from(counts);
            let used_up = done == target;
            tell(Step { date, kind, counted: counts.then_some(done), reason, pause, used_up });
            if used_up && pause.is_none() && kind.is_business_day() {
                return Ok(date);
            }
            date = self.after(date)?;
        }
    }

    /// How many days are to be counted. A month limit counts the calendar days up to the
    /// corresponding day, or to the month's end where there is none (民法典 art. 202).
    fn days_to_count(&self, start: NaiveDate, limit: Limit) -> Result<u32, CalendarError> {
        if limit.unit != LimitUnit::Month {
            return Ok(limit.amount);
        }
        let end = start.checked_add_months(Months::new(limit.amount)).unwrap_or(NaiveDate::MAX);
        if end > self.loaded_through {
            return Err(self.out_of_range(end));
        }
        u32::try_from((end - start).num_days()).map_err(|_| self.out_of_range(end))
    }
}

fn reason_of(kind: &DayKind, unit: LimitUnit) -> DayReason {
    match (unit, kind) {
        (LimitUnit::CalendarDay | LimitUnit::Month, _) => DayReason::CalendarDay,
        (LimitUnit::BusinessDay, DayKind::BusinessDay) => DayReason::BusinessDay,
        (LimitUnit::BusinessDay, DayKind::MakeUpWorkday { .. }) => DayReason::MakeUpWorkday,
        (LimitUnit::BusinessDay, DayKind::Weekend) => DayReason::Weekend,
        (LimitUnit::BusinessDay, DayKind::Holiday { .. }) => DayReason::Holiday,
    }
}

fn refuse_reversed(pauses: &[Pause]) -> Result<(), CalendarError> {
    for pause in pauses {
        if let Some(to_exclusive) = pause.to_exclusive.filter(|end| *end < pause.from) {
            return Err(CalendarError::PauseReversed { from: pause.from, to_exclusive });
        }
    }
    Ok(())
}

/// The pause that takes `date` off. A pause without an end outweighs all others.
fn pause_over(date: NaiveDate, pauses: &[Pause]) -> Result<Option<&Pause>, CalendarError> {
    let mut found = None;
    for pause in pauses.iter().filter(|pause| pause.covers(date)) {
        if pause.to_exclusive.is_none() {
            let (since, ground) = (pause.from, pause.ground.clone());
            return Err(CalendarError::DueUnknown { since, ground });
        }
        found = found.or(Some(pause));
    }
    Ok(found)
}

impl Step<'_> {
    fn note_zh(&self, limit: Limit) -> String {
        let day = self.day_zh();
        let number = self.counted.unwrap_or_default();
        let rests = !self.kind.is_business_day();
        match self.reason {
            DayReason::StartDay if limit.amount == 0 => match self.pause {
                Some(pause) => format!("即办，暂停计时：{}", pause.ground),
                None if rests => format!("即办，逢{day}，顺延至下一个工作日（民法典第二百零三条）"),
                None => "即办，当日届满".to_owned(),
            },
            DayReason::StartDay => "始日不计（民法典第二百零一条）".to_owned(),
            DayReason::BusinessDay => self.with_end(format!("第 {number} 个工作日")),
            DayReason::MakeUpWorkday => self.with_end(format!("{day}，第 {number} 个工作日")),
            DayReason::CalendarDay if self.used_up && rests => {
                format!("第 {number} 日，期间最后一日逢{day}，顺延（民法典第二百零三条）")
            }
            DayReason::CalendarDay => self.with_end(format!("第 {number} 日")),
            DayReason::Weekend | DayReason::Holiday => format!("{day}，不计"),
            DayReason::Paused => {
                let ground = self.pause.map(|pause| pause.ground.as_str()).unwrap_or_default();
                format!("暂停计时：{ground}")
            }
            DayReason::Deferred if rests => format!("{day}，继续顺延"),
            DayReason::Deferred => "顺延至本日，期间届满（民法典第二百零三条）".to_owned(),
        }
    }

    fn with_end(&self, note: String) -> String {
        if self.used_up { format!("{note}，期间届满") } else { note }
    }

    fn day_zh(&self) -> String {
        match self.kind {
            DayKind::BusinessDay => "工作日".to_owned(),
            DayKind::MakeUpWorkday { name } => format!("{name}调休上班"),
            DayKind::Holiday { name } => format!("{name}假期"),
            DayKind::Weekend if self.date.weekday() == Weekday::Sat => "星期六".to_owned(),
            DayKind::Weekend => "星期日".to_owned(),
        }
    }
}
