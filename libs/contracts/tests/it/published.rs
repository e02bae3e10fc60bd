//! Every version of every event that was ever published: its shape, and a sample that today's code reads.
//!
//! A file is written once, for a version that has none yet, with `TONGBAN_KEEP=1`; what is written is looked
//! at, committed, and never changed again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tongban_contracts::catalogue::{Visitor, shapes, visit_all};
use tongban_contracts::event::{join, split};
use tongban_contracts::version::faults_in_steps;
use tongban_contracts::{DomainEvent, Versioned};
use utoipa::ToSchema;

/// A version of an event, as published.
#[derive(Serialize, Deserialize)]
struct Published {
    schema: Value,
    sample: Value,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/events")
}

/// What was kept, by service, aggregate and stored name with dots between.
fn kept() -> BTreeMap<String, Published> {
    let read = |file: PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap())
    };
    std::fs::read_dir(folder()).unwrap().map(|entry| read(entry.unwrap().path())).collect()
}

fn file_name<E: DomainEvent>(stored: &str) -> String {
    format!("{}.{}.{stored}", E::SERVICE, E::AGGREGATE)
}

/// A schema without what only people read.
fn bare(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let spoken = ["description", "example", "examples", "title"];
            // A field may be called like that, too; there it holds a schema or stands in a list.
            let said = |name: &str, value: &Value| {
                spoken.contains(&name) && !(value.is_object() && value.get("type").is_some())
            };
            let kept = members.into_iter().filter(|(name, value)| !said(name, value));
            Value::Object(kept.map(|(name, value)| (name, bare(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(bare).collect()),
        other => other,
    }
}

/// Data that fit a schema, made of its examples.
fn sample(schema: &Value) -> Value {
    let first = |name: &str| schema.get(name).and_then(|list| list.get(0)).cloned();
    if let Some(given) = schema.get("example").cloned().or_else(|| first("examples")) {
        return given;
    }
    if let Some(value) = schema.get("const").cloned().or_else(|| first("enum")) {
        return value;
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema.get(choice).and_then(Value::as_array) {
            let some = choices.iter().find(|one| one["type"] != "null").unwrap();
            return sample(some);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| **kind != "null").unwrap().clone(),
        kind => kind.clone(),
    };
    match kind.as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            let fields = fields.into_iter().map(|(name, field)| (name, sample(&field)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") => json!([sample(&schema["items"])]),
        Some("boolean") => json!(true),
        Some("integer" | "number") => json!(1),
        Some("string") => match schema["format"].as_str() {
            Some("date") => json!("2026-03-11"),
            Some("date-time") => json!("2026-03-11T02:00:00Z"),
            Some("uuid") => json!("019cda89-f440-7c3e-9b61-6e0d1f2a3b4c"),
            _ => json!("示例"),
        },
        _ => Value::Null,
    }
}

/// Something wrong with what is published, in words that tell the mend.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn say(&mut self, fault: String) {
        self.0.push(fault);
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}

struct Pinned {
    kept: BTreeMap<String, Published>,
    keep: bool,
    faults: Faults,
}

impl Visitor for Pinned {
    fn visit<E: DomainEvent + ToSchema>(&mut self, _: &'static str) {
        let shapes = shapes::<E>();
        assert!(!shapes.is_empty(), "{} {} has events", E::SERVICE, E::AGGREGATE);
        for (stored, schema) in shapes {
            let name = file_name::<E>(&stored);
            match self.kept.get(&name) {
                Some(published) if published.schema == bare(schema.clone()) => {}
                Some(published) => self.faults.say(format!(
                    "{name} has another shape than was published. Declare a step in `upcasts` that leads to \
                     its next version (CONTRIBUTING.md, Changing an event).\npublished: {}\nnow:       {}",
                    published.schema,
                    bare(schema)
                )),
                None if self.keep => {
                    let published = Published { sample: sample(&schema), schema: bare(schema) };
                    let mut text = serde_json::to_string_pretty(&published).unwrap();
                    text.push('\n');
                    std::fs::write(folder().join(format!("{name}.json")), text).unwrap();
                }
                None => self.faults.say(format!(
                    "{name} is not kept yet: run `TONGBAN_KEEP=1 cargo test -p tongban-contracts`, and look \
                     at what it writes to libs/contracts/tests/events"
                )),
            }
        }
    }
}

#[test]
fn no_shape_changes_without_a_new_version() {
    let keep = std::env::var_os("TONGBAN_KEEP").is_some();
    let mut pinned = Pinned { kept: kept(), keep, faults: Faults::default() };
    visit_all(&mut pinned);
    pinned.faults.none();
}

struct Readable {
    kept: BTreeMap<String, Published>,
    read: BTreeSet<String>,
    faults: Faults,
}

impl Visitor for Readable {
    fn visit<E: DomainEvent + ToSchema>(&mut self, _: &'static str) {
        for fault in faults_in_steps::<E>() {
            self.faults.say(format!("{} {}: {fault}", E::SERVICE, E::AGGREGATE));
        }
        for step in E::upcasts() {
            let written = Versioned { name: step.name, version: step.from };
            let name = file_name::<E>(&written.to_string());
            if !self.kept.contains_key(&name) {
                self.faults.say(format!("{name} has a step, but what it was is not kept"));
            }
        }
        let prefix = file_name::<E>("");
        for (name, Published { sample, .. }) in &self.kept {
            let Some(stored) = name.strip_prefix(&prefix) else { continue };
            self.read.insert(name.clone());
            let event: E = match join(stored, sample.clone()) {
                Ok(event) => event,
                Err(error) => {
                    self.faults.say(format!("{name} is not read any more: {error}"));
                    continue;
                }
            };
            let (today, data) = split(&event).unwrap();
            let data: Value = serde_json::from_str(&data).unwrap();
            if today == stored && data != *sample {
                self.faults.say(format!("{name}: read and written again it is {data}"));
            }
        }
    }
}

#[test]
fn every_version_ever_published_is_read() {
    let mut readable = Readable { kept: kept(), read: BTreeSet::new(), faults: Faults::default() };
    visit_all(&mut readable);
    for name in readable.kept.keys().filter(|name| !readable.read.contains(*name)) {
        readable.faults.0.push(format!("{name} is of no kind of aggregate there is"));
    }
    readable.faults.none();
}

#[test]
fn a_changed_shape_shows_and_a_changed_text_does_not() {
    let of = |field: Value| json!({"type": "object", "properties": {"title": field}, "required": ["title"]});
    let before = of(json!({"type": "string", "description": "x", "example": "y"}));
    assert_eq!(bare(before.clone()), bare(of(json!({"type": "string", "description": "z"}))));
    for other in
        [json!({"type": "integer"}), json!({"type": "string", "format": "date"}), json!({})]
    {
        assert_ne!(bare(before.clone()), bare(of(other)));
    }
    let mut loose = before.clone();
    loose["required"] = json!([]);
    assert_ne!(bare(before), bare(loose));
}
