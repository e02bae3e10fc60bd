//! A form that its schema lets through, for anybody who applies.

use serde_json::{Map, Value, json};

use crate::Error;

/// Digits where a form asks for a citizen and an organisation applies.
const CITIZEN: &str = "320706199011129064";
/// And the other way round.
const ORGANISATION: &str = "91320706MA0000000X";
/// What is written where any text will do.
const WORDS: &str = "示例内容";
/// Patterns of the sample forms, each with a text that matches.
const PATTERNS: [(&str, &str); 5] = [
    ("^(1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8})$", "13800000000"),
    ("^[0-9]{12,24}$", "320706000000000001"),
    ("^[0-9A-Z]{28}$", "32070600000000000000000000AB"),
    ("^[0-9]{4}-(0[1-9]|1[0-2])$", "2026-10"),
    ("^[一-龥][A-Z][A-Z0-9]{5,6}$", "苏G12345"),
];

/// Whom a form is filled in for.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Identity number or credit code.
    pub document: String,
    /// Whether it is a citizen; an organisation otherwise.
    pub citizen: bool,
}

/// A form with every field of `schema` filled in.
///
/// # Errors
/// When the schema asks for something that no sample form asks for.
pub fn form(schema: &Value, person: &Person) -> Result<Value, Error> {
    let properties = schema["properties"].as_object();
    let fields = properties.into_iter().flatten().map(|(name, field)| {
        let value = value(name, field, person)
            .ok_or_else(|| Error::Unexpected(format!("no value for {name}: {field}")))?;
        Ok((name.clone(), value))
    });
    Ok(Value::Object(fields.collect::<Result<Map<_, _>, Error>>()?))
}

fn value(name: &str, field: &Value, person: &Person) -> Option<Value> {
    if let Some(fixed) = field.get("const") {
        return Some(fixed.clone());
    }
    if let Some(first) = field["enum"].as_array() {
        return first.first().cloned();
    }
    match field["type"].as_str()? {
        "string" => text(name, field, person).map(Value::String),
        "boolean" => Some(true.into()),
        "integer" => Some((least(field).ceil() as i64).into()),
        "number" => Some(json!(least(field))),
        "array" => Some(json!([value(name, &field["items"], person)?])),
        "object" => form(field, person).ok(),
        _ => None,
    }
}

/// The least number that is allowed, or one that is a little more.
fn least(field: &Value) -> f64 {
    let minimum = field["minimum"].as_f64().unwrap_or(1.0);
    let above = field["exclusiveMinimum"].as_f64().map_or(1.0, |number| number + 1.0);
    minimum.max(above).min(field["maximum"].as_f64().unwrap_or(f64::MAX))
}

fn text(name: &str, field: &Value, person: &Person) -> Option<String> {
    let of = |citizen: bool, other: &str| {
        if person.citizen == citizen { person.document.clone() } else { other.to_owned() }
    };
    if let Some(pattern) = field["pattern"].as_str() {
        let known = PATTERNS.iter().find(|(known, _)| *known == pattern)?;
        return Some(known.1.to_owned());
    }
    match field["format"].as_str() {
        Some("citizen-id") => return Some(of(true, CITIZEN)),
        Some("uscc") => return Some(of(false, ORGANISATION)),
        Some("date") => return Some("2026-11-02".to_owned()),
        Some("project-code") => return Some("2611-320706-47-01-123459".to_owned()),
        Some(_) => return None,
        None => {}
    }
    let bound = |key: &str, otherwise: usize| {
        field[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(otherwise)
    };
    let (least, most) = (bound("minLength", 0), bound("maxLength", 2000));
    let length = person.name.chars().count();
    if name.ends_with("name") && (least..=most).contains(&length) {
        return Some(person.name.clone());
    }
    Some(WORDS.chars().cycle().take(least.max(12).min(most)).collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tongban_forms::Form;

    use super::super::Guide;
    use super::*;

    #[test]
    fn every_sample_form_can_be_filled_in() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/city/matters.json");
        let all: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let people = [
            Person { name: "陈示例".into(), document: CITIZEN.into(), citizen: true },
            Person { name: "示例公司".into(), document: ORGANISATION.into(), citizen: false },
        ];
        assert!(all.len() > 100);
        for entry in &all {
            let schema = Guide::of(entry).form_schema;
            let compiled = Form::compile(&schema).unwrap();
            for person in &people {
                let filled = form(&schema, person).unwrap();
                let faults = compiled.check(&filled, "/form");
                assert!(faults.is_empty(), "{}: {faults:?}", entry["matter"]["name"]);
            }
        }
    }
}
