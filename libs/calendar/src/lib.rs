//! Business days (工作日) and legal time limits (办理期限), explained day by day.
//!
//! Pure: the public holidays come in as data ([`Calendar::from_json`]), today as an argument. Days
//! the data do not reach are refused, never guessed: next year's holidays are announced in about
//! November, and until then a limit reaching into next year has no known end.
//!
//! The rules:
//! * 民法典 art. 201: the day on which a period starts is not counted, the next day is day 1.
//! * art. 202: a period of months ends on the corresponding day, or at the month's end.
//! * art. 203: a last day that is a rest day moves to the next business day.
//! * 行政许可法 art. 82: the limits of that law count business days; art. 45: hearings, tenders,
//!   auctions, inspections, tests, quarantines, appraisals and expert reviews are not counted.
//!   Which grounds may stop which clock is the caller's rule: here a [`Pause`] is a pause.
//!
//! ```
//! use tongban_calendar::{Calendar, Limit};
//!
//! let json = r#"{ "loaded_through": "2026-12-31", "years": [ { "year": 2026,
//!     "holidays": [ { "date": "2026-01-01", "name": "元旦" }, { "date": "2026-01-02", "name": "元旦" } ],
//!     "makeup_workdays": [ { "date": "2026-01-04", "name": "元旦" } ] } ] }"#;
//! let calendar = Calendar::from_json(json)?;
//! let start = "2026-01-02".parse()?;
//! let due = calendar.due(start, Limit::business_days(1), &[])?;
//! assert_eq!(due.due.to_string(), "2026-01-04"); // a Sunday that is worked
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calendar;
mod due;
mod error;
mod limit;
mod load;

pub use calendar::{Calendar, DayKind};
pub use due::{DayExplained, DayReason, Due};
pub use error::CalendarError;
pub use limit::{Limit, LimitUnit, Pause};
pub use load::{CalendarFault, DataFault};
