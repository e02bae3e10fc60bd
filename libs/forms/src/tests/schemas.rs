//! What is taken for a schema, and how far one is followed.

use serde_json::{Value, json};

use super::{checked, form, lines};
use crate::{DEEPEST, Form};

/// Pointer and code of every fault of a schema that is refused.
fn refused(schema: &Value) -> Vec<String> {
    let faults = Form::compile(schema).unwrap_err();
    faults.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect()
}

#[test]
fn schemas_that_are_none_are_refused_with_every_fault() {
    assert_eq!(
        refused(&json!({
            "type": "object", "required": "name",
            "properties": {
                "a": {"type": "text"}, "b": {"minLength": -1}, "c": {"$ref": "https://a.example/s"},
                "d": {"$ref": "#/$defs/none"}, "e": {"pattern": "("}, "f": {"format": "citzen-id"},
                "g": {"$id": "x", "$dynamicRef": "#m"}, "h": {"$ref": "file:///etc/passwd"},
                "i": {"pattern": "^(?!x)"}, "j": {"patternProperties": {"[": {}}}, "k": 7,
            }
        })),
        [
            "/properties/a/type no_variant",
            "/properties/b/minLength minimum",
            "/properties/c/$ref foreign_ref",
            "/properties/d/$ref broken_ref",
            "/properties/e/pattern bad_pattern",
            "/properties/f/format unknown_format",
            "/properties/g/$dynamicRef unsupported",
            "/properties/g/$id unsupported",
            "/properties/h/$ref foreign_ref",
            "/properties/i/pattern bad_pattern",
            "/properties/j/patternProperties/[ bad_pattern",
            "/properties/k type",
            "/required type",
        ]
    );
    assert_eq!(
        refused(&json!({"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"})),
        ["/$schema dialect"]
    );
}

#[test]
fn the_root_takes_objects_only() {
    for root in [
        json!({}),
        json!(true),
        json!({"type": "array"}),
        json!({"type": ["object", "null"]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}),
    ] {
        assert!(refused(&root).contains(&" not_object".to_owned()), "{root}");
    }
    for root in [json!(null), json!(1), json!("x"), json!([])] {
        assert!(!refused(&root).is_empty(), "{root}");
    }
    form(&json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}}));
    form(&json!({"oneOf": [{"type": "object"}, {"allOf": [{"type": "object"}, {}]}]}));
}

#[test]
fn endless_references_are_refused_and_recursive_ones_are_not() {
    for endless in [
        json!({"type": "object", "$ref": "#"}),
        json!({"type": "object", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}}),
        json!({"type": "object", "anyOf": [{"type": "object"}, {"not": {"$ref": "#"}}]}),
    ] {
        assert_eq!(refused(&endless).len(), 1, "{endless}");
        assert!(refused(&endless)[0].ends_with("endless_ref"));
    }
    form(&json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}}));
}

#[test]
fn large_schemas_do_not_exhaust_the_stack() {
    let chain = |length: usize, link: fn(Value) -> Value| {
        let mut definitions = serde_json::Map::new();
        for n in 0..length {
            let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
            definitions.insert(format!("d{n}"), link(next));
        }
        definitions.insert(format!("d{length}"), json!({"type": "string"}));
        json!({"type": "object", "$ref": "#/$defs/d0", "$defs": definitions})
    };
    let across: fn(Value) -> Value = |next| json!({"properties": {"x": next}});
    let in_place: fn(Value) -> Value = |next| json!({"anyOf": [next, {"title": "空", "const": 0}]});
    let long = form(&chain(300, across));
    assert_eq!(lines(&long.check(&json!({"x": {"x": 1}}), "")), [""; 0]);
    form(&chain(10, in_place)).check(&json!({}), "");
    for length in [600, 5_000] {
        assert_eq!(refused(&chain(length, across)), [" too_large"]);
    }
    for length in [20, 600] {
        assert_eq!(refused(&chain(length, in_place)), [" too_large"]);
    }
    let mut deep = json!({"type": "object"});
    for _ in 0..200 {
        deep = json!({"type": "object", "not": deep});
    }
    assert_eq!(refused(&deep), [" too_deep"]);
}

#[test]
fn the_deepest_value_under_the_most_involved_schema_is_survived() {
    // Each level of the value passes through twelve schemas in place.
    let mut level = json!({"properties": {"x": {"$ref": "#"}}});
    for _ in 0..11 {
        level = json!({"anyOf": [level, {"type": "null"}]});
    }
    level["type"] = json!("object");
    let form = form(&level);
    let nested = |depth| (0..depth).fold(json!(7), |below, _| json!({"x": below}));
    let told: Vec<_> = (1..=DEEPEST).map(|depth| form.check(&nested(depth), "")).collect();
    assert!(told.iter().all(|faults| faults.len() == 1));
    assert_eq!(told[9][0].code, "type");
    assert_eq!(told[DEEPEST - 1][0].code, "too_deep");
}

#[test]
fn chinese_names_and_references_work() {
    let schema = json!({
        "type": "object", "required": ["申请人"],
        "properties": {"申请人": {"$ref": "#/$defs/%E5%A7%93%E5%90%8D"}, "监护人": {"$ref": "#name"}},
        "$defs": {"姓名": {"$anchor": "name", "title": "姓名", "type": "string"}}
    });
    assert_eq!(
        checked(&schema, &json!({"申请人": 1, "监护人": 2})),
        ["/form/申请人 type 「姓名」应为文字", "/form/监护人 type 「姓名」应为文字",]
    );
    assert_eq!(checked(&schema, &json!({})), ["/form/申请人 required 「姓名」为必填项"]);
}
