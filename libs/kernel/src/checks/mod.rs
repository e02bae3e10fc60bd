//! Checks of national identifiers (国家标准编码校验): what a number says, and why it is refused.
//!
//! Every check is a pure function from text to a small `Parsed` struct or to an [`Invalid`]. None
//! looks anything up: region and department tables are the callers'. A value is never repaired
//! (no trimming, no folding of full-width digits or of a lower-case `x`): what is stored is what
//! was checked.

use std::fmt;

use serde::{Deserialize, Serialize};

pub mod citizen_id;
pub mod iso7064;
pub mod licence_id;
pub mod matter_code;
pub mod project_code;
pub mod uscc;

/// The longest input, in bytes, that a check looks into. Every identifier here is far shorter.
const LONGEST_INPUT: usize = 160;

/// Why a value was refused, as a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Nothing was given.
    Empty,
    /// A blank, tab or line break stands in the value.
    Whitespace,
    /// A full-width character (全角字符) stands in the value.
    FullWidth,
    /// A lower-case letter where only capitals are taken.
    LowerCase,
    /// Too many or too few characters.
    Length,
    /// A character outside the identifier's alphabet.
    Alphabet,
    /// Separators or fixed parts are wrong.
    Format,
    /// The check character (校验码) does not belong to the rest.
    CheckDigit,
    /// The birth date (出生日期) does not exist, or is impossible.
    BirthDate,
    /// The region (行政区划) cannot exist.
    RegionUnknown,
    /// The month of a project code is not 01–12.
    Month,
    /// The level of exercise (行使层级) is not 1–7.
    Level,
    /// The matter type (事项类型) is not a known one.
    MatterType,
    /// The handling-item number (办理项序号) is out of range.
    HandlingItem,
    /// The credit code of the body inside a longer code is wrong.
    Body,
    /// The licence type code (证照类型代码) is wrong.
    LicenceType,
    /// The issuer code (颁发机构代码) is wrong.
    Issuer,
    /// The serial number (流水号) is wrong.
    Serial,
    /// The version (版本号) is not 001–999.
    Version,
}

impl Reason {
    /// The code as it appears in JSON and in problem documents.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Whitespace => "whitespace",
            Self::FullWidth => "full_width",
            Self::LowerCase => "lower_case",
            Self::Length => "length",
            Self::Alphabet => "alphabet",
            Self::Format => "format",
            Self::CheckDigit => "check_digit",
            Self::BirthDate => "birth_date",
            Self::RegionUnknown => "region_unknown",
            Self::Month => "month",
            Self::Level => "level",
            Self::MatterType => "matter_type",
            Self::HandlingItem => "handling_item",
            Self::Body => "body",
            Self::LicenceType => "licence_type",
            Self::Issuer => "issuer",
            Self::Serial => "serial",
            Self::Version => "version",
        }
    }
}

/// A refused value (校验不通过). It never repeats the value, which may be personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message_zh}")]
pub struct Invalid {
    reason: Reason,
    message_zh: String,
}

impl Invalid {
    /// A refusal with its reason and the sentence shown to people.
    pub(crate) fn new(reason: Reason, message_zh: impl Into<String>) -> Self {
        Self { reason, message_zh: message_zh.into() }
    }

    pub(crate) fn length(subject: &str, expected: &str, given: usize) -> Self {
        Self::new(Reason::Length, format!("{subject}应为 {expected} 位，实为 {given} 位"))
    }

    pub(crate) fn check_digit(subject: &str, expected: char, given: char) -> Self {
        Self::new(Reason::CheckDigit, format!("{subject}校验码不符：应为 {expected}，实为 {given}"))
    }

    /// The same finding, told of a part of a longer code.
    pub(crate) fn within(self, reason: Reason, part: &str) -> Self {
        Self::new(reason, format!("{part}：{}", self.message_zh))
    }

    /// The same sentence under another reason.
    pub(crate) fn recast(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    /// The stable machine code, such as `check_digit`.
    pub const fn reason(&self) -> &'static str {
        self.reason.code()
    }

    /// The reason as a value to match on.
    pub const fn kind(&self) -> Reason {
        self.reason
    }

    /// The sentence shown to people, in Chinese.
    pub fn message_zh(&self) -> &str {
        &self.message_zh
    }
}

/// Something unusual that is no ground for refusal (提示).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// The region code is in no table used here: an abolished county, or a development zone.
    RegionUnknown,
    /// An embedded credit code has a wrong check character, as some early real codes do.
    BodyCheckDigit,
    /// The issuer is named by a region code instead of a credit code.
    IssuerIsRegion,
}

