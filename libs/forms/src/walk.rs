//! Where the subschemas of a schema are, and where its references lead.

use serde_json::Value;

/// Keywords of 2020-12 whose value is one schema.
const ONE: [&str; 11] = [
    "additionalProperties",
    "unevaluatedProperties",
    "items",
    "unevaluatedItems",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value maps names to schemas.
const NAMED: [&str; 5] =
    ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];
/// Keywords whose subschemas judge the same value as the schema that holds them.
const IN_PLACE: [&str; 8] =
    ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// One subschema directly below another.
pub(crate) struct Child<'a> {
    /// The keyword that holds it.
    pub(crate) keyword: &'static str,
    /// Its JSON Pointer from the schema above.
    pub(crate) pointer: String,
    /// The subschema.
    pub(crate) schema: &'a Value,
}

impl Child<'_> {
    /// Whether it judges the same value as the schema above.
    pub(crate) fn in_place(&self) -> bool {
        IN_PLACE.contains(&self.keyword)
    }
}

/// The subschemas directly below `schema`; values such as `const` or `default` are none.
pub(crate) fn children(schema: &Value) -> Vec<Child<'_>> {
    let mut found = Vec::new();
    let Some(keywords) = schema.as_object() else { return found };
    for keyword in ONE {
        if let Some(schema) = keywords.get(keyword) {
            found.push(Child { keyword, pointer: format!("/{keyword}"), schema });
        }
    }
    for keyword in LIST {
        for (index, schema) in
            keywords.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            found.push(Child { keyword, pointer: format!("/{keyword}/{index}"), schema });
        }
    }
    for keyword in NAMED {
        for (name, schema) in keywords.get(keyword).and_then(Value::as_object).into_iter().flatten()
        {
            found.push(Child { keyword, pointer: format!("/{keyword}/{}", escape(name)), schema });
        }
    }
    found
}

/// Calls `change` on `schema` and on every schema below it.
pub(crate) fn change_each(schema: &mut Value, change: &mut impl FnMut(&mut Value)) {
    change(schema);
    let Some(keywords) = schema.as_object_mut() else { return };
    for (keyword, value) in keywords.iter_mut() {
        let keyword = keyword.as_str();
        if ONE.contains(&keyword) {
            change_each(value, change);
        } else if LIST.contains(&keyword) {
            value.as_array_mut().into_iter().flatten().for_each(|below| change_each(below, change));
        } else if NAMED.contains(&keyword) {
            let below = value.as_object_mut().into_iter().flatten();
            below.for_each(|(_, below)| change_each(below, change));
        }
    }
}

/// `schema` and every schema below it, each with its JSON Pointer.
pub(crate) fn all(schema: &Value) -> Vec<(String, &Value)> {
    let mut found = vec![(String::new(), schema)];
    let mut next = 0;
    while let Some((pointer, schema)) = found.get(next).cloned() {
        for child in children(schema) {
            found.push((format!("{pointer}{}", child.pointer), child.schema));
        }
        next += 1;
    }
    found
}

/// What a local reference names in `root`: `#`, `#/a/pointer` or `#anchor`.
pub(crate) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let fragment = percent_decode(reference.strip_prefix('#')?)?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return root.pointer(&fragment);
    }
    all(root).into_iter().map(|(_, schema)| schema).find(|schema| {
        schema.get("$anchor").and_then(Value::as_str).is_some_and(|anchor| anchor == fragment)
    })
}

/// Where the `$ref` of `schema` leads, if it has one that leads anywhere.
pub(crate) fn referred<'a>(root: &'a Value, schema: &Value) -> Option<&'a Value> {
    resolve(root, schema.get("$ref")?.as_str()?)
}

/// One segment of a JSON Pointer (RFC 6901).
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_schemas_are_walked() {
        let schema = json!({
            "const": {"$ref": "no schema"},
            "properties": {"a/b": {"items": {"type": "string"}}, "$ref": {"type": "string"}},
        });
        let pointers: Vec<_> = all(&schema).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(
            pointers,
            ["", "/properties/$ref", "/properties/a~1b", "/properties/a~1b/items"]
        );
        for (pointer, found) in all(&schema) {
            assert_eq!(schema.pointer(&pointer), Some(found));
        }
    }

    #[test]
    fn references_resolve_by_pointer_and_anchor() {
        let schema = json!({"$defs": {"姓名": {"$anchor": "name", "type": "string"}}});
        let name = &schema["$defs"]["姓名"];
        assert_eq!(resolve(&schema, "#"), Some(&schema));
        assert_eq!(resolve(&schema, "#name"), Some(name));
        assert_eq!(resolve(&schema, "#/$defs/%E5%A7%93%E5%90%8D"), Some(name));
        for wrong in ["", "#other", "#/$defs/x", "#/%zz", "#/%e5", "https://a.example/#"] {
            assert_eq!(resolve(&schema, wrong), None, "{wrong}");
        }
    }
}
