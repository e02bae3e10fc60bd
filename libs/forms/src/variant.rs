//! Which variant of a `oneOf` or `anyOf` somebody meant, so that its faults can be told instead of
//! "none of them".

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::text::types;
use crate::trace::is_null;
use crate::walk::referred;

/// How many references and `allOf` are followed to find what a variant pins down.
const FOLLOWED: usize = 16;

/// What came of looking for the variant.
#[derive(Debug, PartialEq)]
pub(crate) enum Choice<'a> {
    /// It is this one.
    Variant(usize),
    /// The value itself is none of the permitted ones.
    NotAmong(Vec<&'a Value>),
    /// The field that tells the variants apart has none of the permitted values.
    FieldNotAmong(String, Vec<&'a Value>),
    /// The field that tells the variants apart is missing.
    FieldMissing(String),
    /// Each variant only lacks one field.
    NeedsOneOf(Vec<String>),
    /// Nobody can tell.
    Unclear,
}

/// Chooses among `variants` of `root`; `faults` has what each of them says of `value`.
pub(crate) fn choose<'a>(
    root: &'a Value,
    variants: &'a [Value],
    value: &Value,
    faults: &[Vec<ValidationError<'static>>],
    at: &str,
) -> Choice<'a> {
    let says = |index: usize, wanted: fn(&ValidationErrorKind) -> bool| {
        faults
            .get(index)
            .into_iter()
            .flatten()
            .any(|fault| fault.instance_path().as_str() == at && wanted(fault.kind()))
    };
    let wrong_type = |kind: &ValidationErrorKind| matches!(kind, ValidationErrorKind::Type { .. });
    let mut left: Vec<usize> =
        (0..variants.len()).filter(|index| !says(*index, wrong_type)).collect();
    if left.is_empty() {
        left = (0..variants.len()).filter(|index| !is_null(&variants[*index])).collect();
        let mut types = left.iter().map(|index| types_wanted(faults.get(*index), at));
        if let Some(first) = types.next()
            && types.all(|other| other == first)
        {
            // All want the same type, so any of them says what is wrong.
            left.truncate(1);
        }
    }
    if let [only] = left[..] {
        return Choice::Variant(only);
    }
    let pins: Vec<Pins<'_>> = left
        .iter()
        .map(|index| {
            let mut pins = Pins::default();
            pins.collect(root, &variants[*index], 0);
            pins
        })
        .collect();
    if !pins.is_empty() && pins.iter().all(|pins| pins.own.is_some()) {
        return Choice::NotAmong(
            pins.into_iter().flat_map(|pins| pins.own.unwrap_or_default()).collect(),
        );
    }
    if let Some(choice) = by_field(&left, &pins, value) {
        return choice;
    }
    let required =
        |kind: &ValidationErrorKind| matches!(kind, ValidationErrorKind::Required { .. });
    let complete: Vec<usize> = left.into_iter().filter(|index| !says(*index, required)).collect();
    match complete[..] {
        [only] => Choice::Variant(only),
        [] => missing_each(faults, at).map_or(Choice::Unclear, Choice::NeedsOneOf),
        _ => Choice::Unclear,
    }
}

/// The types that one variant asks for.
fn types_wanted(faults: Option<&Vec<ValidationError<'static>>>, at: &str) -> BTreeSet<String> {
    let here = faults.into_iter().flatten().filter(|fault| fault.instance_path().as_str() == at);
    here.filter_map(|fault| match fault.kind() {
        ValidationErrorKind::Type { kind } => Some(types(kind)),
        _ => None,
    })
    .collect()
}

/// Chooses by a field for which every variant names its own values, such as a serde tag.
fn by_field<'a>(left: &[usize], pins: &[Pins<'a>], value: &Value) -> Option<Choice<'a>> {
    let fields = value.as_object()?;
    let first = pins.first()?;
    let shared =
        first.fields.keys().filter(|name| pins.iter().all(|pins| pins.fields.contains_key(*name)));
    for name in shared {
        let permitted = || pins.iter().filter_map(|pins| pins.fields.get(name)).flatten().copied();
        let Some(given) = fields.get(name) else {
            if pins.iter().all(|pins| pins.required.contains(&name.as_str())) {
                return Some(Choice::FieldMissing(name.clone()));
            }
            continue;
        };
        let mut fitting = left.iter().zip(pins).filter(|(_, pins)| {
            pins.fields.get(name).is_some_and(|values| values.contains(&given))
        });
        match (fitting.next(), fitting.next()) {
            (Some((index, _)), None) => return Some(Choice::Variant(*index)),
            (None, _) => return Some(Choice::FieldNotAmong(name.clone(), permitted().collect())),
            _ => {}
        }
    }
    None
}

/// The fields of which one is needed, when that is all the variants ask for.
fn missing_each(faults: &[Vec<ValidationError<'static>>], at: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for faults in faults {
        let [fault] = &faults[..] else { return None };
        let ValidationErrorKind::Required { property } = fault.kind() else { return None };
        if fault.instance_path().as_str() != at {
            return None;
        }
        names.push(property.as_str()?.to_owned());
    }
    Some(names)
}

/// What one variant pins down by `const` or `enum`.
#[derive(Default)]
struct Pins<'a> {
    own: Option<Vec<&'a Value>>,
    fields: BTreeMap<String, Vec<&'a Value>>,
    required: Vec<&'a str>,
}

impl<'a> Pins<'a> {
    fn collect(&mut self, root: &'a Value, schema: &'a Value, followed: usize) {
        if followed > FOLLOWED {
            return;
        }
        if let Some(values) = pinned(schema) {
            self.own = Some(values);
        }
        for (name, field) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            if let Some(values) = pinned(field).or_else(|| pinned(referred(root, field)?)) {
                self.fields.insert(name.clone(), values);
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str));
        if let Some(target) = referred(root, schema) {
            self.collect(root, target, followed + 1);
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.collect(root, part, followed + 1);
        }
    }
}

fn pinned(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    Some(schema.get("enum")?.as_array()?.iter().collect())
}
