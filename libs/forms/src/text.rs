//! The Chinese of the messages.

use jsonschema::JsonType;
use jsonschema::error::TypeKind;
use serde_json::Value;
use tongban_kernel::checks::Check;

/// How many permitted values a message lists before it only counts them.
const LISTED: usize = 20;
/// How many characters of a name that came with the value a message repeats.
const REPEATED: usize = 40;

/// A name in corner brackets, cut when somebody sent a very long one.
pub(crate) fn quoted(name: &str) -> String {
    match name.char_indices().nth(REPEATED) {
        Some((end, _)) => format!("「{}…」", &name[..end]),
        None => format!("「{name}」"),
    }
}

/// A value of the schema as people write it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "空值".to_owned(),
        other => other.to_string(),
    }
}

/// The values a field may take.
pub(crate) fn options<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    let listed: Vec<_> = values.iter().take(LISTED).map(|value| shown(value)).collect();
    let more =
        if values.len() > LISTED { format!(" 等 {} 项", values.len()) } else { String::new() };
    format!("{}{more}", listed.join("、"))
}

/// A JSON type in the words of a form.
fn type_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "列表",
        JsonType::Boolean => "是（true）或否（false）",
        JsonType::Integer => "整数",
        JsonType::Null => "空值",
        JsonType::Number => "数字",
        JsonType::Object => "一组字段",
        JsonType::String => "文字",
    }
}

/// The types that a value may have.
pub(crate) fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => type_name(*kind).to_owned(),
        TypeKind::Multiple(kinds) => {
            let names: Vec<_> = kinds.iter().map(type_name).collect();
            names.join("或")
        }
    }
}

/// What is wrong with a text that is not of `format`, to follow the field's name.
pub(crate) fn format_fault(format: &str, value: &Value) -> String {
    if let Some(check) = Check::from_name(format) {
        let refusal = value.as_str().and_then(|text| check.verify(text).err());
        return refusal.map_or_else(
            || format!("不符合 {format} 格式"),
            |invalid| format!("：{}", invalid.message_zh()),
        );
    }
    match format {
        "date" => "应为日期，如 2026-03-01".to_owned(),
        "time" => "应为带时区的时间，如 09:00:00+08:00".to_owned(),
        "date-time" => "应为带时区的日期时间，如 2026-03-01T09:00:00+08:00".to_owned(),
        "uuid" => "应为 UUID".to_owned(),
        "uri" => "应为完整的网址（URI）".to_owned(),
        "email" => "应为电子邮箱地址".to_owned(),
        other => format!("不符合 {other} 格式"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_names_and_lists_are_cut() {
        assert_eq!(quoted("姓名"), "「姓名」");
        assert_eq!(quoted(&"名".repeat(41)).chars().count(), 43);
        let many: Vec<_> = (0..30).map(|n| json!(n)).collect();
        assert!(options(&many).ends_with("19 等 30 项"));
        assert_eq!(options(&[json!("甲"), json!(null)]), "甲、空值");
    }

    #[test]
    fn identifiers_are_judged_in_the_kernels_words() {
        assert_eq!(format_fault("citizen-id", &json!("")), "：公民身份号码不能为空");
        assert_eq!(format_fault("hostname", &json!("")), "不符合 hostname 格式");
    }
}
