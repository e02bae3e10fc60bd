//! What a resource is declared to give and to take (信息项、参数): checked on the way out and on the way in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use tongban_kernel::{Fault, Faults};

use crate::error::ProviderFault;
use crate::provider::Row;

/// What kind of value it is (数据类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 字符型. Also for amounts whose last digits count.
    Text,
    /// 整型, 64 bits.
    Integer,
    /// 数值型, a double.
    Number,
    /// 布尔型.
    Boolean,
    /// 日期 (YYYY-MM-DD).
    Date,
    /// 日期时间 (RFC 3339).
    Moment,
}

impl Kind {
    /// Whether a JSON value is of this kind.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Integer => value.is_i64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Date => value.as_str().is_some_and(|text| text.parse::<NaiveDate>().is_ok()),
            Self::Moment => {
                value.as_str().is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok())
            }
        }
    }

    /// The value that a text stands for, in forms that know texts alone.
    pub fn read(self, text: &str) -> Option<Value> {
        let value = match self {
            Self::Text | Self::Date | Self::Moment => Value::from(text),
            Self::Integer => Value::from(text.trim().parse::<i64>().ok()?),
            Self::Number => Value::Number(Number::from_f64(text.trim().parse().ok()?)?),
            Self::Boolean => match text.trim() {
                "true" | "1" => Value::Bool(true),
                "false" | "0" => Value::Bool(false),
                _ => return None,
            },
        };
        self.fits(&value).then_some(value)
    }
}

/// A declared field of a resource (信息项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the directory.
    pub name: String,
    /// Where the provider has it: JSON pointer, element path, column.
    pub source: String,
    /// Its kind.
    pub kind: Kind,
    /// Whether every row has it; one without is not what was declared.
    pub required: bool,
}

/// What a resource gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Its fields.
    pub columns: Vec<Column>,
    /// Most rows of an answer.
    pub most_rows: usize,
}

impl Shape {
    /// Notes every fault of the declaration at `/columns/…`.
    pub fn check(&self, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        if self.columns.is_empty() {
            faults.add("/columns", "empty", "未登记任何信息项");
        }
        for (index, column) in self.columns.iter().enumerate() {
            if column.name.is_empty() || column.source.is_empty() {
                faults.add(format!("/columns/{index}"), "empty", "信息项名称与来源不能为空");
            }
            if !seen.insert(&column.name) {
                faults.add(format!("/columns/{index}/name"), "repeated", "信息项名称重复");
            }
        }
        if self.most_rows == 0 {
            faults.add("/most_rows", "out_of_range", "行数上限至少为 1");
        }
    }

    /// The columns of the granted fields.
    ///
    /// # Errors
    /// [`ProviderFault::Asked`] names every field that is not declared, or that there is none at all.
    pub fn wanted(&self, fields: &BTreeSet<String>) -> Result<Vec<&Column>, ProviderFault> {
        let mut faults = Faults::new();
        if fields.is_empty() {
            faults.add("/fields", "empty", "未指明任何字段");
        }
        for (index, field) in fields.iter().enumerate() {
            if !self.columns.iter().any(|column| &column.name == field) {
                faults.add(format!("/fields/{index}"), "unknown", "资源没有这个字段");
            }
        }
        ProviderFault::asked(faults)?;
        Ok(self.columns.iter().filter(|column| fields.contains(&column.name)).collect())
    }

    /// Whether one row more would be too many.
    ///
    /// # Errors
    /// [`ProviderFault::TooLarge`].
    pub fn room_for(&self, rows: usize) -> Result<(), ProviderFault> {
        if rows <= self.most_rows {
            return Ok(());
        }
        let limit = u64::try_from(self.most_rows).unwrap_or(u64::MAX);
        Err(ProviderFault::TooLarge { limit, unit: "rows" })
    }
}

/// What stands in a column of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing: the provider does not know the column.
    Absent,
    /// A value, checked as it is.
    Json(Value),
    /// A text, read as the column's kind says.
    Text(String),
    /// Something else than a value.
    Wrong,
}

/// Makes a row of what `read` finds, and notes whatever is not as declared.
pub(crate) fn row(
    wanted: &[&Column],
    index: usize,
    faults: &mut Faults,
    mut read: impl FnMut(&Column) -> Cell,
) -> Row {
    let mut row = Row::new();
    for column in wanted {
        let place = || format!("/rows/{index}/{}", column.name);
        let value = match read(column) {
            Cell::Absent => None,
            Cell::Json(Value::Null) => Some(Value::Null),
            Cell::Json(value) if column.kind.fits(&value) => Some(value),
            Cell::Text(text) if column.kind.read(&text).is_some() => column.kind.read(&text),
            Cell::Json(_) | Cell::Text(_) | Cell::Wrong => {
                faults.add(place(), "kind", "数据类型与登记不符");
                continue;
            }
        };
        match value {
            None if column.required => faults.add(place(), "missing", "缺少登记的字段"),
            Some(Value::Null) if column.required => {
                faults.add(place(), "null", "登记为必有的字段为空")
            }
            // What the provider does not have is told as nothing, so that every row has the same fields.
            value => {
                row.insert(column.name.clone(), value.unwrap_or(Value::Null));
            }
        }
    }
    row
}

/// A declared parameter (请求参数).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name in the directory.
    pub name: String,
    /// Its name with the provider: of the query, the path's place, the member, the element, the column.
    pub target: String,
    /// Its kind.
    pub kind: Kind,
    /// Whether it has to be given.
    pub required: bool,
    /// Most characters of its text.
    pub longest: usize,
}