impl Warning {
    /// The stable machine code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RegionUnknown => "region_unknown",
            Self::BodyCheckDigit => "body_check_digit",
            Self::IssuerIsRegion => "issuer_is_region",
        }
    }

    /// The sentence shown to people, in Chinese.
    pub const fn message_zh(self) -> &'static str {
        match self {
            Self::RegionUnknown => "行政区划代码不在现行区划表中（可能已撤并，或为开发区代码）",
            Self::BodyCheckDigit => "其中的统一社会信用代码校验码不符（早期代码存在此情况）",
            Self::IssuerIsRegion => "颁发机构以行政区划代码表示",
        }
    }
}

/// Refuses what no identifier may hold. Afterwards the value is printable ASCII without blanks, so
/// that cutting it at any byte is safe.
pub(crate) fn plain(value: &str, subject: &str) -> Result<(), Invalid> {
    if value.is_empty() {
        return Err(Invalid::new(Reason::Empty, format!("{subject}不能为空")));
    }
    if value.len() > LONGEST_INPUT {
        return Err(Invalid::new(Reason::Length, format!("{subject}过长")));
    }
    for (index, character) in value.chars().enumerate() {
        let at = index + 1;
        if character.is_whitespace() {
            return Err(Invalid::new(
                Reason::Whitespace,
                format!("{subject}第 {at} 位是空白字符，请删除"),
            ));
        }
        if matches!(character, '\u{FF01}'..='\u{FF5E}') {
            return Err(Invalid::new(
                Reason::FullWidth,
                format!("{subject}第 {at} 位是全角字符，请改用半角"),
            ));
        }
        if !character.is_ascii_graphic() {
            return Err(alphabet(subject, index));
        }
    }
    Ok(())
}

/// A character outside the alphabet, named by its place only.
pub(crate) fn alphabet(subject: &str, index: usize) -> Invalid {
    Invalid::new(Reason::Alphabet, format!("{subject}第 {} 位含有不允许的字符", index + 1))
}

/// Refuses lower-case letters, which none of these identifiers has.
pub(crate) fn capitals_only(value: &str, subject: &str) -> Result<(), Invalid> {
    match value.bytes().position(|byte| byte.is_ascii_lowercase()) {
        Some(index) => Err(Invalid::new(
            Reason::LowerCase,
            format!("{subject}第 {} 位是小写字母，请改用大写", index + 1),
        )),
        None => Ok(()),
    }
}

/// Refuses anything but digits; `offset` is where `part` starts in the whole value.
pub(crate) fn digits_only(part: &str, subject: &str, offset: usize) -> Result<(), Invalid> {
    match part.bytes().position(|byte| !byte.is_ascii_digit()) {
        Some(index) => Err(alphabet(subject, offset + index)),
        None => Ok(()),
    }
}

/// Which identifier to check, for callers that take the kind from a person (the command line).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// 公民身份号码, see [`citizen_id`].
    CitizenId,
    /// 统一社会信用代码, see [`uscc`].
    Uscc,
    /// 电子证照标识, see [`licence_id`].
    LicenceId,
    /// 投资项目代码, see [`project_code`].
    ProjectCode,
    /// 政务服务事项编码, see [`matter_code`].
    MatterCode,
}

impl Check {
    /// All checks, in the order they are listed to people.
    pub const ALL: [Self; 5] =
        [Self::CitizenId, Self::Uscc, Self::LicenceId, Self::ProjectCode, Self::MatterCode];

    /// The name on the command line and in JSON, such as `citizen-id`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CitizenId => "citizen-id",
            Self::Uscc => "uscc",
            Self::LicenceId => "licence-id",
            Self::ProjectCode => "project-code",
            Self::MatterCode => "matter-code",
        }
    }

    /// The check of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }

    /// Checks a value and drops what it says.
    ///
    /// # Errors
    /// The refusal of the check that was named.
    pub fn verify(self, value: &str) -> Result<(), Invalid> {
        match self {
            Self::CitizenId => citizen_id::check(value).map(drop),
            Self::Uscc => uscc::check(value).map(drop),
            Self::LicenceId => licence_id::check(value).map(drop),
            Self::ProjectCode => project_code::check(value).map(drop),
            Self::MatterCode => matter_code::check(value).map(drop),
        }
    }

    /// Checks a value and tells the outcome as data.
    pub fn run(&self, value: &str) -> Verdict {
        let reason = self.verify(value).err().map(|invalid| invalid.reason().to_owned());
        Verdict { value: value.to_owned(), valid: reason.is_none(), reason }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The outcome of one check (校验结论). It holds the value: print it only to who gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The value as given.
    pub value: String,
    /// Whether it passed.
    pub valid: bool,
    /// The [`Invalid::reason`] when it did not.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests;
