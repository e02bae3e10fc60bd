//! Unified social credit code (统一社会信用代码), GB 32100-2015: registering department, kind of
//! body, 6 digits region, 9 characters body number, one check character (MOD 31).
//!
//! The alphabet is `0-9A-Z` without I, O, S, V, Z. The first two may be letters (A1, N2, Y1). Some
//! early real codes fail the checksum: [`check`] is for new input, [`read`] for codes on record.

use serde::{Deserialize, Serialize};

use super::{Invalid, Reason, alphabet, capitals_only, digits_only, plain};

const SUBJECT: &str = "统一社会信用代码";
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// What kind of body the first two characters name (登记管理部门与机构类别).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// 11 机关.
    Authority,
    /// 12 事业单位.
    Institution,
    /// 13 编办直接管理机构编制的群众团体.
    MassOrganisation,
    /// 31–35 律所、公证处、基层法律服务所、司法鉴定机构、仲裁委员会.
    LegalService,
    /// 51 社会团体.
    SocialOrganisation,
    /// 52 民办非企业单位.
    PrivateNonEnterprise,
    /// 53 基金会.
    Foundation,
    /// 71, 72 宗教活动场所、宗教院校.
    Religious,
    /// 81 基层工会.
    TradeUnion,
    /// 91 企业.
    Company,
    /// 92 个体工商户.
    SelfEmployed,
    /// 93 农民专业合作社.
    FarmersCooperative,
    /// N1–N3 农村集体经济组织.
    RuralCollective,
    /// Any other pair, among them the nines (其他) and pairs added later.
    Other,
}

impl Category {
    fn of(pair: &str) -> Self {
        match pair {
            "11" => Self::Authority,
            "12" => Self::Institution,
            "13" => Self::MassOrganisation,
            "31" | "32" | "33" | "34" | "35" => Self::LegalService,
            "51" => Self::SocialOrganisation,
            "52" => Self::PrivateNonEnterprise,
            "53" => Self::Foundation,
            "71" | "72" => Self::Religious,
            "81" => Self::TradeUnion,
            "91" => Self::Company,
            "92" => Self::SelfEmployed,
            "93" => Self::FarmersCooperative,
            "N1" | "N2" | "N3" => Self::RuralCollective,
            _ => Self::Other,
        }
    }

    /// The Chinese term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Authority => "机关",
            Self::Institution => "事业单位",
            Self::MassOrganisation => "群众团体",
            Self::LegalService => "法律服务机构",
            Self::SocialOrganisation => "社会团体",
            Self::PrivateNonEnterprise => "民办非企业单位",
            Self::Foundation => "基金会",
            Self::Religious => "宗教活动场所或宗教院校",
            Self::TradeUnion => "基层工会",
            Self::Company => "企业",
            Self::SelfEmployed => "个体工商户",
            Self::FarmersCooperative => "农民专业合作社",
            Self::RuralCollective => "农村集体经济组织",
            Self::Other => "其他",
        }
    }
}

/// What a credit code says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// Kind of body (机构类别).
    pub category: Category,
    /// Registering department and kind, the first two characters as written.
    pub category_code: String,
    /// Region of the registering department (登记管理机关行政区划码), six digits, not looked up.
    pub region: String,
    /// Body number (主体标识码), nine characters.
    pub body_number: String,
    /// Whether the check character fits; always true from [`check`].
    pub check_fits: bool,
}

/// Checks a code and reads it.
///
/// # Errors
/// `length`, `lower_case`, `alphabet`, `check_digit`, and those of unclean input.
pub fn check(value: &str) -> Result<Parsed, Invalid> {
    let parsed = read(value)?;
    if !parsed.check_fits {
        let (head, tail) = value.split_at(17);
        let given = tail.chars().next().unwrap_or_default();
        return Err(Invalid::check_digit(SUBJECT, check_of(head)?, given));
    }
    Ok(parsed)
}

/// Reads a code already on record: everything is checked but the check character, whose fit is
/// told in [`Parsed::check_fits`]. Early real codes exist that do not fit.
///
/// # Errors
/// `length`, `lower_case`, `alphabet`, and those of unclean input.
pub fn read(value: &str) -> Result<Parsed, Invalid> {
    plain(value, SUBJECT)?;
    if value.len() != 18 {
        return Err(Invalid::length(SUBJECT, "18", value.len()));
    }
    check_alphabet(value)?;
    digits_only(&value[2..8], SUBJECT, 2)?;
    let (head, tail) = value.split_at(17);
    Ok(Parsed {
        category: Category::of(&value[..2]),
        category_code: value[..2].to_owned(),
        region: value[2..8].to_owned(),
        body_number: value[8..17].to_owned(),
        check_fits: tail.starts_with(check_of(head)?),
    })
}

