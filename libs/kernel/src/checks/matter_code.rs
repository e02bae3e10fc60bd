//! Codes of government service matters (政务服务事项编码), GB/T 39554.1 (inferred from real codes):
//!
//! | length | code | made of |
//! |---|---|---|
//! | 12 | 基本编码 | level of definition 2, matter type 2, department 2, main item 3, sub item 3 |
//! | 31 | 实施编码 | credit code of the body 18, level of exercise 1, 基本编码 12 |
//! | 33 | 业务办理项编码 | 实施编码 31, handling item 2 |
//!
//! A well-formed code is no proof that the matter exists, and real codes are not unique. One real
//! code of four has a body whose check character does not fit, and nothing else in the code would
//! show a slip: [`check`] is for new input, [`read`] for codes on record.

use serde::{Deserialize, Serialize};

use super::{Invalid, Reason, Warning, digits_only, plain, uscc};
use crate::region;

const SUBJECT: &str = "事项编码";
/// The level of definition of matters the State defines (国家级).
const NATIONAL: &str = "00";

/// Which of the three codes it is (编码种类).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 基本编码, 12 digits: the matter as the catalogue defines it.
    Basic,
    /// 实施编码, 31 characters: the matter as one body carries it out.
    Implementation,
    /// 业务办理项编码, 33 characters: one way of handling it (新办, 变更 …).
    HandlingItem,
}

/// What a matter code says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// Which of the three codes it is.
    pub kind: Kind,
    /// The basic code (基本编码) inside, 12 digits.
    pub basic: String,
    /// Level of definition: `00` national, otherwise the first two digits of the province.
    pub defined_by: String,
    /// Matter type (事项类型), two digits. 10, 20 and 21 mean different things in the national
    /// standard and in Guangdong's data, so the name is the catalogue's to tell.
    pub matter_type: String,
    /// Department (国务院部门代码), two digits.
    pub department: String,
    /// Main item (主项), three digits.
    pub main_item: String,
    /// Sub item (子项), three digits; `None` when there is none (`000`).
    pub sub_item: Option<String>,
    /// Credit code of the body that carries it out (实施主体), in the two longer codes.
    pub body: Option<String>,
    /// Level of exercise (行使层级), 1–7, in the two longer codes.
    pub level: Option<u8>,
    /// The implementation code (实施编码), in the two longer codes.
    pub implementation: Option<String>,
    /// Number of the handling item (业务办理项序号), two digits.
    pub handling_item: Option<String>,
    /// Unusual, but no ground for refusal; none from [`check`].
    pub warnings: Vec<Warning>,
}

/// Checks a code of any of the three kinds and reads it.
///
/// # Errors
/// `length`, `alphabet`, `body`, `level`, `region_unknown`, `matter_type`, and those of unclean
/// input.
pub fn check(value: &str) -> Result<Parsed, Invalid> {
    let parsed = read(value)?;
    if let Some(body) = &parsed.body {
        check_body(body)?;
    }
    Ok(parsed)
}

/// Reads a code already on record: a body whose check character does not fit is a warning.
///
/// # Errors
/// Those of [`check`]; `body` only when its form is wrong.
pub fn read(value: &str) -> Result<Parsed, Invalid> {
    plain(value, SUBJECT)?;
    let kind = match value.len() {
        12 => Kind::Basic,
        31 => Kind::Implementation,
        33 => Kind::HandlingItem,
        other => return Err(Invalid::length(SUBJECT, "12、31 或 33", other)),
    };
    if kind == Kind::Basic {
        return read_basic(value, 0);
    }
    let body = &value[..18];
    let body_parsed = uscc::read(body).map_err(in_body)?;
    let level = value[18..19].parse().ok().filter(|level| (1..=7).contains(level));
    let level: u8 = level.ok_or_else(bad_level)?;
    let basic = read_basic(&value[19..31], 19)?;
    let handling_item = match kind {
        Kind::HandlingItem => {
            digits_only(&value[31..], SUBJECT, 31)?;
            Some(value[31..].to_owned())
        }
        Kind::Basic | Kind::Implementation => None,
    };
    Ok(Parsed {
        kind,
        body: Some(body.to_owned()),
        level: Some(level),
        implementation: Some(value[..31].to_owned()),
        handling_item,
        warnings: if body_parsed.check_fits { Vec::new() } else { vec![Warning::BodyCheckDigit] },
        ..basic
    })
}

