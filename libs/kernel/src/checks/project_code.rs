//! Investment project code (投资项目代码), GB/T 40058-2021: `YYMM-region-department-type-number`,
//! 24 characters with hyphens, the last digit a check digit by ISO 7064 MOD 11,10 (inferred; it
//! agrees with four of four public codes).
//!
//! Codes given before had the full year first and no known check: `2020-320282-48-01-123456`. The
//! two cannot be confused, for the years 2013–2021 end in no month. Zone codes such as 320270
//! occur in real data, so an unlisted region is a warning ([`Parsed::region_warning`]).

use serde::{Deserialize, Serialize};

use super::{Invalid, Reason, Warning, digits_only, iso7064, plain};
use crate::region;

const SUBJECT: &str = "投资项目代码";
const HYPHENS: [usize; 4] = [4, 11, 14, 17];

/// Which rule the code was given under (编码规则).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// GB/T 40058-2021: year and month first, a check digit last.
    New,
    /// Before: the full year first, no check digit.
    Old,
}

/// What a project code says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// Which rule the code was given under.
    pub form: Form,
    /// Year the code was given (赋码年份).
    pub year: u16,
    /// Month the code was given (赋码月份); old codes have none.
    pub month: Option<u8>,
    /// Region (行政区划代码), six digits; may be a zone outside GB/T 2260.
    pub region: String,
    /// Department the industry belongs to (行业主管部门或行业代码), two digits.
    pub department: String,
    /// Project type (项目类型), two digits.
    pub project_type: String,
    /// Serial (流水号): five digits in a new code, six in an old one.
    pub serial: String,
}

impl Parsed {
    /// A warning when the caller's table does not hold the region. Never a refusal.
    pub fn region_warning(&self, is_known: impl Fn(&str) -> bool) -> Option<Warning> {
        (!is_known(&self.region)).then_some(Warning::RegionUnknown)
    }
}

/// Checks a code and reads it. The platform's registry must still be asked whether it was given.
///
/// # Errors
/// `length`, `format`, `alphabet`, `month`, `region_unknown`, `check_digit`, and those of unclean
/// input.
pub fn check(value: &str) -> Result<Parsed, Invalid> {
    plain(value, SUBJECT)?;
    if value.len() != 24 {
        return Err(Invalid::length(SUBJECT, "24（含连字符）", value.len()));
    }
    let given = value.chars().last().unwrap_or_default();
    let parsed = read(value)?;
    if parsed.form == Form::New {
        let expected = check_of(&value[..23])?;
        if expected != given {
            return Err(Invalid::check_digit(SUBJECT, expected, given));
        }
    }
    Ok(parsed)
}

/// The check digit that belongs behind the first 23 characters of a new code
/// (`2601-320706-89-01-12345`).
///
/// # Errors
/// `length`, `format`, `alphabet`, and those of unclean input.
pub fn check_digit(first_23: &str) -> Result<char, Invalid> {
    plain(first_23, SUBJECT)?;
    if first_23.len() != 23 {
        return Err(Invalid::length(SUBJECT, "23（含连字符，不含校验码）", first_23.len()));
    }
    check_groups(first_23)?;
    check_of(first_23)
}

/// The whole new code for its first 23 characters; used for sample data.
///
/// # Errors
/// Those of [`check_digit`] and [`check`]; `month` for a group that would make an old code.
pub fn complete(first_23: &str) -> Result<String, Invalid> {
    let value = format!("{first_23}{}", check_digit(first_23)?);
    match check(&value)?.form {
        Form::New => Ok(value),
        Form::Old => Err(bad_month()),
    }
}

fn check_groups(value: &str) -> Result<(), Invalid> {
    for (index, byte) in value.bytes().enumerate() {
        if HYPHENS.contains(&index) != (byte == b'-') {
            if byte.is_ascii_alphabetic() {
                return Err(super::alphabet(SUBJECT, index));
            }
            let message = format!("{SUBJECT}应为“4-6-2-2-6”五组数字，以半角连字符分隔");
            return Err(Invalid::new(Reason::Format, message));
        }
        if byte != b'-' {
            digits_only(&value[index..=index], SUBJECT, index)?;
        }
    }
    Ok(())
}

