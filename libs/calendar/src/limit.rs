//! Time limits and what stops them.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a limit is counted in (期限单位). Working hours (工作小时) are not counted yet.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// 工作日, 行政许可法 art. 82.
    BusinessDay,
    /// 自然日, 民法典 art. 201.
    CalendarDay,
    /// 月, 民法典 art. 202.
    Month,
}

impl LimitUnit {
    /// The Chinese term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::BusinessDay => "个工作日",
            Self::CalendarDay => "日",
            Self::Month => "个月",
        }
    }
}

/// A time limit (期限): so many of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Limit {
    /// How many. 0 is due the same day (即办).
    #[schema(example = 20)]
    pub amount: u32,
    /// Of what.
    pub unit: LimitUnit,
}

impl Limit {
    /// So many business days (工作日).
    pub const fn business_days(amount: u32) -> Self {
        Self { amount, unit: LimitUnit::BusinessDay }
    }

    /// So many calendar days (自然日).
    pub const fn calendar_days(amount: u32) -> Self {
        Self { amount, unit: LimitUnit::CalendarDay }
    }

    /// So many months (月).
    pub const fn months(amount: u32) -> Self {
        Self { amount, unit: LimitUnit::Month }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.amount, self.unit.name_zh())
    }
}

/// A time in which the clock stands still (暂停计时), such as an expert review. Whole days: the
/// day it begins is not counted, the day it is over is. Pauses may overlap; no day is taken off
/// twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Pause {
    /// The first day that is not counted.
    pub from: NaiveDate,
    /// The first day that is counted again; none while the pause lasts. The day of `from` itself
    /// makes an empty pause.
    pub to_exclusive: Option<NaiveDate>,
    /// Why the clock stands still, shown to the applicant (暂停事由, 行政许可法 art. 45).
    #[schema(example = "专家评审")]
    pub ground: String,
}

impl Pause {
    /// Whether the pause, as far as it is known, takes `date` off.
    pub fn covers(&self, date: NaiveDate) -> bool {
        date >= self.from && self.to_exclusive.is_none_or(|end| date < end)
    }
}
