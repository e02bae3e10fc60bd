//! Terms of validity (有效期) and what a licence is worth on a given day.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a licence is worth on a day (证照状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenceState {
    /// 有效
    Valid,
    /// 已过期
    Expired,
    /// 已撤销、吊销或注销
    Revoked,
    /// 尚未生效
    NotYetValid,
}

impl LicenceState {
    /// The state on `today`; a revoked licence stays revoked whatever the day.
    pub fn on(today: NaiveDate, from: NaiveDate, until: Option<NaiveDate>, revoked: bool) -> Self {
        if revoked {
            Self::Revoked
        } else if today < from {
            Self::NotYetValid
        } else if until.is_some_and(|until| until < today) {
            Self::Expired
        } else {
            Self::Valid
        }
    }
}

/// The last day of a term of `months` that begins with `from`: the day before the corresponding one,
/// or the month's end where that month has no such day (民法典 art. 202). `None` when there is no
/// such date or the term is empty.
pub fn last_day(from: NaiveDate, months: u32) -> Option<NaiveDate> {
    if months == 0 {
        return None;
    }
    let later = from.checked_add_months(Months::new(months))?;
    if later.day() < from.day() { Some(later) } else { later.checked_sub_days(Days::new(1)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn terms_end_the_day_before_the_corresponding_day() {
        for (from, months, until) in [
            ("2026-03-11", 60, "2031-03-10"),
            ("2026-03-01", 1, "2026-03-31"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2028-02-29", 48, "2032-02-28"),
            ("2026-12-31", 2, "2027-02-28"),
        ] {
            assert_eq!(last_day(day(from), months), Some(day(until)), "{from} + {months}");
        }
        assert_eq!(last_day(day("2026-03-11"), 0), None);
        assert_eq!(last_day(day("2026-03-11"), u32::MAX), None);
    }

    #[test]
    fn states_turn_at_the_first_and_after_the_last_day() {
        let (from, until) = (day("2026-03-11"), Some(day("2026-04-10")));
        let on = |today: &str| LicenceState::on(day(today), from, until, false);
        assert_eq!(on("2026-03-10"), LicenceState::NotYetValid);
        assert_eq!(on("2026-03-11"), LicenceState::Valid);
        assert_eq!(on("2026-04-10"), LicenceState::Valid);
        assert_eq!(on("2026-04-11"), LicenceState::Expired);
        assert_eq!(LicenceState::on(day("2099-01-01"), from, None, false), LicenceState::Valid);
        assert_eq!(LicenceState::on(from, from, until, true), LicenceState::Revoked);
    }

    proptest! {
        #[test]
        fn a_term_never_loses_a_day(offset in 0_u64..20_000, months in 1_u32..240) {
            let from = day("2000-01-01") + Days::new(offset);
            let until = last_day(from, months).unwrap();
            prop_assert!(until > from);
            // A next term that begins the day after never begins later than the corresponding day.
            let next = until + Days::new(1);
            prop_assert!(next.day() == from.day() || next.day() == 1);
        }
    }
}
