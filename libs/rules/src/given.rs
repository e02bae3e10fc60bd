//! What was had of an input.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::bounds::{SAFE, VALUE};
use crate::set::{Input, Kind};

/// Where a value was really had from (数据出处).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleInputProvenance)]
pub struct Provenance {
    /// What can be looked up: number of the case, of the licence, of the call through the exchange.
    #[schema(example = "0198c5a2-7d10-7f8e-b0a3-2f6f5ab4c001")]
    pub reference: String,
    /// When it was had.
    pub at: DateTime<Utc>,
    /// Digest that the source gave its answer, if it gives any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"))]
    pub digest: Option<String>,
}

/// What was had of an input (取数结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Given {
    /// The source answered with this. `null` counts as [`Given::Absent`].
    Value {
        /// The value.
        value: Value,
        /// Where from.
        provenance: Provenance,
    },
    /// 查无此项: the source answered that there is none.
    Absent {
        /// Where from.
        provenance: Provenance,
    },
    /// 未取得: it could not be had; nothing is known about it.
    Failed {
        /// Stable code, such as `not_granted`, `deadline`, `source_unavailable`.
        code: String,
        /// Why, for people.
        reason: String,
    },
}

/// A value as conditions read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Read {
    Boolean(bool),
    Integer(i64),
    Text(String),
    /// Days compare as their texts do: years have four digits.
    Date(String),
    Texts(Vec<String>),
}

/// Why a value cannot be read.
pub(crate) struct Unreadable {
    pub code: &'static str,
    pub reason: String,
}

/// A civil day, `YYYY-MM-DD` with four digits of the year and nothing else.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (shape && day.format("%Y-%m-%d").to_string() == text).then_some(day)
}

/// Reads a value as its input is declared; `None` is a value that is not there. A reason never repeats the value: it is
/// read by people who need not see it.
///
/// # Errors
/// `wrong_type`, `too_long`, `unexpected_value`.
pub(crate) fn read(input: &Input, value: &Value) -> Result<Option<Read>, Unreadable> {
    let meaning = &input.meaning;
    let wrong = || Unreadable {
        code: "wrong_type",
        reason: format!("“{meaning}”的取值不是{}", input.kind.name_zh()),
    };
    let long =
        || Unreadable { code: "too_long", reason: format!("“{meaning}”的取值过长") };
    let text = |value: &Value| {
        let text = value.as_str().ok_or_else(wrong)?;
        let fits = text.chars().nth(VALUE).is_none();
        if fits { Ok(text.to_owned()) } else { Err(long()) }
    };
    let read = match (input.kind, value) {
        (_, Value::Null) => return Ok(None),
        (Kind::Boolean, value) => Read::Boolean(value.as_bool().ok_or_else(wrong)?),
        (Kind::Integer, value) => {
            let number = value.as_i64().filter(|number| (-SAFE..=SAFE).contains(number));
            Read::Integer(number.ok_or_else(wrong)?)
        }
        (Kind::Text, value) => Read::Text(text(value)?),
        (Kind::Date, value) => {
            let text = value.as_str().filter(|text| day(text).is_some());
            Read::Date(text.ok_or_else(wrong)?.to_owned())
        }
        (Kind::TextList, Value::Array(items)) if items.len() > VALUE => return Err(long()),
        (Kind::TextList, Value::Array(items)) => {
            Read::Texts(items.iter().map(text).collect::<Result<_, _>>()?)
        }
        (Kind::TextList, _) => return Err(wrong()),
    };
    let known = |text: &String| input.choices.iter().any(|choice| &choice.value == text);
    let expected = input.choices.is_empty()
        || match &read {
            Read::Text(text) => known(text),
            Read::Texts(texts) => texts.iter().all(known),
            _ => true,
        };
    if expected {
        Ok(Some(read))
    } else {
        let reason = format!("“{meaning}”的取值不在规则列明的范围内");
        Err(Unreadable { code: "unexpected_value", reason })
    }
}
