//! Administrative regions (行政区划): codes of GB/T 2260 and, below the district, of the
//! statistical division codes (统计用区划代码).
//!
//! A code tells its own place in the tree, so that scoping needs no table:
//!
//! | digits | level | example |
//! |---|---|---|
//! | 6, ending in 0000 | province 省 | 320000 |
//! | 6, ending in 00 | city 市 | 320700 |
//! | 6 | district or county 区县 | 320706 |
//! | 9 | town or street 乡镇街道 | 320706001 |
//! | 12 | village or community 村社区 | 320706001001 |
//!
//! One place has one code: the forms padded with zeros to nine or twelve digits are refused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::checks::{Invalid, Reason, digits_only, plain};

const SUBJECT: &str = "行政区划代码";

/// The provinces of GB/T 2260 (省级行政区): first two digits and name.
pub const PROVINCES: [(&str, &str); 34] = [
    ("11", "北京市"),
    ("12", "天津市"),
    ("13", "河北省"),
    ("14", "山西省"),
    ("15", "内蒙古自治区"),
    ("21", "辽宁省"),
    ("22", "吉林省"),
    ("23", "黑龙江省"),
    ("31", "上海市"),
    ("32", "江苏省"),
    ("33", "浙江省"),
    ("34", "安徽省"),
    ("35", "福建省"),
    ("36", "江西省"),
    ("37", "山东省"),
    ("41", "河南省"),
    ("42", "湖北省"),
    ("43", "湖南省"),
    ("44", "广东省"),
    ("45", "广西壮族自治区"),
    ("46", "海南省"),
    ("50", "重庆市"),
    ("51", "四川省"),
    ("52", "贵州省"),
    ("53", "云南省"),
    ("54", "西藏自治区"),
    ("61", "陕西省"),
    ("62", "甘肃省"),
    ("63", "青海省"),
    ("64", "宁夏回族自治区"),
    ("65", "新疆维吾尔自治区"),
    ("71", "台湾省"),
    ("81", "香港特别行政区"),
    ("82", "澳门特别行政区"),
];

/// The province of the first two digits of a code, if GB/T 2260 has one.
pub fn province_name_zh(first_two: &str) -> Option<&'static str> {
    PROVINCES.iter().find(|(code, _)| *code == first_two).map(|(_, name)| *name)
}

/// How deep in the tree a region lies (行政层级); the higher level is the smaller value.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RegionLevel {
    /// 省、自治区、直辖市.
    Province,
    /// 设区的市、自治州.
    City,
    /// 区、县、县级市.
    District,
    /// 乡、镇、街道.
    Town,
    /// 村、社区.
    Village,
}

impl RegionLevel {
    /// The Chinese term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Province => "省级",
            Self::City => "市级",
            Self::District => "县级",
            Self::Town => "乡镇级",
            Self::Village => "村级",
        }
    }

    /// How many leading digits all regions below one of this level share.
    const fn prefix_length(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::District => 6,
            Self::Town => 9,
            Self::Village => 12,
        }
    }
}

/// A region's code (行政区划代码), well formed and in a province that exists. Whether the region
/// itself exists is for the region table to tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    value_type = String,
    pattern = r"^[1-8][0-9]{5}([0-9]{3}([0-9]{3})?)?$",
    example = "320706"
)]
pub struct RegionCode(String);

