//! Electronic licence identifier (电子证照标识), GB/T 36904:
//! `1.2.156.3005.2.` type `.` issuer `.` serial `.` version `.` check.
//!
//! The check character is ISO 7064 MOD 37,36 over type, issuer, serial and version without the
//! root and the dots. The text of the standard was not readable; layout and check agree with four
//! of four public identifiers.

use serde::{Deserialize, Serialize};

use super::{Invalid, Reason, Warning, capitals_only, iso7064, plain, uscc};

const SUBJECT: &str = "电子证照标识";
/// The object identifier every licence identifier begins with.
pub const ROOT: &str = "1.2.156.3005.2";
const LONGEST_SERIAL: usize = 64;

/// Who issued the licence (颁发机构).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issuer {
    /// The issuer's 统一社会信用代码: the rule.
    Body(String),
    /// A six-digit region code, seen on a public sample: accepted, never composed here.
    Region(String),
}

/// What a licence identifier says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// Licence type code (证照类型代码): credit code of the defining authority and 3 digits.
    pub type_code: String,
    /// Who issued it (颁发机构代码).
    pub issuer: Issuer,
    /// Serial number (流水号), digits and capitals.
    pub serial: String,
    /// Version (版本号), from 1; a change of the licence adds one.
    pub version: u16,
    /// Unusual, but no ground for refusal.
    pub warnings: Vec<Warning>,
}

/// Checks an identifier and reads it.
///
/// The credit codes inside are checked for their form; a check character of theirs that does not
/// fit is a warning, for early codes on record have that.
///
/// # Errors
/// `format`, `lower_case`, `licence_type`, `issuer`, `serial`, `version`, `check_digit`, `length`,
/// and those of unclean input.
pub fn check(value: &str) -> Result<Parsed, Invalid> {
    plain(value, SUBJECT)?;
    capitals_only(value, SUBJECT)?;
    let tail = value.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('.'));
    let tail =
        tail.ok_or_else(|| Invalid::new(Reason::Format, format!("{SUBJECT}应以 {ROOT}. 开头")))?;
    let segments: Vec<&str> = tail.split('.').collect();
    let &[type_code, issuer, serial, version, check] = segments.as_slice() else {
        let message = format!(
            "{SUBJECT}在 {ROOT} 之后应为 5 段（类型、颁发机构、流水号、版本号、校验位），实为 {} 段",
            segments.len()
        );
        return Err(Invalid::new(Reason::Format, message));
    };
    let mut warnings = Vec::new();
    if !read_type(type_code)?.check_fits {
        warnings.push(Warning::BodyCheckDigit);
    }
    let issuer = read_issuer(issuer, &mut warnings)?;
    check_serial(serial)?;
    let number = read_version(version)?;
    let mut given = check.chars();
    let (Some(given), None) = (given.next(), given.next()) else {
        return Err(Invalid::new(Reason::Format, format!("{SUBJECT}校验位应为 1 位")));
    };
    let issuer_text = match &issuer {
        Issuer::Body(code) | Issuer::Region(code) => code,
    };
    let expected = check_of(type_code, issuer_text, serial, version)?;
    if expected != given {
        return Err(Invalid::check_digit(SUBJECT, expected, given));
    }
    Ok(Parsed {
        type_code: type_code.to_owned(),
        issuer,
        serial: serial.to_owned(),
        version: number,
        warnings,
    })
}

/// The identifier of a licence to be issued. Both credit codes must be faultless.
///
/// # Errors
/// `licence_type`, `issuer`, `serial`, `version`.
pub fn compose(
    type_code: &str,
    issuer: &str,
    serial: &str,
    version: u16,
) -> Result<String, Invalid> {
    check_type_code(type_code)?;
    uscc::check(issuer).map_err(|invalid| invalid.within(Reason::Issuer, "颁发机构代码"))?;
    check_serial(serial)?;
    if !(1..=999).contains(&version) {
        return Err(bad_version());
    }
    let version = format!("{version:03}");
    let check = check_of(type_code, issuer, serial, &version)?;
    Ok(format!("{ROOT}.{type_code}.{issuer}.{serial}.{version}.{check}"))
}

/// Checks a licence type code (证照类型代码) by itself: a credit code and three digits.
///
/// # Errors
/// `licence_type`.
pub fn check_type_code(type_code: &str) -> Result<(), Invalid> {
    read_type(type_code)?;
    let authority = type_code.get(..18).unwrap_or_default();
    uscc::check(authority).map(drop).map_err(in_type)
}

fn in_type(invalid: Invalid) -> Invalid {
    invalid.within(Reason::LicenceType, "证照类型代码")
}

fn read_type(type_code: &str) -> Result<uscc::Parsed, Invalid> {
    plain(type_code, "").map_err(in_type)?;
    if type_code.len() != 21 {
        return Err(
            Invalid::length("证照类型代码", "21", type_code.len()).recast(Reason::LicenceType)
        );
    }
    let (authority, serial) = type_code.split_at(18);
    super::digits_only(serial, "证照类型代码", 18)
        .map_err(|invalid| invalid.recast(Reason::LicenceType))?;
    uscc::read(authority).map_err(in_type)
}

