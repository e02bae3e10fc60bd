//! Periods of figures and scores (统计周期).

use tongban_kernel::{Fault, FaultKind};

/// Whole months, both ends included, each as 2026-03.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First month.
    pub from: String,
    /// Last month.
    pub until: String,
}

impl Period {
    /// A quarter as `2026-Q1` or a year as `2026`.
    ///
    /// # Errors
    /// `bad_period` for anything else.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (year, quarter) = match text.split_once("-Q") {
            Some((year, quarter)) => (year, Some(quarter)),
            None => (text, None),
        };
        let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let (first, last) = match quarter {
            None => ("01", "12"),
            Some("1") => ("01", "03"),
            Some("2") => ("04", "06"),
            Some("3") => ("07", "09"),
            Some("4") => ("10", "12"),
            Some(_) => ("", ""),
        };
        if !is_year || first.is_empty() {
            let title = "考核周期有误：应为年度（2026）或季度（2026-Q1）";
            return Err(Fault::new(FaultKind::Malformed, "bad_period", title));
        }
        Ok(Self { from: format!("{year}-{first}"), until: format!("{year}-{last}") })
    }
}

/// Refuses what is no month.
///
/// # Errors
/// `bad_month`.
pub fn check_month(month: Option<&str>) -> Result<(), Fault> {
    let is_month = |text: &str| {
        let parts = text.split_once('-');
        let digits = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        parts.is_some_and(|(year, month)| {
            digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month)
        })
    };
    if month.is_none_or(is_month) {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Malformed, "bad_month", "月份有误：应为 2026-03 的形式"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_and_years() {
        let of = |text| Period::parse(text).map(|period| (period.from, period.until)).ok();
        let months = |from: &str, until: &str| Some((from.to_owned(), until.to_owned()));
        assert_eq!(of("2026"), months("2026-01", "2026-12"));
        assert_eq!(of("2026-Q3"), months("2026-07", "2026-09"));
        for wrong in ["", "26", "2026-Q5", "2026-Q", "2026-01", "2026-Q1x", "２０２６"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn months_are_checked() {
        assert!(check_month(None).is_ok() && check_month(Some("2026-12")).is_ok());
        for wrong in ["2026-13", "2026-1", "2026", "2026-00", "x026-01"] {
            assert!(check_month(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
