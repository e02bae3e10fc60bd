//! The published rules of reviewing (好差评规则): each value with its source, none a constant of the program.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_calendar::{Calendar, Limit};
use tongban_contracts::handlings::HandlingTerms;
use tongban_kernel::{Fault, civil_date};
use utoipa::ToSchema;

/// What a term is counted in (期限单位).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewTermUnit, example = "business_day")]
pub enum Unit {
    /// 工作日: ends with the last day.
    BusinessDay,
    /// 自然日: ends with the last day.
    CalendarDay,
    /// 秒: of the sample city.
    Second,
}

/// A term (期限).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewTerm)]
pub struct Term {
    /// How many.
    #[schema(example = 5)]
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

impl Term {
    /// The moment it ends that begins at `from`: the end of its last day in China, or so many seconds later.
    ///
    /// # Errors
    /// `calendar_not_loaded` when the calendar does not reach so far.
    pub fn end(self, from: DateTime<Utc>, calendar: &Calendar) -> Result<DateTime<Utc>, Fault> {
        let first = civil_date(from);
        let last = match self.unit {
            Unit::Second => return Ok(from + Duration::seconds(i64::from(self.amount))),
            Unit::CalendarDay => {
                first.checked_add_days(Days::new(u64::from(self.amount))).unwrap_or(NaiveDate::MAX)
            }
            Unit::BusinessDay => calendar
                .due_date(first, Limit::business_days(self.amount), &[])
                .map_err(|error| {
                Fault::conflict("calendar_not_loaded", "期限超出已加载的工作日历").internally(error)
            })?,
        };
        Ok(end_of_day(last))
    }
}

/// The moment a day in China is over.
fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + Duration::hours(24 - 8)
}

/// A value of the rules and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from (依据).
    pub source: String,
    /// Whether the source was read; the others are settings of the deployment.
    pub verified: bool,
}

/// Every value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// How long a right may be used (评价有效期).
    pub right_term: Sourced<Term>,
    /// To contact the person and verify (核实期限).
    pub verify_term: Sourced<Term>,
    /// To answer (答复期限).
    pub answer_term: Sourced<Term>,
    /// To put right (整改期限).
    pub rectify_term: Sourced<Term>,
    /// To call back after that (回访期限).
    pub call_back_term: Sourced<Term>,
    /// After how many calls that nobody answers a handling is closed (回访次数).
    pub call_back_attempts: Sourced<u32>,
    /// By how many seconds the time of a signed request may differ from ours.
    pub signature_window_seconds: Sourced<u32>,
}

/// What is otherwise in the sample city, where nobody waits for days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Overrides {
    answer_term: Option<Term>,
}

/// `data/reviews/rules.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewRules {
    #[serde(default)]
    about: String,
    /// Version, kept with every bad review that is dealt with by it.
    pub version: String,
    /// The values.
    pub rules: Values,
    #[serde(default)]
    sample: Overrides,
}

impl ReviewRules {
    /// The rules as they hold in the sample city.
    #[must_use]
    pub fn of_sample(mut self) -> Self {
        if let Some(value) = std::mem::take(&mut self.sample).answer_term {
            let source = "示例城市".to_owned();
            self.rules.answer_term = Sourced { value, source, verified: false };
        }
        self
    }

    /// The clocks of a bad review that is received, or comes again, at `from`.
    ///
    /// # Errors
    /// `calendar_not_loaded` when the calendar does not reach so far.
    pub fn terms(&self, from: DateTime<Utc>, calendar: &Calendar) -> Result<HandlingTerms, Fault> {
        Ok(HandlingTerms {
            verify_by: self.rules.verify_term.value.end(from, calendar)?,
            answer_by: self.rules.answer_term.value.end(from, calendar)?,
            rectify_by: self.rules.rectify_term.value.end(from, calendar)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The rules that are published.
    pub(crate) fn rules() -> ReviewRules {
        let text = include_str!("../../../../data/reviews/rules.json");
        serde_json::from_str(text).unwrap()
    }

    /// The calendar that is published.
    pub(crate) fn calendar() -> Calendar {
        Calendar::from_json(include_str!("../../../../data/calendar/holidays.json")).unwrap()
    }

    #[test]
    fn terms_end_with_their_last_day_in_china() {
        // A Friday, 10:00 in Lianyungang.
        let from = "2026-03-13T02:00:00Z".parse().unwrap();
        let terms = rules().terms(from, &calendar()).unwrap();
        assert_eq!(terms.verify_by.to_string(), "2026-03-16 16:00:00 UTC");
        assert_eq!(terms.answer_by.to_string(), "2026-03-20 16:00:00 UTC");
        assert_eq!(terms.rectify_by.to_string(), "2026-04-03 16:00:00 UTC");
    }

    #[test]
    fn every_value_has_a_source_and_the_sample_says_so() {
        let rules = rules();
        for source in [&rules.rules.verify_term.source, &rules.rules.answer_term.source] {
            assert!(!source.is_empty());
        }
        assert_eq!(rules.of_sample().rules.answer_term.value.unit, Unit::Second);
    }
}