fn read(value: &str) -> Result<Parsed, Invalid> {
    check_groups(value)?;
    let (form, year, month) = read_date(&value[..4])?;
    let region = &value[5..11];
    // 00 is the national level, 66 the Xinjiang corps: both appear outside GB/T 2260.
    let province = &region[..2];
    if region::province_name_zh(province).is_none() && !matches!(province, "00" | "66") {
        let message = format!("{SUBJECT}第二组不是行政区划代码（没有这样的省份）");
        return Err(Invalid::new(Reason::RegionUnknown, message));
    }
    let serial_end = if form == Form::New { 23 } else { 24 };
    Ok(Parsed {
        form,
        year,
        month,
        region: region.to_owned(),
        department: value[12..14].to_owned(),
        project_type: value[15..17].to_owned(),
        serial: value[18..serial_end].to_owned(),
    })
}

fn read_date(group: &str) -> Result<(Form, u16, Option<u8>), Invalid> {
    let number: u16 = group.parse().map_err(|_| bad_month())?;
    match (number, number % 100) {
        (_, month @ 1..=12) => Ok((Form::New, 2000 + number / 100, u8::try_from(month).ok())),
        (2013..=2021, _) => Ok((Form::Old, number, None)),
        _ => Err(bad_month()),
    }
}

fn bad_month() -> Invalid {
    let message = format!("{SUBJECT}第一组应为两位年份加月份 01 至 12（旧码为 2013 至 2021 年份）");
    Invalid::new(Reason::Month, message)
}

fn check_of(first_23: &str) -> Result<char, Invalid> {
    let digits: String = first_23.chars().filter(|character| *character != '-').collect();
    iso7064::mod_11_10(&digits).ok_or_else(|| super::alphabet(SUBJECT, 0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(value: &str) -> &'static str {
        check(value).unwrap_err().reason()
    }

    #[test]
    fn reads_new_and_old() {
        let new = check("2601-320706-89-01-123450").unwrap();
        assert_eq!((new.form, new.year, new.month), (Form::New, 2026, Some(1)));
        assert_eq!((new.region.as_str(), new.serial.as_str()), ("320706", "12345"));
        assert_eq!((new.department.as_str(), new.project_type.as_str()), ("89", "01"));
        let old = check("2020-320282-48-01-123456").unwrap();
        assert_eq!((old.form, old.year, old.month), (Form::Old, 2020, None));
        assert_eq!(old.serial, "123456");
    }

    #[test]
    fn old_codes_have_no_check_digit() {
        for digit in 0..10 {
            assert!(check(&format!("2017-000052-48-02-12345{digit}")).is_ok());
        }
    }

    #[test]
    fn zones_are_warnings() {
        for value in ["2401-320270-89-03-385869", "2509-320193-89-01-544060"] {
            let parsed = check(value).unwrap();
            assert_eq!(parsed.region_warning(|_| false), Some(Warning::RegionUnknown));
            assert_eq!(parsed.region_warning(|_| true), None);
        }
    }

    #[test]
    fn refusals() {
        assert_eq!(reason("2601-320706-89-01-123451"), "check_digit");
        assert_eq!(reason("2613-320706-89-01-123450"), "month");
        assert_eq!(reason("2600-320706-89-01-123450"), "month");
        assert_eq!(reason("2022-320706-89-01-123450"), "month");
        assert_eq!(reason("2601-990706-89-01-123450"), "region_unknown");
        assert_eq!(reason("26013207068901123450"), "length");
        assert_eq!(reason("2601-3207068-9-01-123450"), "format");
        assert_eq!(reason("2601_320706_89_01_123450"), "format");
        assert_eq!(reason("2601-320706-89-01-12345X"), "alphabet");
        assert_eq!(reason("2601—320706-89-01-12345"), "alphabet");
        assert_eq!(complete("2020-320282-48-01-12345").unwrap_err().reason(), "month");
        assert_eq!(check_digit("2601").unwrap_err().reason(), "length");
    }

    proptest! {
        #[test]
        fn completed_codes_pass(year in 20u8..100, month in 1u8..=12, serial in 0u32..100_000) {
            let value = complete(&format!("{year:02}{month:02}-320706-89-01-{serial:05}")).unwrap();
            let parsed = check(&value).unwrap();
            prop_assert_eq!(parsed.form, Form::New);
            prop_assert_eq!((parsed.year, parsed.month), (2000 + u16::from(year), Some(month)));
        }

        /// Every year of the old rule stays apart from every month of the new one.
        #[test]
        fn old_years_are_never_new(year in 2013u16..=2021, serial in 0u32..1_000_000) {
            let parsed = check(&format!("{year}-320282-48-01-{serial:06}")).unwrap();
            prop_assert_eq!(parsed.form, Form::Old);
        }
    }
}