fn check_body(body: &str) -> Result<(), Invalid> {
    uscc::check(body).map(drop).map_err(in_body)
}

fn in_body(invalid: Invalid) -> Invalid {
    invalid.within(Reason::Body, "实施主体编码")
}

/// Builds a basic code (基本编码); `sub_item` 0 means there is none.
///
/// # Errors
/// `length` or `alphabet` when a part has the wrong form, `region_unknown`, `matter_type`.
pub fn basic(
    defined_by: &str,
    matter_type: &str,
    department: &str,
    main_item: u16,
    sub_item: u16,
) -> Result<String, Invalid> {
    for part in [defined_by, matter_type, department] {
        plain(part, SUBJECT)?;
        if part.len() != 2 {
            return Err(Invalid::length("层级、类型、部门代码", "2", part.len()));
        }
    }
    let value = format!("{defined_by}{matter_type}{department}{main_item:03}{sub_item:03}");
    expect_kind(&value, Kind::Basic)?;
    Ok(value)
}

/// Builds an implementation code (实施编码) from the body, the level and the basic code.
///
/// # Errors
/// `body`, `level`, and those of a basic code.
pub fn implementation(uscc: &str, level: u8, basic: &str) -> Result<String, Invalid> {
    check_body(uscc)?;
    if !(1..=7).contains(&level) {
        return Err(bad_level());
    }
    expect_kind(basic, Kind::Basic)?;
    Ok(format!("{uscc}{level}{basic}"))
}

/// Builds a handling-item code (业务办理项编码) from an implementation code and a number 0–99.
///
/// # Errors
/// `handling_item`, and those of an implementation code.
pub fn handling_item(implementation: &str, number: u8) -> Result<String, Invalid> {
    expect_kind(implementation, Kind::Implementation)?;
    if number > 99 {
        return Err(Invalid::new(Reason::HandlingItem, "业务办理项序号应为 00 至 99"));
    }
    Ok(format!("{implementation}{number:02}"))
}

fn expect_kind(value: &str, kind: Kind) -> Result<(), Invalid> {
    if check(value)?.kind == kind {
        return Ok(());
    }
    let (name, length) = match kind {
        Kind::Basic => ("基本编码", "12"),
        Kind::Implementation => ("实施编码", "31"),
        Kind::HandlingItem => ("业务办理项编码", "33"),
    };
    Err(Invalid::length(name, length, value.len()))
}

fn read_basic(basic: &str, offset: usize) -> Result<Parsed, Invalid> {
    digits_only(basic, SUBJECT, offset)?;
    let (defined_by, matter_type) = (&basic[..2], &basic[2..4]);
    if defined_by != NATIONAL && region::province_name_zh(defined_by).is_none() {
        let message = "基本编码前两位应为 00（国家级）或省级行政区划代码";
        return Err(Invalid::new(Reason::RegionUnknown, message));
    }
    if !is_known_type(matter_type) {
        let message = "基本编码第 3、4 位不是已知的事项类型";
        return Err(Invalid::new(Reason::MatterType, message));
    }
    let sub_item = &basic[9..];
    Ok(Parsed {
        kind: Kind::Basic,
        basic: basic.to_owned(),
        defined_by: defined_by.to_owned(),
        matter_type: matter_type.to_owned(),
        department: basic[4..6].to_owned(),
        main_item: basic[6..9].to_owned(),
        sub_item: (sub_item != "000").then(|| sub_item.to_owned()),
        body: None,
        level: None,
        implementation: None,
        handling_item: None,
        warnings: Vec::new(),
    })
}

/// Types of GB/T 39046-2020 table A.1 (01–10, 20) and Guangdong's 21.
fn is_known_type(code: &str) -> bool {
    matches!(code.parse(), Ok(1u8..=10 | 20 | 21))
}