impl RegionCode {
    /// Checks a code.
    ///
    /// # Errors
    /// `length` unless 6, 9 or 12 digits; `alphabet`; `region_unknown` for a province that does
    /// not exist; `format` for a gap in the tree, such as a district without a city or a town
    /// numbered 000; and those of unclean input.
    pub fn parse(value: &str) -> Result<Self, Invalid> {
        check(value)?;
        Ok(Self(value.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How deep in the tree it lies.
    pub fn level(&self) -> RegionLevel {
        level_of(&self.0)
    }

    /// The region right above, `None` for a province. A town may lie straight below a city without
    /// districts (东莞 441900).
    pub fn parent(&self) -> Option<Self> {
        let code = self.0.as_str();
        let parent = match self.level() {
            RegionLevel::Province => return None,
            RegionLevel::City => format!("{}0000", &code[..2]),
            RegionLevel::District => format!("{}00", &code[..4]),
            RegionLevel::Town => code[..6].to_owned(),
            RegionLevel::Village => code[..9].to_owned(),
        };
        Some(Self(parent))
    }

    /// The region itself and all above it, from the deepest up.
    pub fn lineage(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    /// Whether `other` is this region or lies below it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(self.prefix())
    }

    /// The digits that this region's code and those of all below begin with, and no others:
    /// `3207` for 320700. For scoping a query by `LIKE 'prefix%'`.
    pub fn prefix(&self) -> &str {
        &self.0[..self.level().prefix_length()]
    }

    /// This code's first digits, and the first text after all that begin with them: `3207` and `3208` for 320700. A
    /// query that asks for what lies between uses an index whatever the database's collation.
    pub fn range(&self) -> (&str, String) {
        let prefix = self.prefix();
        let kept = prefix.trim_end_matches('9');
        let mut end = kept.to_owned();
        let last = end.pop().and_then(|digit| digit.to_digit(10));
        end.extend(last.and_then(|digit| char::from_digit(digit + 1, 10)));
        (prefix, end)
    }

    /// The province it lies in, by name.
    pub fn province_zh(&self) -> &'static str {
        province_name_zh(&self.0[..2]).unwrap_or_default()
    }
}

fn level_of(code: &str) -> RegionLevel {
    match code.len() {
        12 => RegionLevel::Village,
        9 => RegionLevel::Town,
        _ if code.ends_with("0000") => RegionLevel::Province,
        _ if code.ends_with("00") => RegionLevel::City,
        _ => RegionLevel::District,
    }
}

fn check(value: &str) -> Result<(), Invalid> {
    plain(value, SUBJECT)?;
    if !matches!(value.len(), 6 | 9 | 12) {
        return Err(Invalid::length(SUBJECT, "6、9 或 12", value.len()));
    }
    digits_only(value, SUBJECT, 0)?;
    if province_name_zh(&value[..2]).is_none() {
        let message = format!("{SUBJECT}前两位没有对应的省份");
        return Err(Invalid::new(Reason::RegionUnknown, message));
    }
    let gap = |message: &str| Err(Invalid::new(Reason::Format, format!("{SUBJECT}{message}")));
    if &value[2..4] == "00" && (value.len() > 6 || &value[4..6] != "00") {
        return gap("缺少地市一级（第 3、4 位为 00）");
    }
    if value.len() >= 9 && &value[6..9] == "000" {
        return gap("乡镇一级不能为 000，请使用上级的六位代码");
    }
    if value.len() == 12 && &value[9..] == "000" {
        return gap("村一级不能为 000，请使用乡镇的九位代码");
    }
    Ok(())
}

impl fmt::Display for RegionCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for RegionCode {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        Self::parse(value)
    }
}

impl TryFrom<String> for RegionCode {
    type Error = Invalid;

    fn try_from(value: String) -> Result<Self, Invalid> {
        check(&value)?;
        Ok(Self(value))
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.0
    }
}

impl AsRef<str> for RegionCode {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use utoipa::PartialSchema;

    use super::*;

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    fn reason(text: &str) -> &'static str {
        RegionCode::parse(text).unwrap_err().reason()
    }

    #[test]
    fn levels_and_parents() {
        let chain = ["320706001001", "320706001", "320706", "320700", "320000"];
        let lineage: Vec<String> = code(chain[0]).lineage().map(String::from).collect();
        assert_eq!(lineage, chain);
        let levels: Vec<RegionLevel> = code(chain[0]).lineage().map(|code| code.level()).collect();
        use RegionLevel::{City, District, Province, Town, Village};
        assert_eq!(levels, [Village, Town, District, City, Province]);
        assert!(Province < Village);
    }

    #[test]
    fn containing() {
        for inner in ["320700", "320706", "320706001", "320706001001"] {
            assert!(code("320700").contains(&code(inner)));
            assert!(code("320000").contains(&code(inner)));
            assert!(!code("330000").contains(&code(inner)));
        }
        assert!(!code("320706").contains(&code("320707")));
        assert!(!code("320706").contains(&code("320700")));
        assert!(!code("320706001").contains(&code("320706010001")));
        assert_eq!(code("320700").prefix(), "3207");
    }