/// The check character that belongs behind the first 17 characters.
///
/// # Errors
/// `length`, `lower_case` and `alphabet`, and those of unclean input.
pub fn check_char(first_17: &str) -> Result<char, Invalid> {
    plain(first_17, SUBJECT)?;
    if first_17.len() != 17 {
        return Err(Invalid::length(SUBJECT, "17（不含校验码）", first_17.len()));
    }
    check_alphabet(first_17)?;
    check_of(first_17)
}

/// The whole code for the first 17 characters; used for sample data.
///
/// # Errors
/// Those of [`check_char`] and [`check`].
pub fn complete(first_17: &str) -> Result<String, Invalid> {
    let value = format!("{first_17}{}", check_char(first_17)?);
    check(&value)?;
    Ok(value)
}

fn check_alphabet(value: &str) -> Result<(), Invalid> {
    capitals_only(value, SUBJECT)?;
    for (index, byte) in value.bytes().enumerate() {
        if matches!(byte, b'I' | b'O' | b'S' | b'V' | b'Z') {
            let message = format!("{SUBJECT}第 {} 位不允许使用字母 I、O、S、V、Z", index + 1);
            return Err(Invalid::new(Reason::Alphabet, message));
        }
        if !ALPHABET.contains(&byte) {
            return Err(alphabet(SUBJECT, index));
        }
    }
    Ok(())
}

fn check_of(head: &str) -> Result<char, Invalid> {
    let mut sum = 0;
    for (index, (byte, weight)) in head.bytes().zip(WEIGHTS).enumerate() {
        let place = ALPHABET.iter().position(|letter| *letter == byte);
        sum += place.ok_or_else(|| alphabet(SUBJECT, index))? * weight;
    }
    Ok(char::from(ALPHABET[(31 - sum % 31) % 31]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(value: &str) -> &'static str {
        check(value).unwrap_err().reason()
    }

    #[test]
    fn reads_the_segments() {
        let parsed = check("11320706MB0000001B").unwrap();
        assert_eq!(parsed.category, Category::Authority);
        assert_eq!(parsed.region, "320706");
        assert_eq!(parsed.body_number, "MB0000001");
        let kinds = [
            ("91320706MA0000000X", Category::Company),
            ("12320706MB0000002B", Category::Institution),
            ("51320706MJ0000000J", Category::SocialOrganisation),
            ("92320706MA0000001X", Category::SelfEmployed),
        ];
        for (value, kind) in kinds {
            assert_eq!(check(value).unwrap().category, kind);
        }
    }

    #[test]
    fn letter_pairs_are_allowed() {
        for pair in ["A1", "N2", "Y1"] {
            let value = complete(&format!("{pair}320706MF0000001")).unwrap();
            assert!(check(&value).is_ok(), "{value}");
        }
    }

    /// A real early code whose check character does not fit: on record it is read, as new input
    /// it is refused.
    #[test]
    fn early_codes() {
        let early = "91350100M0001TGQXM";
        assert_eq!(reason(early), "check_digit");
        assert!(!read(early).unwrap().check_fits);
    }

    #[test]
    fn refusals() {
        assert_eq!(reason("11320706MB0000001C"), "check_digit");
        assert_eq!(reason("11320706mb0000001B"), "lower_case");
        for letter in ["I", "O", "S", "V", "Z", "-", "*"] {
            assert_eq!(reason(&format!("11320706M{letter}0000001B")), "alphabet");
        }
        assert_eq!(reason("113207A6MB0000001B"), "alphabet");
        assert_eq!(reason("11320706MB0000001"), "length");
        assert_eq!(reason("320706100001234"), "length");
        assert_eq!(check_char("1132").unwrap_err().reason(), "length");
        assert_eq!(check_char("11320706MO0000001").unwrap_err().reason(), "alphabet");
    }

    proptest! {
        #[test]
        fn completed_codes_pass(pair in "[1-9AGNY][1-9]", region in "[0-9]{6}", body in "[0-9A-HJ-NPQRTUWXY]{9}") {
            let value = complete(&format!("{pair}{region}{body}")).unwrap();
            let parsed = check(&value).unwrap();
            prop_assert_eq!(parsed.body_number, body);
        }
    }
}
