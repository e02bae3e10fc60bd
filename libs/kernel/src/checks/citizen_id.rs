//! Citizen identity number (公民身份号码), GB 11643-1999: 6 digits region, 8 digits birth date,
//! 3 digits sequence (odd for men), one check character by ISO 7064 MOD 11-2.
//!
//! The region is a soft finding. Counties come and go, and a table of today (or of the birth year)
//! refuses real residents; only a code no division can have, one that begins with 0, is refused.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Invalid, Reason, Warning, digits_only, iso7064, plain};
use crate::region;

const SUBJECT: &str = "公民身份号码";
/// Nobody alive was born before; such a year is a slip of the keys.
const EARLIEST_BIRTH_YEAR: i32 = 1800;

/// Sex as the sequence number tells it (性别).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男: the 17th digit is odd.
    Male,
    /// 女: the 17th digit is even.
    Female,
}

/// What a citizen identity number says. All of it is personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// Region of first registration (首次登记地), six digits, not looked up in any table.
    pub region: String,
    /// Birth date (出生日期).
    pub birth_date: NaiveDate,
    /// Sex (性别).
    pub sex: Sex,
    /// Unusual, but no ground for refusal.
    pub warnings: Vec<Warning>,
}

/// Checks a number and reads it. The check character must be a capital `X`.
///
/// Without a date there is no telling a birth in the future; see [`check_on`].
///
/// # Errors
/// `length`, `alphabet`, `lower_case`, `region_unknown`, `birth_date`, `check_digit`, and those of
/// unclean input.
pub fn check(value: &str) -> Result<Parsed, Invalid> {
    plain(value, SUBJECT)?;
    if value.len() != 18 {
        return Err(Invalid::length(SUBJECT, "18", value.len()));
    }
    let (head, tail) = value.split_at(17);
    let given = match tail.chars().next() {
        Some('x') => {
            let message = format!("{SUBJECT}末位校验码须为大写字母 X，实为小写 x");
            return Err(Invalid::new(Reason::LowerCase, message));
        }
        Some(character) if character.is_ascii_digit() || character == 'X' => character,
        _ => {
            return Err(digits_only(head, SUBJECT, 0)
                .err()
                .unwrap_or(super::alphabet(SUBJECT, 17)));
        }
    };
    let parsed = read_head(head)?;
    let expected = check_of(head)?;
    if expected != given {
        return Err(Invalid::check_digit(SUBJECT, expected, given));
    }
    Ok(parsed)
}

/// Like [`check`], and refuses a birth after `today`.
///
/// # Errors
/// Those of [`check`].
pub fn check_on(value: &str, today: NaiveDate) -> Result<Parsed, Invalid> {
    let parsed = check(value)?;
    if parsed.birth_date > today {
        let message = format!("{SUBJECT}中的出生日期晚于当前日期");
        return Err(Invalid::new(Reason::BirthDate, message));
    }
    Ok(parsed)
}

/// The check character that belongs behind the first 17 digits.
///
/// # Errors
/// `length` and `alphabet`, and those of unclean input.
pub fn check_char(first_17: &str) -> Result<char, Invalid> {
    plain(first_17, SUBJECT)?;
    if first_17.len() != 17 {
        return Err(Invalid::length(SUBJECT, "17（不含校验码）", first_17.len()));
    }
    check_of(first_17)
}

/// The whole number for the first 17 digits; used for sample data.
///
/// # Errors
/// Those of [`check_char`] and [`check`].
pub fn complete(first_17: &str) -> Result<String, Invalid> {
    let value = format!("{first_17}{}", check_char(first_17)?);
    check(&value)?;
    Ok(value)
}

fn check_of(head: &str) -> Result<char, Invalid> {
    digits_only(head, SUBJECT, 0)?;
    iso7064::mod_11_2(head).ok_or_else(|| super::alphabet(SUBJECT, 0))
}