    #[test]
    fn a_range_holds_the_codes_of_a_region_and_no_others() {
        for (region, inside, outside) in [
            ("320706", vec!["320706", "320706001", "320706999999"], vec!["320707", "320705999"]),
            ("320700", vec!["320700", "320706", "320799"], vec!["320800", "320699"]),
            ("320000", vec!["320000", "329999"], vec!["330000", "310000"]),
            ("659900", vec!["659900", "659901"], vec!["660000", "659800"]),
        ] {
            let region = code(region);
            let (from, to) = region.range();
            assert!(inside.iter().all(|one| from <= *one && *one < to.as_str()), "{region:?}");
            assert!(outside.iter().all(|one| *one < from || to.as_str() <= *one), "{region:?}");
        }
    }

    /// Dongguan has towns straight below the city.
    #[test]
    fn a_city_without_districts() {
        let town = code("441900003");
        assert_eq!(town.parent(), Some(code("441900")));
        assert!(code("441900").contains(&town) && code("440000").contains(&town));
    }

    #[test]
    fn refusals() {
        assert_eq!(reason(""), "empty");
        assert_eq!(reason("3207"), "length");
        assert_eq!(reason("3207060"), "length");
        assert_eq!(reason("32070A"), "alphabet");
        assert_eq!(reason("３20706"), "full_width");
        assert_eq!(reason("320706 "), "whitespace");
        assert_eq!(reason("990000"), "region_unknown");
        assert_eq!(reason("000000"), "region_unknown");
        assert_eq!(reason("320006"), "format");
        assert_eq!(reason("320000001"), "format");
        assert_eq!(reason("320706000"), "format");
        assert_eq!(reason("320706000000"), "format");
        assert_eq!(reason("320706001000"), "format");
    }

    #[test]
    fn travels_as_a_string() {
        let json = serde_json::to_string(&code("320706")).unwrap();
        assert_eq!(json, "\"320706\"");
        assert_eq!(serde_json::from_str::<RegionCode>(&json).unwrap(), code("320706"));
        assert!(serde_json::from_str::<RegionCode>("\"320006\"").is_err());
        let schema = serde_json::to_value(RegionCode::schema()).unwrap();
        assert_eq!(schema["type"], "string");
        assert_eq!(schema["example"], "320706");
        assert!(schema["pattern"].is_string());
    }

    fn any_code() -> impl Strategy<Value = RegionCode> {
        let parts = (0..PROVINCES.len(), 1u16..100, 1u16..100, 1u16..1000, 1u16..1000, 0u8..5);
        parts.prop_map(|(province, city, district, town, village, depth)| {
            let province = PROVINCES[province].0;
            code(&match depth {
                0 => format!("{province}0000"),
                1 => format!("{province}{city:02}00"),
                2 => format!("{province}{city:02}{district:02}"),
                3 => format!("{province}{city:02}{district:02}{town:03}"),
                _ => format!("{province}{city:02}{district:02}{town:03}{village:03}"),
            })
        })
    }

    proptest! {
        #[test]
        fn a_parent_contains_its_child_and_is_valid(child in any_code()) {
            prop_assert!(child.contains(&child));
            if let Some(parent) = child.parent() {
                prop_assert!(parent.contains(&child) && !child.contains(&parent));
                prop_assert!(parent.level() < child.level());
                prop_assert_eq!(RegionCode::parse(parent.as_str()), Ok(parent));
            } else {
                prop_assert_eq!(child.level(), RegionLevel::Province);
            }
        }

        #[test]
        fn containing_is_transitive(inner in any_code(), other in any_code()) {
            let lineage: Vec<RegionCode> = inner.lineage().collect();
            for (index, middle) in lineage.iter().enumerate() {
                for outer in &lineage[index..] {
                    prop_assert!(outer.contains(middle) && outer.contains(&inner));
                }
                if other.contains(middle) {
                    prop_assert!(other.contains(&inner));
                }
            }
        }

        /// To lie below is to have it in the lineage: the prefix is no coincidence.
        #[test]
        fn containing_is_lineage(one in any_code(), other in any_code()) {
            prop_assert_eq!(one.contains(&other), other.lineage().any(|above| above == one));
        }

        #[test]
        fn no_input_panics(text in ".{0,16}") {
            let _ = RegionCode::parse(&text);
        }
    }
}
