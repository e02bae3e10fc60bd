//! A compiled schema.

use std::cmp::Ordering;
use std::fmt;

use jsonschema::Validator;
use serde_json::Value;
use tongban_kernel::FieldFault;

use crate::explain::Explainer;
use crate::walk::all;
use crate::{lint, reach};

/// How deep arrays and objects may nest, in schemas and in values; as deep as `serde_json` reads.
pub const DEEPEST: usize = 128;

/// How many schemas a check may be inside of, over all levels of a value. The test
/// `the_deepest_value_under_the_most_involved_schema_is_survived`, unoptimised, needed between 2 and
/// 2.5 MB of stack with 640 of them (`RUST_MIN_STACK`); threads have 2 MiB, and callers need some too.
const MOST_LEVELS: usize = 320;

/// How many faults one check names. What has more is no form filled in wrongly but something else
/// altogether; a last fault `too_many_faults` then tells how many there are.
pub const MOST_FAULTS: usize = 1_000;

/// A form or a request body to check values against (表单定义). Cheap to check with, dear to compile:
/// keep it.
pub struct Form {
    schema: Value,
    validator: Validator,
    /// How deep values may nest.
    deepest: usize,
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Form").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Form {
    /// Compiles a schema of JSON Schema 2020-12 whose root takes objects only: by `type`, by its
    /// `$ref`, by a part of `allOf`, or by every variant of `oneOf` or `anyOf`.
    ///
    /// # Errors
    /// Every fault of the schema, with pointers into it: faults against the meta-schema under the codes
    /// of [`check`](Self::check); `not_object`; `foreign_ref` and `broken_ref`; `endless_ref`;
    /// `unknown_format`; `bad_pattern`; `dialect`; `unsupported` keywords; `too_deep`, `too_large`;
    /// `invalid_schema` for anything else the validator refuses.
    pub fn compile(schema: &Value) -> Result<Self, Vec<FieldFault>> {
        if deeper_than(schema, DEEPEST) {
            return Err(vec![too_deep("", DEEPEST)]);
        }
        let meta = jsonschema::draft202012::meta::validator();
        // The meta-schema's own titles say nothing to people: explain by the path alone.
        let explainer = Explainer { root: &Value::Null, at: "" };
        let mut faults = Vec::new();
        for error in meta.iter_errors(schema) {
            explainer.explain(&error, &mut faults);
        }
        faults.extend(lint::list(lint::lint(schema)));
        if !faults.is_empty() {
            return Err(ordered(faults, ""));
        }
        let mut schema = schema.clone();
        if let Some(keywords) = schema.as_object_mut() {
            // Names for the outside; references are local.
            keywords.remove("$id");
            keywords.remove("$schema");
        }
        match lint::options().build(&schema) {
            Ok(validator) => {
                let levels = reach::in_place(&schema, &all(&schema)).unwrap_or(MOST_LEVELS);
                let deepest = DEEPEST.min(MOST_LEVELS / (levels + 1));
                Ok(Self { schema, validator, deepest })
            }
            Err(error) => Err(vec![FieldFault {
                pointer: error.instance_path().as_str().to_owned(),
                code: "invalid_schema".to_owned(),
                message: "表单定义有误，无法使用".to_owned(),
            }]),
        }
    }

    /// Every fault of `value`, each once, ordered by its pointer; none if it is as it should be.
    ///
    /// `at` is the JSON Pointer of `value` in what the caller was sent, such as `/form`. A missing or an
    /// unknown field is named by its own pointer. Messages call a field by its `title` (else by its
    /// name) and never repeat its content. No more than [`MOST_FAULTS`] are named. A value that nests deeper
    /// than [`DEEPEST`], or less deep under a schema that combines many on one level, is only told so.
    ///
    /// Codes: `required`, `unknown_field`, `field_name`, `type`, `format`, `pattern`, `enum`, `const`,
    /// `minimum`, `maximum`, `multiple_of`, `min_length`, `max_length`, `min_items`, `max_items`,
    /// `unique_items`, `contains`, `min_fields`, `max_fields`, `no_variant`, `several_variants`, `not`,
    /// `not_allowed`, `too_deep`, `too_many_faults`, and `invalid` for anything else.
    pub fn check(&self, value: &Value, at: &str) -> Vec<FieldFault> {
        if deeper_than(value, self.deepest) {
            return vec![too_deep(at, self.deepest)];
        }
        let explainer = Explainer { root: &self.schema, at };
        let mut faults = Vec::new();
        for error in self.validator.iter_errors(value) {
            explainer.explain(&error, &mut faults);
        }
        ordered(faults, at)
    }

    /// The schema it was compiled from, without `$id` and `$schema`.
    pub fn schema(&self) -> &Value {
        &self.schema
    }
}

fn too_deep(at: &str, limit: usize) -> FieldFault {
    FieldFault {
        pointer: at.to_owned(),
        code: "too_deep".to_owned(),
        message: format!("嵌套过深：不得超过 {limit} 层"),
    }
}

/// Whether arrays and objects nest deeper than `limit`; told without recursion.
fn deeper_than(value: &Value, limit: usize) -> bool {
    let mut level: Vec<&Value> = vec![value];
    for _ in 0..=limit {
        let mut next = Vec::new();
        for value in level {
            match value {
                Value::Array(items) => next.extend(items),
                Value::Object(fields) => next.extend(fields.values()),
                _ => {}
            }
        }
        if next.is_empty() {
            return false;
        }
        level = next;
    }
    true
}

/// Brings faults into their order, drops repeated ones, and cuts what is too long to be read.
fn ordered(mut faults: Vec<FieldFault>, at: &str) -> Vec<FieldFault> {
    faults.sort_by(|one, other| {
        by_pointer(&one.pointer, &other.pointer)
            .then_with(|| one.code.cmp(&other.code))
            .then_with(|| one.message.cmp(&other.message))
    });
    faults.dedup();
    let total = faults.len();
    if total > MOST_FAULTS {
        faults.truncate(MOST_FAULTS);
        faults.push(FieldFault {
            pointer: at.to_owned(),
            code: "too_many_faults".to_owned(),
            message: format!("共有 {total} 处错误，此处只列出前 {MOST_FAULTS} 处"),
        });
    }
    faults
}

/// Orders pointers segment by segment, the tenth item after the second.
fn by_pointer(one: &str, other: &str) -> Ordering {
    let mut others = other.split('/');
    for segment in one.split('/') {
        let Some(against) = others.next() else { return Ordering::Greater };
        let order = match (segment.parse::<u64>(), against.parse::<u64>()) {
            (Ok(segment), Ok(against)) => segment.cmp(&against),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => segment.cmp(against),
        };
        if order.is_ne() {
            return order;
        }
    }
    if others.next().is_some() { Ordering::Less } else { one.cmp(other) }
}
