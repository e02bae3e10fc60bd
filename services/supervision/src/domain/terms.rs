//! Time limits of visits, publication and credit, each a setting with its source (期限及其来源).

use std::sync::Arc;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use tongban_calendar::{Calendar, CalendarError, Limit, LimitUnit};
use tongban_contracts::publications::{PublicationDuty, PublicationKind};
use tongban_kernel::Fault;
use utoipa::ToSchema;

use super::codes::ResultCodes;

/// A limit and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcedLimit {
    /// How many.
    #[schema(example = 20)]
    pub amount: u32,
    /// Of what.
    pub unit: LimitUnit,
    /// The rule that says so (来源).
    #[schema(example = "冀政办发〔2015〕22号（检查结束之日起 20 个工作日）")]
    pub source: String,
}

/// A number and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcedCount {
    /// How many.
    #[schema(example = 2)]
    pub count: usize,
    /// The rule that says so (来源).
    #[schema(example = "行政处罚法 第四十二条")]
    pub source: String,
}

/// All of them, as `data/supervision/terms.json` gives them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupervisionTerms {
    /// What they are.
    #[schema(example = "现场检查、公示与信用的期限及其来源")]
    pub about: String,
    /// Fewest inspectors present on site (现场检查人数).
    pub inspectors_on_site: SourcedCount,
    /// From the end of the check or the decision to its publication (公示期限).
    pub publication: SourcedLimit,
    /// From the change of a penalty's decision to the withdrawal or correction of what is shown (撤回期限).
    pub withdrawal: SourcedLimit,
    /// How long a result is shown (公示保留期).
    pub shown: SourcedLimit,
    /// How long a natural person's result is shown.
    pub shown_natural_person: SourcedLimit,
    /// How long a penalty is shown.
    pub shown_penalty: SourcedLimit,
    /// How long a small penalty is shown.
    pub shown_small_penalty: SourcedLimit,
    /// Longest time to correct (责令改正期限上限).
    pub correction_longest: SourcedLimit,
    /// For the answer to an objection (异议答复期限).
    pub objection: SourcedLimit,
    /// For the answer to an application for repair (信用修复答复期限).
    pub repair: SourcedLimit,
}

/// What commands are judged by besides state and caller.
#[derive(Debug)]
pub struct Rules {
    /// Codes of results.
    pub codes: ResultCodes,
    /// Limits.
    pub terms: SupervisionTerms,
    /// Business days.
    pub calendar: Arc<Calendar>,
}

impl Rules {
    /// The last day of a limit that starts on `start`.
    ///
    /// # Errors
    /// `calendar_not_loaded` when it reaches beyond the days that are known.
    pub fn due(&self, start: NaiveDate, limit: Limit) -> Result<NaiveDate, Fault> {
        self.calendar.due_date(start, limit, &[]).map_err(not_loaded)
    }

    /// The same, or nothing while the days are not known: what must not wait for a calendar goes on without.
    pub fn due_if_known(&self, start: NaiveDate, limit: &SourcedLimit) -> Option<NaiveDate> {
        self.due(start, limit.limit()).ok()
    }

    /// The last day on which something published on `on` is shown: counted in months, without rest days.
    pub fn shown_until(&self, duty: &PublicationDuty, on: NaiveDate) -> NaiveDate {
        let terms = &self.terms;
        let limit = match duty.kind {
            PublicationKind::Penalty => &terms.shown_penalty,
            PublicationKind::SmallPenalty => &terms.shown_small_penalty,
            PublicationKind::Inspection if duty.natural_person => &terms.shown_natural_person,
            PublicationKind::Inspection => &terms.shown,
        };
        // A natural person's penalty is not shown longer than anything else of theirs.
        let limit = match duty.natural_person {
            true if months(limit) > months(&terms.shown_natural_person) => {
                &terms.shown_natural_person
            }
            _ => limit,
        };
        add_months(on, months(limit))
    }
}

impl SourcedLimit {
    /// The limit alone.
    pub fn limit(&self) -> Limit {
        Limit { amount: self.amount, unit: self.unit }
    }
}

/// A limit in months; shown terms are given so.
fn months(limit: &SourcedLimit) -> u32 {
    match limit.unit {
        LimitUnit::Month => limit.amount,
        LimitUnit::BusinessDay | LimitUnit::CalendarDay => limit.amount.div_ceil(30),
    }
}

/// The corresponding day so many months later; the last there is where the calendar ends.
pub fn add_months(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

fn not_loaded(error: CalendarError) -> Fault {
    Fault::conflict("calendar_not_loaded", "工作日历尚未覆盖所需日期，暂时不能计算期限")
        .with_detail(format!("{error}。请缩短期限，或在更新工作日历后再办理。"))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::domain::codes;

    pub fn rules() -> Rules {
        let terms = include_str!("../../../../data/supervision/terms.json");
        let calendar = include_str!("../../../../data/calendar/holidays.json");
        Rules {
            codes: codes::tests::codes(),
            terms: serde_json::from_str(terms).unwrap(),
            calendar: Arc::new(Calendar::from_json(calendar).unwrap()),
        }
    }

    #[test]
    fn twenty_business_days_for_publication() {
        let rules = rules();
        let start = "2026-03-11".parse().unwrap();
        let due = rules.due_if_known(start, &rules.terms.publication).unwrap();
        assert_eq!(rules.calendar.business_days_between(start, due).unwrap(), 20);
        let late = "2026-12-20".parse().unwrap();
        assert_eq!(rules.due_if_known(late, &rules.terms.publication), None);
    }
}
