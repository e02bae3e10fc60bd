//! Why a day or a due date cannot be told.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why the calendar gives no answer. The text is Chinese and fit to be shown; [`code`] is stable.
///
/// [`code`]: CalendarError::code
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CalendarError {
    /// The day lies outside the years that are loaded: whether it is worked is not known.
    #[error("{date} 不在已加载的工作日历范围内（{first} 至 {loaded_through}），无法计算")]
    OutOfRange {
        /// The day asked for, or the first one that was missing.
        date: NaiveDate,
        /// The first day loaded.
        first: NaiveDate,
        /// The last day loaded.
        loaded_through: NaiveDate,
    },
    /// The clock stands still, and nobody knows until when (计时暂停中，到期日待定).
    #[error("自 {since} 起暂停计时（{ground}）尚未结束，到期日待定")]
    DueUnknown {
        /// The day the pause began.
        since: NaiveDate,
        /// Why the clock stands still.
        ground: String,
    },
    /// A pause that ends before it begins.
    #[error("暂停计时的结束日 {to_exclusive} 早于开始日 {from}")]
    PauseReversed {
        /// The day the pause begins.
        from: NaiveDate,
        /// The day it is said to be over.
        to_exclusive: NaiveDate,
    },
}

impl CalendarError {
    /// The stable machine code, as in JSON.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "out_of_range",
            Self::DueUnknown { .. } => "due_unknown",
            Self::PauseReversed { .. } => "pause_reversed",
        }
    }
}
