//! Reading the holiday data, with every fault named at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::{Calendar, DayKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "about")]
    _about: Option<String>,
    loaded_through: String,
    years: Vec<Year>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: i32,
    holidays: Vec<Entry>,
    makeup_workdays: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    date: String,
    name: String,
}

/// One fault of the holiday data (日历数据错误).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DataFault {
    /// Not JSON, or not of the expected shape.
    #[error("日历文件格式错误：{detail}")]
    Unreadable {
        /// What the reader says, with line and column.
        detail: String,
    },
    /// No year at all.
    #[error("日历文件没有任何年份")]
    NoYears,
    /// The same year stands twice.
    #[error("{year} 年重复")]
    YearTwice {
        /// The year.
        year: i32,
    },
    /// A year is missing between others.
    #[error("缺少 {year} 年")]
    YearMissing {
        /// The year.
        year: i32,
    },
    /// A year without holidays: every year has some, so its data are not there.
    #[error("{year} 年没有任何节假日")]
    YearEmpty {
        /// The year.
        year: i32,
    },
    /// Not a date of the form `2026-01-01`.
    #[error("{place}：“{text}”不是有效日期")]
    BadDate {
        /// Where it stands.
        place: String,
        /// What stands there.
        text: String,
    },
    /// A date under another year.
    #[error("{date} 写在了 {year} 年之下")]
    WrongYear {
        /// The date.
        date: NaiveDate,
        /// The year it stands under.
        year: i32,
    },
    /// A date twice in one list.
    #[error("{date} 重复")]
    DateTwice {
        /// The date.
        date: NaiveDate,
    },
    /// A date both a holiday and a make-up workday.
    #[error("{date} 既是节假日又是调休上班日")]
    Contradiction {
        /// The date.
        date: NaiveDate,
    },
    /// A make-up workday on a day that is worked anyway.
    #[error("调休上班日 {date} 不是星期六或星期日")]
    MakeUpOnWeekday {
        /// The date.
        date: NaiveDate,
    },
    /// A day without the name of its holiday.
    #[error("{date} 没有节日名称")]
    NoName {
        /// The date.
        date: NaiveDate,
    },
    /// `loaded_through` does not lie in the last year.
    #[error("loaded_through {loaded_through} 不在最后一年 {last_year} 年之内")]
    LoadedThroughElsewhere {
        /// The date given.
        loaded_through: NaiveDate,
        /// The last year of the data.
        last_year: i32,
    },
    /// An entry after `loaded_through`.
    #[error("{date} 晚于 loaded_through")]
    AfterLoadedThrough {
        /// The date of the entry.
        date: NaiveDate,
    },
}

/// Holiday data that were refused, with all their faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct CalendarFault {
    /// The faults in the order of the file; never empty.
    pub faults: Vec<DataFault>,
}

impl fmt::Display for CalendarFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let separator = if index == 0 { "" } else { "；" };
            write!(formatter, "{separator}{fault}")?;
        }
        Ok(())
    }
}

pub(crate) fn from_json(text: &str) -> Result<Calendar, CalendarFault> {
    let file: File = serde_json::from_str(text).map_err(|error| CalendarFault {
        faults: vec![DataFault::Unreadable { detail: error.to_string() }],
    })?;
    let mut reader = Reader::default();
    for year in &file.years {
        reader.year(year);
    }
    reader.check_gaps();
    let loaded_through = reader.loaded_through(&file.loaded_through);
    let first = reader.years.first().and_then(|year| NaiveDate::from_ymd_opt(*year, 1, 1));
    match (first, loaded_through) {
        (Some(first), Some(loaded_through)) if reader.faults.is_empty() => {
            Ok(Calendar { special: reader.special, first, loaded_through })
        }
        _ => Err(CalendarFault { faults: reader.faults }),
    }
}

#[derive(Default)]
struct Reader {
    special: BTreeMap<NaiveDate, DayKind>,
    years: BTreeSet<i32>,
    faults: Vec<DataFault>,
}

impl Reader {
    fn year(&mut self, data: &Year) {
        let year = data.year;
        if !(1949..=9999).contains(&year) {
            let place = "year".to_owned();
            self.faults.push(DataFault::BadDate { place, text: year.to_string() });
            return;
        }
        if !self.years.insert(year) {
            self.faults.push(DataFault::YearTwice { year });
        }
        if data.holidays.is_empty() {
            self.faults.push(DataFault::YearEmpty { year });
        }
        for entry in &data.holidays {
            let name = entry.name.clone();
            self.entry(year, "holidays", entry, DayKind::Holiday { name });
        }
        for entry in &data.makeup_workdays {
            let name = entry.name.clone();
            self.entry(year, "makeup_workdays", entry, DayKind::MakeUpWorkday { name });
        }
    }