/// Checks what was given against what is declared, and gives texts by the declared parameter, in declared order.
///
/// # Errors
/// [`ProviderFault::Asked`] with every fault at once.
pub fn parameters<'a>(
    declared: &'a [Parameter],
    given: &BTreeMap<String, Value>,
) -> Result<Vec<(&'a Parameter, String)>, ProviderFault> {
    let mut faults = Faults::new();
    for name in given.keys() {
        if !declared.iter().any(|parameter| &parameter.name == name) {
            // The name is the caller's: it stands in the pointer, escaped, and in no other text.
            faults.add(pointer(name), "unknown", "资源没有这个参数");
        }
    }
    let mut found = Vec::new();
    for parameter in declared {
        let place = || pointer(&parameter.name);
        match given.get(&parameter.name) {
            None if parameter.required => faults.add(place(), "required", "缺少必填参数"),
            None => {}
            Some(value) if !parameter.kind.fits(value) => {
                faults.add(place(), "type", "参数类型与登记不符");
            }
            Some(value) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if text.chars().count() > parameter.longest {
                    faults.add(place(), "too_long", "参数过长");
                }
                if text.chars().any(char::is_control) {
                    faults.add(place(), "control_character", "参数不得含控制字符");
                }
                found.push((parameter, text));
            }
        }
    }
    ProviderFault::asked(faults)?;
    Ok(found)
}

/// Where a parameter stands in a question (RFC 6901).
pub(crate) fn pointer(name: &str) -> String {
    format!("/parameters/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A refusal of a registration that names every fault, or fine.
///
/// # Errors
/// `invalid_registration`.
pub(crate) fn registered(faults: Faults) -> Result<(), Fault> {
    faults.into_result("invalid_registration", "数据提供方登记有误")
}

/// Takes faults of the resource `code` over, each with its place within it.
pub(crate) fn under(code: &str, own: Faults, faults: &mut Faults) {
    let Err(fault) = own.into_result("faults", "") else { return };
    let code = code.replace('~', "~0").replace('/', "~1");
    for one in fault.errors() {
        let place = format!("/resources/{code}{}", one.pointer);
        faults.add(place, one.code.clone(), one.message.clone());
    }
}

/// The resource of a code.
///
/// # Errors
/// [`ProviderFault::Asked`] when the provider has none such.
pub(crate) fn find<'a, R>(
    resources: &'a BTreeMap<String, R>,
    code: &str,
) -> Result<&'a R, ProviderFault> {
    let mut faults = Faults::new();
    if !resources.contains_key(code) {
        faults.add("/resource", "unknown", "提供方没有这个资源");
    }
    ProviderFault::asked(faults)?;
    resources.get(code).ok_or_else(|| ProviderFault::Internal("a resource vanished".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameter(name: &str, kind: Kind, required: bool) -> Parameter {
        Parameter { name: name.into(), target: name.into(), kind, required, longest: 5 }
    }

    #[test]
    fn every_fault_of_a_question_is_named_at_once() {
        let declared = [
            parameter("a", Kind::Text, true),
            parameter("b", Kind::Integer, true),
            parameter("c", Kind::Text, true),
            parameter("d", Kind::Date, false),
        ];
        let given = json!({"a": "长过五个字符", "b": "1", "d": "2026-02-30", "x/y": 1});
        let given = serde_json::from_value(given).unwrap();
        let Err(ProviderFault::Asked(faults)) = parameters(&declared, &given) else { panic!() };
        let found: Vec<(&str, &str)> =
            faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_str())).collect();
        let expected = [
            ("/parameters/x~1y", "unknown"),
            ("/parameters/a", "too_long"),
            ("/parameters/b", "type"),
            ("/parameters/c", "required"),
            ("/parameters/d", "type"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn control_characters_go_nowhere() {
        let declared = [parameter("a", Kind::Text, true)];
        for text in ["a\r\nb", "\0", "a\tb"] {
            let given = BTreeMap::from([("a".to_owned(), json!(text))]);
            assert!(matches!(parameters(&declared, &given), Err(ProviderFault::Asked(_))));
        }
    }

    #[test]
    fn texts_are_read_as_their_kind() {
        assert_eq!(Kind::Integer.read("12"), Some(json!(12)));
        assert_eq!(Kind::Number.read("1.5"), Some(json!(1.5)));
        assert_eq!(Kind::Number.read("NaN"), None);
        assert_eq!(Kind::Boolean.read("yes"), None);
        assert_eq!(Kind::Date.read("2026-03-01"), Some(json!("2026-03-01")));
        assert_eq!(Kind::Moment.read("yesterday"), None);
    }

    #[test]
    fn fields_are_declared_or_not_asked_for() {
        let column = |name: &str| Column {
            name: name.into(),
            source: name.into(),
            kind: Kind::Text,
            required: true,
        };
        let shape = Shape { columns: vec![column("a"), column("b")], most_rows: 2 };
        let asked = |fields: &[&str]| {
            let fields = fields.iter().map(|field| (*field).to_owned()).collect();
            shape.wanted(&fields).map(|columns| columns.len())
        };
        assert_eq!(asked(&["b"]), Ok(1));
        assert!(matches!(asked(&[]), Err(ProviderFault::Asked(_))));
        assert!(matches!(asked(&["a", "c"]), Err(ProviderFault::Asked(_))));
        assert!(shape.room_for(3).is_err());
        let mut faults = Faults::new();
        Shape { columns: vec![column("a"), column("a")], most_rows: 0 }.check(&mut faults);
        assert_eq!(registered(faults).unwrap_err().errors().len(), 2);
    }
}
