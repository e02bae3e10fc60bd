//! Years and days between two civil days.

use chrono::{Datelike as _, NaiveDate};

/// Full years (周岁) from `from` to `to`, by the public calendar: one more on each anniversary itself. Without such a day
/// (29 February) it is the last day of the month, 民法典 art. 202. `None` if `to` is before `from`.
pub(crate) fn full_years(from: NaiveDate, to: NaiveDate) -> Option<i64> {
    if to < from {
        return None;
    }
    let years = to.year() - from.year();
    let this_year =
        from.with_year(to.year()).or_else(|| from.with_day(28)?.with_year(to.year()))?;
    Some(i64::from(if to < this_year { years - 1 } else { years }))
}

/// Days from `from` to `to`; negative if `to` is before `from`.
pub(crate) fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    (to - from).num_days()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::day;

    fn years(from: &str, to: &str) -> Option<i64> {
        full_years(day(from).unwrap(), day(to).unwrap())
    }

    #[test]
    fn a_year_is_full_on_the_anniversary() {
        assert_eq!(years("1966-11-24", "2026-11-23"), Some(59));
        assert_eq!(years("1966-11-24", "2026-11-24"), Some(60));
        assert_eq!(years("1966-11-24", "2026-11-25"), Some(60));
        assert_eq!(years("2026-11-24", "2026-11-24"), Some(0));
        assert_eq!(years("2026-11-25", "2026-11-24"), None);
    }

    #[test]
    fn who_was_born_on_a_leap_day_has_a_birthday_every_year() {
        assert_eq!(years("1944-02-29", "2026-02-27"), Some(81));
        assert_eq!(years("1944-02-29", "2026-02-28"), Some(82));
        assert_eq!(years("1944-02-29", "2024-02-28"), Some(79));
        assert_eq!(years("1944-02-29", "2024-02-29"), Some(80));
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(days_between(day("2024-02-28").unwrap(), day("2024-03-01").unwrap()), 2);
        assert_eq!(days_between(day("2026-01-02").unwrap(), day("2026-01-01").unwrap()), -1);
    }

    #[test]
    fn only_real_days_in_one_spelling_are_days() {
        for wrong in
            ["2026-2-1", "2026-02-30", "20260201", "2026-02-01 ", "+026-02-01", "2026/02/01", ""]
        {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }
}