    fn entry(&mut self, year: i32, list: &str, entry: &Entry, kind: DayKind) {
        let place = || format!("{year}.{list}");
        let Some(date) = self.date(place, &entry.date) else { return };
        if date.year() != year {
            self.faults.push(DataFault::WrongYear { date, year });
        }
        if entry.name.trim().is_empty() {
            self.faults.push(DataFault::NoName { date });
        }
        let worked = kind.is_business_day();
        if worked && !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            self.faults.push(DataFault::MakeUpOnWeekday { date });
        }
        if let Some(before) = self.special.insert(date, kind) {
            self.faults.push(if before.is_business_day() == worked {
                DataFault::DateTwice { date }
            } else {
                DataFault::Contradiction { date }
            });
        }
    }

    fn date(&mut self, place: impl Fn() -> String, text: &str) -> Option<NaiveDate> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        // The parser takes 2026-1-4 too; the file has one way to write a date.
        let date = date.filter(|date| date.to_string() == text);
        if date.is_none() {
            self.faults.push(DataFault::BadDate { place: place(), text: text.to_owned() });
        }
        date
    }

    fn check_gaps(&mut self) {
        let (Some(&first), Some(&last)) = (self.years.first(), self.years.last()) else {
            self.faults.push(DataFault::NoYears);
            return;
        };
        for year in (first..=last).filter(|year| !self.years.contains(year)) {
            self.faults.push(DataFault::YearMissing { year });
        }
    }

    fn loaded_through(&mut self, text: &str) -> Option<NaiveDate> {
        let loaded_through = self.date(|| "loaded_through".to_owned(), text)?;
        let last_year = *self.years.last()?;
        if loaded_through.year() != last_year {
            self.faults.push(DataFault::LoadedThroughElsewhere { loaded_through, last_year });
            return None;
        }
        let late = self.special.keys().filter(|date| **date > loaded_through);
        self.faults.extend(late.map(|date| DataFault::AfterLoadedThrough { date: *date }));
        Some(loaded_through)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<DataFault> {
        from_json(text).unwrap_err().faults
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn file(loaded_through: &str, years: &str) -> String {
        format!(r#"{{ "loaded_through": "{loaded_through}", "years": [{years}] }}"#)
    }

    fn year(year: i32, holidays: &[&str], worked: &[&str]) -> String {
        let list = |dates: &[&str]| {
            let entries: Vec<String> = dates
                .iter()
                .map(|date| format!(r#"{{ "date": "{date}", "name": "元旦" }}"#))
                .collect();
            entries.join(",")
        };
        format!(
            r#"{{ "year": {year}, "holidays": [{}], "makeup_workdays": [{}] }}"#,
            list(holidays),
            list(worked)
        )
    }

    #[test]
    fn unreadable() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{ "loaded_through": "2026-12-31" }"#,
            r#"{ "loaded_through": 2026, "years": [] }"#,
            r#"{ "loaded_through": "2026-12-31", "years": [], "extra": 1 }"#,
            r#"{ "loaded_through": "2026-12-31", "loaded_through": "2026-12-31", "years": [] }"#,
        ] {
            let found = faults(text);
            assert!(
                matches!(found.as_slice(), [DataFault::Unreadable { .. }]),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn every_fault_is_named() {
        let years = [
            year(2024, &["2024-01-01", "2024-01-01", "2024-2-10"], &["2024-01-01"]),
            year(2024, &["2023-12-31"], &["2024-02-05"]),
            year(2026, &[], &["2026-12-26"]),
        ];
        let found = faults(&file("2026-12-01", &years.join(",")));
        let place = "2024.holidays".to_owned();
        let expected = [
            DataFault::DateTwice { date: day("2024-01-01") },
            DataFault::BadDate { place, text: "2024-2-10".to_owned() },
            DataFault::MakeUpOnWeekday { date: day("2024-01-01") },
            DataFault::Contradiction { date: day("2024-01-01") },
            DataFault::YearTwice { year: 2024 },
            DataFault::WrongYear { date: day("2023-12-31"), year: 2024 },
            DataFault::MakeUpOnWeekday { date: day("2024-02-05") },
            DataFault::YearEmpty { year: 2026 },
            DataFault::YearMissing { year: 2025 },
            DataFault::AfterLoadedThrough { date: day("2026-12-26") },
        ];
        assert_eq!(found, expected);
        let text = CalendarFault { faults: found }.to_string();
        assert!(text.starts_with("2024-01-01 重复；2024.holidays：“2024-2-10”不是有效日期；"));
    }

    #[test]
    fn loaded_through_lies_in_the_last_year() {
        let one = year(2026, &["2026-01-01"], &[]);
        for elsewhere in ["2025-12-31", "2027-01-01"] {
            let loaded_through = day(elsewhere);
            let fault = DataFault::LoadedThroughElsewhere { loaded_through, last_year: 2026 };
            assert_eq!(faults(&file(elsewhere, &one)), [fault]);
        }
        assert!(matches!(faults(&file("年底", &one)).as_slice(), [DataFault::BadDate { .. }]));
        assert!(from_json(&file("2026-06-30", &one)).is_ok());
    }

    #[test]
    fn no_years_and_impossible_years() {
        assert_eq!(faults(&file("2026-12-31", "")), [DataFault::NoYears]);
        let found = faults(&file("2026-12-31", &year(200_000, &[], &[])));
        assert!(matches!(found.as_slice(), [DataFault::BadDate { .. }, DataFault::NoYears]));
    }

    #[test]
    fn a_nameless_day() {
        let text = file("2026-12-31", &year(2026, &["2026-01-01"], &[])).replace("元旦", " ");
        assert_eq!(faults(&text), [DataFault::NoName { date: day("2026-01-01") }]);
    }
}
