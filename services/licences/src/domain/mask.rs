//! Masking personal data (个人信息脱敏, 个人信息保护法 art. 28, 51) on what anyone may see.

use serde_json::{Map, Value};
use tongban_kernel::checks::{citizen_id, uscc};

/// Words in a field's key that make it personal.
const PERSONAL: [&str; 44] = [
    "name",
    "id",
    "phone",
    "mobile",
    "tel",
    "email",
    "address",
    "account",
    "card",
    "birth",
    "birthday",
    "age",
    "gender",
    "sex",
    "ethnicity",
    "income",
    "hardship",
    "household",
    "member",
    "members",
    "payee",
    "representative",
    "contact",
    "person",
    "operator",
    "leader",
    "manager",
    "buyer",
    "seller",
    "partner",
    "shareholders",
    "witness",
    "performers",
    "workplace",
    "school",
    "health",
    "plate",
    "document",
    "number",
    "property",
    "applicant",
    "chief",
    "officer",
    "spouse",
];

/// First words of keys that tell of a thing or place of business, not of a person.
const PUBLIC: [&str; 19] = [
    "project",
    "company",
    "trade",
    "road",
    "venue",
    "show",
    "event",
    "river",
    "port",
    "chem",
    "office",
    "production",
    "bank",
    "facility",
    "building",
    "business",
    "shop",
    "planning",
    "land",
];

/// Shortest run of digits taken for somebody's number in free text.
const NUMBER: usize = 11;

/// A text with only its first character left: 张建国 becomes 张**.
pub fn text(value: &str) -> String {
    let mut characters = value.chars();
    let first = characters.next().map(String::from).unwrap_or_default();
    first + &"*".repeat(characters.count())
}

/// The face of a licence as anyone may see it (照面信息脱敏).
pub fn face(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let shown = fields.iter().map(|(key, value)| (key.clone(), field(key, value)));
            Value::Object(shown.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(face).collect()),
        Value::String(written) => Value::String(free(written)),
        Value::Number(number) if number.to_string().len() >= NUMBER => Value::String("*".into()),
        other => other.clone(),
    }
}

fn field(key: &str, value: &Value) -> Value {
    let words: Vec<&str> = key.split('_').collect();
    if words.last() == Some(&"uscc") {
        return value.clone();
    }
    let public = words.first().is_some_and(|word| PUBLIC.contains(word));
    if !public && words.iter().any(|word| PERSONAL.contains(word)) {
        return hidden(value);
    }
    face(value)
}

/// A value that is personal whatever it holds.
fn hidden(value: &Value) -> Value {
    match value {
        Value::String(written) => Value::String(text(written)),
        Value::Array(items) => Value::Array(items.iter().map(hidden).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), hidden(value))).collect())
        }
        Value::Null => Value::Null,
        Value::Number(_) | Value::Bool(_) => Value::String("*".into()),
    }
}

/// Free text, with identity numbers and every other long number in it struck out.
fn free(written: &str) -> String {
    if citizen_id::check(written).is_ok() {
        return text(written);
    }
    if uscc::check(written).is_ok() {
        return written.to_owned();
    }
    let mut shown = String::with_capacity(written.len());
    let mut run = String::new();
    for character in written.chars() {
        if character.is_numeric() {
            run.push(character);
        } else {
            flush(&mut run, &mut shown);
            shown.push(character);
        }
    }
    flush(&mut run, &mut shown);
    shown
}

fn flush(run: &mut String, shown: &mut String) {
    if run.chars().count() >= NUMBER {
        shown.push_str(&text(run));
    } else {
        shown.push_str(run);
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_character_is_kept() {
        assert_eq!(text("张建国"), "张**");
        assert_eq!(text("张"), "张");
        assert_eq!(text(""), "");
    }

    #[test]
    fn personal_fields_are_masked_and_others_are_not() {
        let shown = face(&json!({
            "holder_name": "张建国", "name": "张建国", "citizen_id": "320706194803120014",
            "phone": "13800008001", "postal_address": "海州区解放路1号", "household_income": 1200,
            "household_members": [{"relation": "配偶", "married": true}],
            "project_name": "示例路改造", "project_address": "解放东路", "building_area": 1200.5,
            "developer_uscc": "11320706MB0000001B", "structure_type": "框架",
            "note": "电话13800008001，证号320706194803120014", "fire_system": ["灭火器"],
            "delivery": "邮寄", "other": "320706194803120014", "line": 13_800_008_001_u64,
        }));
        let expected = json!({
            "holder_name": "张**", "name": "张**", "citizen_id": "3*****************",
            "phone": "1**********", "postal_address": "海*******", "household_income": "*",
            "household_members": [{"relation": "配*", "married": "*"}],
            "project_name": "示例路改造", "project_address": "解放东路", "building_area": 1200.5,
            "developer_uscc": "11320706MB0000001B", "structure_type": "框架",
            "note": "电话1**********，证号3*****************", "fire_system": ["灭火器"],
            "delivery": "邮寄", "other": "3*****************", "line": "*",
        });
        assert_eq!(shown, expected);
    }
}