fn read_head(head: &str) -> Result<Parsed, Invalid> {
    digits_only(head, SUBJECT, 0)?;
    let region = &head[..6];
    if region.starts_with('0') {
        let message = format!("{SUBJECT}前六位不是行政区划代码（不以 0 开头）");
        return Err(Invalid::new(Reason::RegionUnknown, message));
    }
    let birth_date = NaiveDate::parse_from_str(&head[6..14], "%Y%m%d")
        .ok()
        .filter(|date| date.year() >= EARLIEST_BIRTH_YEAR)
        .ok_or_else(|| {
            Invalid::new(Reason::BirthDate, format!("{SUBJECT}第 7 至 14 位不是有效的出生日期"))
        })?;
    let odd = head.bytes().last().is_some_and(|digit| digit % 2 == 1);
    let known = region::province_name_zh(&region[..2]).is_some();
    Ok(Parsed {
        region: region.to_owned(),
        birth_date,
        sex: if odd { Sex::Male } else { Sex::Female },
        warnings: if known { Vec::new() } else { vec![Warning::RegionUnknown] },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(value: &str) -> &'static str {
        check(value).unwrap_err().reason()
    }

    #[test]
    fn reads_region_birth_and_sex() {
        let parsed = check("11010519491231002X").unwrap();
        assert_eq!(parsed.region, "110105");
        assert_eq!(parsed.birth_date, NaiveDate::from_ymd_opt(1949, 12, 31).unwrap());
        assert_eq!(parsed.sex, Sex::Female);
        assert!(parsed.warnings.is_empty());
        assert_eq!(check("460105193506070310").unwrap().sex, Sex::Male);
    }

    /// Haizhou (320706) exists since 2001 only, Xiuying (460105) since 1990: the old are real.
    #[test]
    fn older_than_their_region_code_is_fine() {
        for value in ["320706194803120014", "460105193506070310"] {
            assert!(check(value).is_ok());
        }
    }

    #[test]
    fn unknown_province_is_only_a_warning() {
        let value = complete("83000019900101001").unwrap();
        assert_eq!(check(&value).unwrap().warnings, [Warning::RegionUnknown]);
        assert_eq!(complete("03000019900101001").unwrap_err().reason(), "region_unknown");
    }

    #[test]
    fn refusals() {
        assert_eq!(reason("110105194912310021"), "check_digit");
        assert_eq!(reason("11010519491231002x"), "lower_case");
        assert_eq!(reason("11010519491331002X"), "birth_date");
        assert_eq!(reason("110105190002290021"), "birth_date");
        assert_eq!(reason("110105000001010021"), "birth_date");
        assert_eq!(reason("11010519A91231002X"), "alphabet");
        assert_eq!(reason("11010519491231002Y"), "alphabet");
        assert_eq!(reason("X1010519491231002X"), "alphabet");
        assert_eq!(reason("110105491231002"), "length");
        assert_eq!(reason("１１010519491231002X"), "full_width");
        assert_eq!(check_char("1101").unwrap_err().reason(), "length");
        assert_eq!(check_char("1101051949123100X").unwrap_err().reason(), "alphabet");
    }

    #[test]
    fn born_tomorrow() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let value = complete("32070620260101002").unwrap();
        assert!(check_on(&value, day("2026-01-01")).is_ok());
        let refusal = check_on(&value, day("2025-12-31")).unwrap_err();
        assert_eq!(refusal.reason(), "birth_date");
    }

    proptest! {
        #[test]
        fn completed_numbers_pass(day in 0i64..100_000, region in 110_000u32..830_000, sequence in 0u32..1000) {
            let birth = NaiveDate::from_ymd_opt(1800, 1, 1).unwrap() + chrono::TimeDelta::days(day);
            let value = complete(&format!("{region}{}{sequence:03}", birth.format("%Y%m%d"))).unwrap();
            let parsed = check(&value).unwrap();
            prop_assert_eq!(parsed.birth_date, birth);
            prop_assert_eq!(parsed.sex == Sex::Male, sequence % 2 == 1);
        }
    }
}