fn bad_level() -> Invalid {
    Invalid::new(Reason::Level, "行使层级应为 1 至 7")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &str = "11320706MB0000001B";

    fn reason(value: &str) -> &'static str {
        check(value).unwrap_err().reason()
    }

    #[test]
    fn builds_the_worked_example() {
        let basic = basic("32", "01", "17", 109, 3).unwrap();
        assert_eq!(basic, "320117109003");
        let code = implementation(BODY, 3, &basic).unwrap();
        assert_eq!(code, "11320706MB0000001B3320117109003");
        let item = handling_item(&code, 2).unwrap();
        assert_eq!(item, "11320706MB0000001B332011710900302");
        let parsed = check(&item).unwrap();
        assert_eq!(parsed.kind, Kind::HandlingItem);
        assert_eq!(parsed.body.as_deref(), Some(BODY));
        assert_eq!(parsed.level, Some(3));
        assert_eq!(parsed.implementation.as_deref(), Some(code.as_str()));
        assert_eq!(parsed.handling_item.as_deref(), Some("02"));
        assert_eq!((parsed.basic, parsed.sub_item), (basic, Some("003".to_owned())));
    }

    #[test]
    fn reads_a_basic_code() {
        let parsed = check("000117109000").unwrap();
        assert_eq!((parsed.kind, parsed.defined_by.as_str()), (Kind::Basic, "00"));
        assert_eq!((parsed.matter_type.as_str(), parsed.department.as_str()), ("01", "17"));
        assert_eq!((parsed.main_item.as_str(), parsed.sub_item), ("109", None));
        assert_eq!(parsed.body, None);
    }

    /// A real code whose body does not pass MOD 31.
    #[test]
    fn codes_on_record() {
        let recorded = "11370117MB285591843370117002011";
        assert_eq!(reason(recorded), "body");
        assert_eq!(read(recorded).unwrap().warnings, [Warning::BodyCheckDigit]);
        assert_eq!(read("11370117MO285591843370117002011").unwrap_err().reason(), "body");
    }

    #[test]
    fn refusals() {
        assert_eq!(reason("32011710900"), "length");
        assert_eq!(reason("11320706MB0000001B33201171090030"), "length");
        assert_eq!(reason("32011710900A"), "alphabet");
        assert_eq!(reason("990117109003"), "region_unknown");
        for kind in ["00", "11", "19", "22", "99"] {
            assert_eq!(reason(&format!("32{kind}17109003")), "matter_type");
        }
        assert_eq!(reason("11320706MB0000001C3320117109003"), "body");
        assert_eq!(reason("11320706MB0000001B0320117109003"), "level");
        assert_eq!(reason("11320706MB0000001B8320117109003"), "level");
        assert_eq!(reason("11320706MB0000001BX320117109003"), "level");
        assert_eq!(reason("11320706MB0000001B33201171090030A"), "alphabet");
    }

    #[test]
    fn builders_refuse() {
        let whole = "11320706MB0000001B3320117109003";
        assert_eq!(implementation("x", 3, "320117109003").unwrap_err().reason(), "body");
        assert_eq!(implementation(BODY, 0, "320117109003").unwrap_err().reason(), "level");
        assert_eq!(implementation(BODY, 3, whole).unwrap_err().reason(), "length");
        assert_eq!(handling_item("320117109003", 1).unwrap_err().reason(), "length");
        assert_eq!(handling_item(whole, 100).unwrap_err().reason(), "handling_item");
        assert_eq!(basic("32", "01", "17", 1000, 0).unwrap_err().reason(), "length");
        assert_eq!(basic("3", "201", "17", 1, 0).unwrap_err().reason(), "length");
    }

    proptest! {
        #[test]
        fn built_codes_pass(kind in 1u8..=10, main in 0u16..1000, sub in 0u16..1000, level in 1u8..=7, number in 0u8..100) {
            let basic = basic("32", &format!("{kind:02}"), "17", main, sub).unwrap();
            let code = implementation(BODY, level, &basic).unwrap();
            let parsed = check(&handling_item(&code, number).unwrap()).unwrap();
            prop_assert_eq!(parsed.level, Some(level));
            prop_assert_eq!(parsed.basic, basic);
        }
    }
}
