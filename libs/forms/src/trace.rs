//! Which schema a fault comes from, and what people call the place it is in.

use jsonschema::paths::Location;
use serde_json::Value;

use crate::text::quoted;
use crate::walk::{escape, referred};

/// How many references are followed in search of a title.
const FOLLOWED: usize = 16;

/// The way from the root of a schema to the schema that found a fault.
pub(crate) struct Trace<'a> {
    /// The schemas that judge the faulty value, the outermost first; empty if the way was lost.
    pub(crate) level: Vec<&'a Value>,
    /// What people call the faulty value.
    pub(crate) label: String,
}

impl<'a> Trace<'a> {
    /// Follows `evaluation` (which passes through references) down from `root`, and `instance` with it.
    pub(crate) fn follow(root: &'a Value, evaluation: &Location, instance: &Location) -> Self {
        let mut names = instance.as_str().split('/').skip(1).map(unescape);
        let mut label = None;
        let mut level = vec![root];
        let mut steps = evaluation.as_str().split('/').skip(1).map(unescape);
        while let Some(step) = steps.next() {
            let Some(&schema) = level.last() else { break };
            let held = schema.get(&step);
            let (next, enters) = match step.as_str() {
                "properties" | "patternProperties" | "prefixItems" => {
                    (steps.next().and_then(|key| member(held?, &key)), true)
                }
                "additionalProperties"
                | "unevaluatedProperties"
                | "items"
                | "contains"
                | "unevaluatedItems" => (held, true),
                "allOf" | "anyOf" | "oneOf" | "dependentSchemas" => {
                    (steps.next().and_then(|key| member(held?, &key)), false)
                }
                "not" | "if" | "then" | "else" | "propertyNames" => (held, false),
                "$ref" => (referred(root, schema), false),
                _ => break,
            };
            // `items: false` and the like: the keyword itself is where the way ends.
            let Some(next) = next.filter(|next| next.is_object() || next.is_boolean()) else {
                break;
            };
            if enters {
                let Some(name) = names.next() else { break };
                label = Some(below(label, &level, root, &name));
                level.clear();
            }
            level.push(next);
        }
        let mut rest = names.peekable();
        if rest.peek().is_some() {
            // Lost: name the place by its path alone.
            for name in rest {
                label = Some(below(label, &[], root, &name));
            }
            level.clear();
        }
        let title = title(root, &level);
        let label = match (title, label) {
            (Some(title), Some(Name { index: Some(index), .. })) => {
                format!("{}（第 {index} 项）", quoted(title))
            }
            (Some(title), _) => quoted(title),
            (None, Some(name)) => name.text,
            (None, None) => "内容".to_owned(),
        };
        Self { level, label }
    }

    /// What people call the field `name` of the value this trace leads to.
    pub(crate) fn field(&self, root: &'a Value, name: &str) -> String {
        let found = self.level.iter().rev().find_map(|schema| property(root, schema, name, 0));
        quoted(found.and_then(|schema| own_title(root, schema, 0)).unwrap_or(name))
    }
}

/// What a place is called as long as no title is known.
struct Name {
    text: String,
    index: Option<usize>,
}

/// The name of the member `name` of what `above` names and the schemas in `level` judge.
fn below(above: Option<Name>, level: &[&Value], root: &Value, name: &str) -> Name {
    match name.parse::<usize>() {
        Ok(index) => {
            let index = index.saturating_add(1);
            let list = match title(root, level) {
                Some(title) => quoted(title),
                None => above.map(|name| name.text).unwrap_or_default(),
            };
            Name { text: format!("{list}第 {index} 项"), index: Some(index) }
        }
        Err(_) => Name { text: quoted(name), index: None },
    }
}

/// The title given where a value is used goes before the one of the type it refers to.
fn title<'a>(root: &'a Value, level: &[&'a Value]) -> Option<&'a str> {
    let given = level.iter().find_map(|schema| schema.get("title").and_then(Value::as_str));
    given.or_else(|| level.last().and_then(|schema| own_title(root, schema, 0)))
}

/// The title of `schema`, or that of the one schema it stands for.
fn own_title<'a>(root: &'a Value, schema: &'a Value, followed: usize) -> Option<&'a str> {
    if followed > FOLLOWED {
        return None;
    }
    let next = |schema| own_title(root, schema, followed + 1);
    let titled = schema.get("title").and_then(Value::as_str);
    titled.or_else(|| referred(root, schema).and_then(next)).or_else(|| {
        let variants = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
        // An optional value: something or null.
        let mut some = variants.iter().filter(|variant| !is_null(variant));
        some.next().filter(|_| some.next().is_none()).and_then(next)
    })
}

/// Whether `schema` takes null and nothing else.
pub(crate) fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

/// The schema of the property `name`, also behind `$ref`, `allOf` and in variants.
fn property<'a>(
    root: &'a Value,
    schema: &'a Value,
    name: &str,
    followed: usize,
) -> Option<&'a Value> {
    if followed > FOLLOWED {
        return None;
    }
    let next = |schema| property(root, schema, name, followed + 1);
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    own.or_else(|| referred(root, schema).and_then(next)).or_else(|| {
        let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|list| schema.get(list));
        parts.filter_map(Value::as_array).flatten().find_map(next)
    })
}

fn member<'a>(held: &'a Value, key: &str) -> Option<&'a Value> {
    held.pointer(&format!("/{}", escape(key)))
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
