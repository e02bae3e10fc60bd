//! One way of writing, and hashes of what is written.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// SHA-256 over the canonical JSON of `value`, hexadecimal.
pub(crate) fn of<T: Serialize>(value: &T) -> String {
    // Our types have no maps with keys other than texts and no numbers beyond JSON: they can be written.
    let value = serde_json::to_value(value).unwrap_or_default();
    let mut text = String::new();
    write(&value, &mut text);
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Canonical JSON as RFC 8785 has it for values without fractions: members ordered by the UTF-16 units of their
/// names, no spaces. Fractions are written as `serde_json` does, which is deterministic.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => write_members(members, text),
        // serde_json escapes what RFC 8785 escapes, and nothing else.
        plain => text.push_str(&plain.to_string()),
    }
}

fn write_members(members: &Map<String, Value>, text: &mut String) {
    let mut ordered: Vec<(&String, &Value)> = members.iter().collect();
    ordered.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    text.push('{');
    for (index, (name, value)) in ordered.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write(value, text);
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_written_in_one_order() {
        let mut text = String::new();
        // RFC 8785 section 3.2.3: by UTF-16 units, so a surrogate pair stands before U+FB33.
        write(
            &json!({"\u{fb33}": 1, "\u{1f600}": [2, {"b": null, "a": "\n\u{1}"}], "1": true}),
            &mut text,
        );
        assert_eq!(
            text,
            "{\"1\":true,\"\u{1f600}\":[2,{\"a\":\"\\n\\u0001\",\"b\":null}],\"\u{fb33}\":1}"
        );
    }
}