fn read_issuer(issuer: &str, warnings: &mut Vec<Warning>) -> Result<Issuer, Invalid> {
    if issuer.len() == 6 && issuer.bytes().all(|byte| byte.is_ascii_digit()) {
        warnings.push(Warning::IssuerIsRegion);
        return Ok(Issuer::Region(issuer.to_owned()));
    }
    let body = uscc::read(issuer);
    let body = body.map_err(|invalid| invalid.within(Reason::Issuer, "颁发机构代码"))?;
    if !body.check_fits && !warnings.contains(&Warning::BodyCheckDigit) {
        warnings.push(Warning::BodyCheckDigit);
    }
    Ok(Issuer::Body(issuer.to_owned()))
}

fn check_serial(serial: &str) -> Result<(), Invalid> {
    let fits = (1..=LONGEST_SERIAL).contains(&serial.len());
    let known = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if fits && serial.bytes().all(known) {
        return Ok(());
    }
    let message = format!("{SUBJECT}流水号应为 1 至 {LONGEST_SERIAL} 位数字或大写字母");
    Err(Invalid::new(Reason::Serial, message))
}

fn read_version(version: &str) -> Result<u16, Invalid> {
    if version.len() != 3 || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad_version());
    }
    version.parse().ok().filter(|number| *number > 0).ok_or_else(bad_version)
}

fn bad_version() -> Invalid {
    Invalid::new(Reason::Version, format!("{SUBJECT}版本号应为 001 至 999"))
}

fn check_of(type_code: &str, issuer: &str, serial: &str, version: &str) -> Result<char, Invalid> {
    let covered = [type_code, issuer, serial, version].concat();
    iso7064::mod_37_36(&covered)
        .ok_or_else(|| Invalid::new(Reason::Alphabet, format!("{SUBJECT}含有不允许的字符")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "11100000000013338W032";
    const BODY: &str = "11320706MB0000001B";

    fn reason(value: &str) -> &'static str {
        check(value).unwrap_err().reason()
    }

    #[test]
    fn composes_the_worked_examples() {
        let value = compose(TYPE, BODY, "2026000001", 1).unwrap();
        assert_eq!(
            value,
            "1.2.156.3005.2.11100000000013338W032.11320706MB0000001B.2026000001.001.O"
        );
        let value = compose("11100000000013338W011", BODY, "20260000001", 1).unwrap();
        assert!(value.ends_with(".20260000001.001.K"));
    }

    #[test]
    fn reads_the_segments() {
        let sample = "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0";
        let parsed = check(sample).unwrap();
        assert_eq!(parsed.type_code, "11100000000013338W009");
        assert_eq!(parsed.issuer, Issuer::Body("11330105002500287C".to_owned()));
        assert_eq!((parsed.serial.as_str(), parsed.version), ("2025052201", 2));
        assert!(parsed.warnings.is_empty(), "{:?}", parsed.warnings);
    }

    #[test]
    fn a_region_for_an_issuer_is_a_warning_but_never_composed() {
        let parsed = check("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9").unwrap();
        assert_eq!(parsed.issuer, Issuer::Region("340100".to_owned()));
        assert!(parsed.warnings.contains(&Warning::IssuerIsRegion));
        assert_eq!(compose(TYPE, "340100", "1", 1).unwrap_err().reason(), "issuer");
    }

    #[test]
    fn refusals() {
        let with = |tail: &str| format!("{ROOT}.{tail}");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}.2026000001.001.M"))), "check_digit");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}.2026000001.001.o"))), "lower_case");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}.2026000001.001"))), "format");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}.2026000001.001.OO"))), "format");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}.2026000001.000.O"))), "version");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}.2026000001.+01.O"))), "version");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}..001.O"))), "serial");
        assert_eq!(reason(&with(&format!("{TYPE}.{BODY}.20-1.001.O"))), "serial");
        assert_eq!(reason(&with(&format!("{TYPE}.3401.2026000001.001.O"))), "issuer");
        assert_eq!(reason(&with(&format!("W032.{BODY}.2026000001.001.O"))), "licence_type");
        assert_eq!(reason(&format!("1.2.156.3005.3.{TYPE}.{BODY}.2026000001.001.O")), "format");
        assert_eq!(reason("1.2.156.3005.2"), "format");
    }

    #[test]
    fn compose_refuses_what_check_would() {
        assert_eq!(compose("W032", BODY, "1", 1).unwrap_err().reason(), "licence_type");
        let bad_authority = "11100000000013338A032";
        assert_eq!(compose(bad_authority, BODY, "1", 1).unwrap_err().reason(), "licence_type");
        assert_eq!(compose("类型", BODY, "1", 1).unwrap_err().reason(), "licence_type");
        let bad_body = "11320706MB0000001C";
        assert_eq!(compose(TYPE, bad_body, "1", 1).unwrap_err().reason(), "issuer");
        assert_eq!(compose(TYPE, BODY, "", 1).unwrap_err().reason(), "serial");
        assert_eq!(compose(TYPE, BODY, "a", 1).unwrap_err().reason(), "serial");
        assert_eq!(compose(TYPE, BODY, "1", 0).unwrap_err().reason(), "version");
        assert_eq!(compose(TYPE, BODY, "1", 1000).unwrap_err().reason(), "version");
    }

    proptest! {
        #[test]
        fn composed_identifiers_pass(serial in "[0-9A-Z]{1,64}", version in 1u16..1000) {
            let value = compose(TYPE, BODY, &serial, version).unwrap();
            let parsed = check(&value).unwrap();
            prop_assert_eq!(parsed.serial, serial);
            prop_assert_eq!(parsed.version, version);
        }
    }
}
