//! What kind of day each day is.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CalendarError, CalendarFault, load};

/// What kind of day it is for offices (日期性质).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayKind {
    /// 工作日: Monday to Friday, and no holiday.
    BusinessDay,
    /// 调休上班日: a Saturday or Sunday worked in exchange for a holiday. Counts as a business day.
    MakeUpWorkday {
        /// The holiday it is worked for, such as 春节.
        name: String,
    },
    /// 双休日: a Saturday or Sunday that is neither worked nor part of a holiday.
    Weekend,
    /// 节假日: a day of a holiday block as announced, moved days off included.
    Holiday {
        /// The holiday, such as 国庆节.
        name: String,
    },
}

pub(crate) static BUSINESS_DAY: DayKind = DayKind::BusinessDay;
pub(crate) static WEEKEND: DayKind = DayKind::Weekend;

impl DayKind {
    /// Whether offices work, so that a limit in business days counts the day.
    pub const fn is_business_day(&self) -> bool {
        matches!(self, Self::BusinessDay | Self::MakeUpWorkday { .. })
    }
}

/// The days of offices over the years that are loaded (工作日历).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub(crate) special: BTreeMap<NaiveDate, DayKind>,
    pub(crate) first: NaiveDate,
    pub(crate) loaded_through: NaiveDate,
}

impl Calendar {
    /// Reads a calendar from the text of `data/calendar/holidays.json`.
    ///
    /// ```json
    /// { "loaded_through": "2026-12-31",
    ///   "years": [ { "year": 2026,
    ///     "holidays":        [ { "date": "2026-01-01", "name": "元旦" } ],
    ///     "makeup_workdays": [ { "date": "2026-01-04", "name": "元旦" } ] } ] }
    /// ```
    ///
    /// Years follow one another without a gap, each date stands under its own year and in one
    /// list only, a make-up workday is a Saturday or Sunday, and `loaded_through` lies in the last
    /// year, not before its last entry. `about` may hold a remark.
    ///
    /// # Errors
    /// Every fault of the data at once.
    pub fn from_json(text: &str) -> Result<Self, CalendarFault> {
        load::from_json(text)
    }

    /// The first day that is known: 1 January of the first year.
    pub const fn first_day(&self) -> NaiveDate {
        self.first
    }

    /// The last day that is known (已加载至).
    pub const fn loaded_through(&self) -> NaiveDate {
        self.loaded_through
    }

    /// What kind of day `date` is.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] for a day the data do not reach.
    pub fn day(&self, date: NaiveDate) -> Result<DayKind, CalendarError> {
        self.kind(date).cloned()
    }

    /// Whether offices work on `date`.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] for a day the data do not reach.
    pub fn is_business_day(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        self.kind(date).map(DayKind::is_business_day)
    }

    /// The first business day on or after `date`: where art. 203 moves a last day to.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when the data end before one is found.
    pub fn business_day_from(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let mut date = date;
        while !self.is_business_day(date)? {
            date = self.after(date)?;
        }
        Ok(date)
    }

    /// How many business days lie after `from`, up to and including `to`: 0 on the same day. The
    /// count is negative when `to` is the earlier one, so that `due` to today tells the days
    /// overdue, and `business_days_between(start, due(start, n))` is `n`.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] when one of the days is not loaded.
    pub fn business_days_between(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<i64, CalendarError> {
        self.kind(from)?;
        self.kind(to)?;
        let (early, late, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        let mut date = early;
        while date < late {
            date = self.after(date)?;
            count += i64::from(self.is_business_day(date)?);
        }
        Ok(sign * count)
    }

    pub(crate) fn kind(&self, date: NaiveDate) -> Result<&DayKind, CalendarError> {
        if date < self.first || date > self.loaded_through {
            return Err(self.out_of_range(date));
        }
        let plain = match date.weekday() {
            Weekday::Sat | Weekday::Sun => &WEEKEND,
            _ => &BUSINESS_DAY,
        };
        Ok(self.special.get(&date).unwrap_or(plain))
    }

    pub(crate) fn after(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        date.succ_opt().ok_or_else(|| self.out_of_range(date))
    }

    pub(crate) const fn out_of_range(&self, date: NaiveDate) -> CalendarError {
        CalendarError::OutOfRange { date, first: self.first, loaded_through: self.loaded_through }
    }
}
