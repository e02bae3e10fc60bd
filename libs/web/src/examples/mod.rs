//! Examples in the documents: composed from the schemas when a document is assembled, so that nobody
//! writes a whole one by hand and none can grow stale.
//!
//! Types say what one value looks like (`#[schema(example = …)]`); [`compose`] makes a whole of them.
//! An optional property that gives `examples(…)` instead only shows them: what is there in some cases
//! only is left out of the whole. An example at an answer or a request body is a JSON Merge Patch
//! (RFC 7396) on the composed one: a decided case differs from a new one in a few members. The
//! examples of problem documents come from the status ([`problems`]).

mod compose;
mod problems;

use serde_json::Value;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder};
use utoipa::openapi::{Content, OpenApi, RefOr};

use self::compose::Schemas;
use self::problems::Circumstances;

/// Media type of problem documents.
pub(crate) const PROBLEM: &str = "application/problem+json";
/// The header that makes a request safe to repeat, the same for all operations.
const KEY: &str = "Idempotency-Key";

/// Gives every parameter, request body and answer of the document an example.
///
/// What no example can be composed for stays without one; the tests of the documents name it.
pub(crate) fn complete(openapi: &mut OpenApi) {
    let schemas = Schemas::of(openapi.components.as_ref());
    for item in openapi.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            illustrate(operation, &schemas);
        }
    }
}

fn illustrate(operation: &mut Operation, schemas: &Schemas) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            name_one(parameter, schemas);
        }
    }
    let circumstances = Circumstances::of(operation, schemas);
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            patch(content, |schema| schemas.compose(schema));
        }
    }
    for (status, answer) in &mut operation.responses.responses {
        let RefOr::T(answer) = answer else { continue };
        for (kind, content) in &mut answer.content {
            if kind == PROBLEM {
                patch(content, |_| problems::example(status, &circumstances));
                problems::name_type(content);
            } else {
                patch(content, |schema| schemas.compose(schema));
            }
        }
    }
}

/// Sets the example of a parameter that has none of its own.
fn name_one(parameter: &mut Parameter, schemas: &Schemas) {
    let given = written(Some(&*parameter)).is_some_and(|written| written.get("example").is_some());
    let example = if given {
        return;
    } else if parameter.name == KEY {
        Some("0192f3c1-5e0a-7b64-9d53-6a1f0c2e8b47".into())
    } else {
        written(parameter.schema.as_ref()).and_then(|schema| schemas.compose(&schema))
    };
    let named = ParameterBuilder::from(std::mem::take(parameter)).example(example);
    *parameter = named.build();
}

/// Sets the example: the composed one, changed by what the operation itself says of it.
fn patch(content: &mut RefOr<Content>, compose: impl Fn(&Value) -> Option<Value>) {
    let RefOr::T(content) = content else { return };
    let composed = written(content.schema.as_ref()).and_then(|schema| compose(&schema));
    content.example = match (composed, content.example.take()) {
        (Some(mut whole), Some(patch)) => {
            merge(&mut whole, patch);
            Some(whole)
        }
        (composed, given) => composed.or(given),
    };
}

fn written<T: serde::Serialize>(part: Option<&T>) -> Option<Value> {
    serde_json::to_value(part?).ok()
}

/// JSON Merge Patch (RFC 7396).
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests;
