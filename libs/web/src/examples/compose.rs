//! A whole value from a schema and the examples of its parts.

use serde_json::{Map, Value};
use utoipa::openapi::schema::Components;

/// Where references of a document lead.
const COMPONENTS: &str = "#/components/schemas/";
/// How deep schemas are followed; what refers to itself ends here, without an example.
const DEEPEST: usize = 32;

/// The named schemas of a document.
pub(super) struct Schemas(Map<String, Value>);

impl Schemas {
    pub(super) fn of(components: Option<&Components>) -> Self {
        let written = components.and_then(|all| serde_json::to_value(&all.schemas).ok());
        match written {
            Some(Value::Object(named)) => Self(named),
            _ => Self(Map::new()),
        }
    }

    /// An example of `schema`; none where a part that must be there has none.
    pub(super) fn compose(&self, schema: &Value) -> Option<Value> {
        self.within(schema, DEEPEST)
    }

    /// `schema` complete in itself: what it refers to is under `$defs`.
    pub(super) fn alone(&self, schema: &Value) -> Value {
        let mut whole = localised(schema);
        if let Some(keywords) = whole.as_object_mut() {
            let named = self.0.iter().map(|(name, schema)| (name.clone(), localised(schema)));
            keywords.insert("$defs".to_owned(), Value::Object(named.collect()));
        }
        whole
    }

    fn within(&self, schema: &Value, left: usize) -> Option<Value> {
        let left = left.checked_sub(1)?;
        let given = schema.get("example").or_else(|| schema.get("const"));
        if let Some(given) = given.or_else(|| first(schema, "examples")) {
            return Some(given.clone());
        }
        if let Some(named) = self.named(schema) {
            return self.within(named, left);
        }
        if let Some(value) = first(schema, "enum") {
            return Some(value.clone());
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(variants) = schema.get(union).and_then(Value::as_array) {
                let mut real = variants.iter().filter(|variant| !is_null(variant));
                return real.find_map(|variant| self.within(variant, left));
            }
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut whole = Map::new();
            for part in parts {
                if let Value::Object(members) = self.within(part, left)? {
                    whole.extend(members);
                }
            }
            return Some(Value::Object(whole));
        }
        if let Some(items) = schema.get("items") {
            return Some(Value::Array(vec![self.within(items, left)?]));
        }
        self.object(schema, left)
    }

    fn object(&self, schema: &Value, left: usize) -> Option<Value> {
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let properties = match schema.get("properties").and_then(Value::as_object) {
            Some(properties) => properties,
            None => return closed.then(|| Value::Object(Map::new())),
        };
        let required = schema.get("required").and_then(Value::as_array);
        let mut whole = Map::new();
        for (name, property) in properties {
            let needed = required.is_some_and(|names| names.iter().any(|one| one == name));
            if !needed && self.sometimes(property) {
                continue;
            }
            match self.within(property, left) {
                Some(value) => drop(whole.insert(name.clone(), value)),
                None if needed => return None,
                None => {}
            }
        }
        Some(Value::Object(whole))
    }

    /// Whether a property says that it is there in some cases only: by `examples` without `example`,
    /// itself or where it refers to.
    fn sometimes(&self, schema: &Value) -> bool {
        let only_shown =
            |schema: &Value| schema.get("examples").is_some() && schema.get("example").is_none();
        let variants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        std::iter::once(schema)
            .chain(variants)
            .any(|one| only_shown(one) || self.named(one).is_some_and(only_shown))
    }

    fn named(&self, schema: &Value) -> Option<&Value> {
        self.0.get(schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)?)
    }
}

fn first<'a>(schema: &'a Value, keyword: &str) -> Option<&'a Value> {
    schema.get(keyword)?.as_array()?.first()
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// The schema with references into `$defs`, and without examples: they may hold anything.
fn localised(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) => {
            let kept = keywords
                .iter()
                .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()));
            let changed = kept.map(|(name, value)| {
                let value = match value.as_str().and_then(|text| text.strip_prefix(COMPONENTS)) {
                    Some(target) if name == "$ref" => Value::String(format!("#/$defs/{target}")),
                    _ => localised(value),
                };
                (name.clone(), value)
            });
            Value::Object(changed.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(localised).collect()),
        other => other.clone(),
    }
}
