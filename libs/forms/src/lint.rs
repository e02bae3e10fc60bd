//! What a schema has to be before it is compiled.

use std::collections::HashSet;

use jsonschema::{Draft, PatternOptions, ValidationOptions};
use serde_json::{Value, json};
use tongban_kernel::checks::Check;
use tongban_kernel::{Faults, FieldFault};

use crate::reach;
use crate::walk::{all, escape, resolve};

/// The only dialect that is taken.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Formats of the OpenAPI registry that describe a number or a text without restricting it here.
const DESCRIPTIVE: [&str; 13] = [
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double",
    "byte", "binary", "password",
];
/// How many schemas one schema may consist of; the largest form we know has some 300.
const MOST_SCHEMAS: usize = 2_000;
/// How many schemas may judge one value one inside the other; optional tagged unions need some six.
const MOST_IN_PLACE: usize = 32;
/// How deep compiling may go; see [`reach::nesting`].
const MOST_NESTING: usize = 1_000;

/// How every form is compiled: offline, formats asserted, patterns in linear time.
pub(crate) fn options() -> ValidationOptions<'static> {
    let mut options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex());
    for check in Check::ALL {
        options = options.with_format(check.name(), move |text: &str| check.verify(text).is_ok());
    }
    options
}

/// Every fault of a schema that is otherwise well formed.
pub(crate) fn lint(root: &Value) -> Faults {
    let mut faults = Faults::new();
    let schemas = all(root);
    if schemas.len() > MOST_SCHEMAS {
        faults.add("", "too_large", format!("表单定义过大：子模式不得超过 {MOST_SCHEMAS} 个"));
        return faults;
    }
    if !takes_objects(root, root, 0) {
        faults.add("", "not_object", "表单定义的根应为对象（\"type\": \"object\"）");
    }
    let places: HashSet<*const Value> =
        schemas.iter().map(|(_, schema)| std::ptr::from_ref(*schema)).collect();
    let options = options();
    for (pointer, schema) in &schemas {
        lint_names(pointer, schema, &mut faults);
        lint_reference(root, &places, pointer, schema, &mut faults);
        lint_texts(&options, pointer, schema, &mut faults);
    }
    if faults.is_empty() {
        lint_reach(root, &schemas, &mut faults);
    }
    faults
}

/// What would make a schema depend on anything but itself.
fn lint_names(pointer: &str, schema: &Value, faults: &mut Faults) {
    if let Some(dialect) = schema.get("$schema").and_then(Value::as_str)
        && dialect.trim_end_matches('#') != DIALECT
    {
        faults.add(format!("{pointer}/$schema"), "dialect", format!("表单定义须采用 {DIALECT}"));
    }
    let mut unsupported =
        vec!["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"];
    if !pointer.is_empty() {
        unsupported.push("$id");
    }
    for keyword in unsupported {
        if schema.get(keyword).is_some() {
            faults.add(
                format!("{pointer}/{keyword}"),
                "unsupported",
                format!("此处不支持 {keyword}"),
            );
        }
    }
}

fn lint_reference(
    root: &Value,
    places: &HashSet<*const Value>,
    pointer: &str,
    schema: &Value,
    faults: &mut Faults,
) {
    let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return };
    let at = format!("{pointer}/$ref");
    if !reference.starts_with('#') {
        faults.add(at, "foreign_ref", "引用只能指向表单定义内部（以 # 开头）");
    } else if !resolve(root, reference)
        .is_some_and(|found| places.contains(&std::ptr::from_ref(found)))
    {
        faults.add(at, "broken_ref", "引用的定义不存在");
    }
}

/// Formats nobody knows and patterns nobody can read.
fn lint_texts(options: &ValidationOptions<'_>, pointer: &str, schema: &Value, faults: &mut Faults) {
    if let Some(format) = schema.get("format").and_then(Value::as_str)
        && !DESCRIPTIVE.contains(&format)
        && !options.is_known_format(Draft::Draft202012, format)
    {
        faults.add(format!("{pointer}/format"), "unknown_format", "未知的格式（format）");
    }
    let own = schema.get("pattern").and_then(Value::as_str);
    let own = own.map(|pattern| (pattern, format!("{pointer}/pattern")));
    let named = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    let named = named.map(|(pattern, _)| {
        (pattern.as_str(), format!("{pointer}/patternProperties/{}", escape(pattern)))
    });
    for (pattern, at) in own.into_iter().chain(named) {
        if options.build(&json!({"pattern": pattern})).is_err() {
            faults.add(at, "bad_pattern", "正则表达式有误，或使用了不支持的环视、反向引用");
        }
    }
}

/// Schemas that never end, and those that would exhaust the stack.
fn lint_reach(root: &Value, schemas: &[(String, &Value)], faults: &mut Faults) {
    match reach::in_place(root, schemas) {
        Err(pointer) => faults.add(pointer, "endless_ref", "引用构成循环，无法判定"),
        Ok(levels) if levels > MOST_IN_PLACE => faults.add(
            "",
            "too_large",
            format!("表单定义过于复杂：同一内容经过的引用和组合不得超过 {MOST_IN_PLACE} 层"),
        ),
        Ok(_) if reach::nesting(root, schemas) > MOST_NESTING => {
            faults.add("", "too_large", "表单定义过于复杂：引用的定义过多或嵌套过深");
        }
        Ok(_) => {}
    }
}

/// Whether a schema takes nothing but objects, as far as can be told without a value.
fn takes_objects(root: &Value, schema: &Value, followed: usize) -> bool {
    if followed > 16 {
        return false;
    }
    let next = |schema: &Value| takes_objects(root, schema, followed + 1);
    let list = |keyword| schema.get(keyword).and_then(Value::as_array);
    schema.get("type").is_some_and(|kind| kind == "object" || kind == &json!(["object"]))
        || crate::walk::referred(root, schema).is_some_and(next)
        || list("allOf").is_some_and(|parts| parts.iter().any(next))
        || ["oneOf", "anyOf"].into_iter().filter_map(list).any(|variants| variants.iter().all(next))
}

/// The faults that were collected.
pub(crate) fn list(faults: Faults) -> Vec<FieldFault> {
    faults
        .into_result("invalid_schema", "表单定义有误")
        .err()
        .map(|fault| fault.errors().to_vec())
        .unwrap_or_default()
}
