use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use super::*;

fn document(paths: Value, schemas: Value) -> Value {
    let whole = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    let mut openapi: OpenApi = serde_json::from_value(whole).unwrap();
    complete(&mut openapi);
    serde_json::to_value(openapi).unwrap()
}

/// The example of an answer of `schema` among `schemas`, changed by `patch`.
fn answer(schema: Value, schemas: Value, patch: Option<Value>) -> Option<Value> {
    let mut content = json!({"schema": schema});
    if let Some(patch) = patch {
        content["example"] = patch;
    }
    let answer = json!({"description": "x", "content": {"application/json": content}});
    let paths = json!({"/x": {"get": {"responses": {"200": answer}}}});
    let whole = document(paths, schemas);
    whole["paths"]["/x"]["get"]["responses"]["200"]["content"]["application/json"]
        .get("example")
        .cloned()
}

fn composed(schema: Value) -> Option<Value> {
    let things = json!({
        "Kind": {"type": "string", "enum": ["new", "old"]},
        "Code": {"type": "string", "example": "320706"},
        "Thing": {
            "type": "object",
            "required": ["code", "kinds"],
            "properties": {
                "code": {"$ref": "#/components/schemas/Code"},
                "kinds": {"type": "array", "items": {"$ref": "#/components/schemas/Kind"}},
                "note": {"type": ["string", "null"], "example": "n"},
                "ended": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/End"}]},
                "until": {"type": ["string", "null"], "examples": ["2031-03-10"]},
            },
        },
        "End": {"type": "object", "properties": {"why": {"type": "string", "example": "w"}}, "examples": [{"why": "e"}]},
        "Chain": {"type": "object", "required": ["next"],
            "properties": {"next": {"$ref": "#/components/schemas/Chain"}}},
    });
    answer(schema, things, None)
}

fn named(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[test]
fn a_whole_is_made_of_its_parts() {
    let thing = json!({"code": "320706", "kinds": ["new"], "note": "n"});
    assert_eq!(composed(named("Thing")), Some(thing.clone()));
    let list = json!({"type": "array", "items": named("Thing")});
    assert_eq!(composed(list), Some(json!([thing])));
    let extended = json!({"allOf": [
        named("Thing"),
        {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer", "example": 3}}},
    ]});
    let mut whole = thing.clone();
    whole["size"] = 3.into();
    assert_eq!(composed(extended), Some(whole));
    let nullable = json!({"oneOf": [{"type": "null"}, named("Thing")]});
    assert_eq!(composed(nullable), Some(thing));
}

#[test]
fn what_is_there_in_some_cases_is_shown_where_it_must_be() {
    let end = json!({"type": "object", "required": ["end"], "properties": {"end": named("End")}});
    assert_eq!(composed(end), Some(json!({"end": {"why": "e"}})));
}

#[test]
fn an_example_of_the_whole_goes_before_those_of_the_parts() {
    let schema = json!({
        "type": "object",
        "properties": {"a": {"type": "integer", "example": 1}},
        "example": {"a": 2},
    });
    assert_eq!(composed(schema), Some(json!({"a": 2})));
}

#[test]
fn nothing_is_made_up() {
    assert_eq!(composed(json!({"type": "string"})), None);
    let lacking = json!({
        "type": "object", "required": ["a"], "properties": {"a": {"type": "string"}},
    });
    assert_eq!(composed(lacking), None);
    assert_eq!(composed(json!({"type": "object"})), None, "anything may be in it");
    assert_eq!(composed(json!({"type": "object", "additionalProperties": false})), Some(json!({})));
    assert_eq!(composed(named("Chain")), None, "endless");
    assert_eq!(composed(named("Nothing")), None);
}

#[test]
fn an_answers_own_example_changes_the_composed_one() {
    let schema = json!({
        "type": "object",
        "properties": {
            "a": {"type": "object", "properties": {
                "b": {"type": "integer", "example": 1}, "c": {"type": "integer", "example": 2},
            }},
            "d": {"type": "integer", "example": 3},
        },
    });
    let patch = json!({"a": {"b": null, "c": 5}, "e": {"f": null, "g": [1]}});
    let expected = json!({"a": {"c": 5}, "d": 3, "e": {"g": [1]}});
    assert_eq!(answer(schema, json!({}), Some(patch)), Some(expected));
    let alone = answer(json!({"type": "string"}), json!({}), Some(json!("x")));
    assert_eq!(alone, Some(json!("x")));
}

#[test]
fn parameters_have_examples() {
    let parameter = |name: &str, schema: Value| json!({"name": name, "in": "query", "required": false, "schema": schema});
    let mut given = parameter("own", json!({"type": "string", "example": "b"}));
    given["example"] = "a".into();
    let parameters = [
        given,
        parameter("limit", json!({"type": "integer", "example": 20})),
        parameter(KEY, json!({"type": "string"})),
        parameter("none", json!({"type": "string"})),
    ];
    let paths = json!({"/x": {"put": {"parameters": parameters, "responses": {}}}});
    let whole = document(paths, json!({}));
    let found = whole["paths"]["/x"]["put"]["parameters"].as_array().unwrap();
    let examples: Vec<_> = found.iter().map(|one| one.get("example").cloned()).collect();
    assert_eq!(examples[..2], [Some(json!("a")), Some(json!(20))]);
    assert!(examples[2].as_ref().is_some_and(Value::is_string));
    assert_eq!((&examples[3], &found[1]["name"]), (&None, &json!("limit")));
}

/// The problem example of an operation under `status`.
fn problem(status: &str, operation: Value) -> Value {
    let mut operation = operation;
    let own = operation["own"].take();
    let mut content = json!({"schema": {"type": "object"}});
    if !own.is_null() {
        content["example"] = own;
    }
    operation["responses"] = json!({status: {"description": "x", "content": {PROBLEM: content}}});
    let whole = document(json!({"/x": {"post": operation}}), json!({}));
    whole["paths"]["/x"]["post"]["responses"][status]["content"][PROBLEM]["example"].clone()
}

#[test]
fn problems_say_what_the_operation_would() {
    let without = problem("400", json!({}));
    assert_eq!(without["code"], "bad_query");
    assert_eq!(without["type"], "urn:tongban:problem:bad_query");
    assert_eq!(without["status"], 400);
    let clerks = json!({"x-access": {"kinds": ["officer"], "roles": ["window_clerk"]}});
    assert_eq!(problem("403", clerks)["code"], "wrong_role");
    let citizens = json!({"x-access": {"kinds": ["citizen"]}});
    assert_eq!(problem("403", citizens)["code"], "wrong_kind");
    let own = json!({"own": {"code": "already_reviewed", "title": "该办件已评价，一事一评"}});
    let own = problem("409", own);
    assert_eq!(own["type"], "urn:tongban:problem:already_reviewed");
    assert_eq!((&own["status"], &own["title"]), (&json!(409), &json!("该办件已评价，一事一评")));
}

#[test]
fn an_invalid_body_is_told_of_as_the_check_itself_would() {
    let body = json!({
        "type": "object",
        "required": ["name", "count"],
        "additionalProperties": false,
        "properties": {"name": {"type": "string"}, "count": {"type": "integer"}},
    });
    let operation = json!({"requestBody": {"content": {"application/json": {"schema": body}}}});
    assert_eq!(problem("400", operation.clone())["code"], "malformed_json");
    let found = problem("422", operation);
    let expected = json!([
        {"pointer": "/count", "code": "required", "message": "「count」为必填项"},
        {"pointer": "/name", "code": "required", "message": "「name」为必填项"},
    ]);
    assert_eq!((&found["errors"], &found["code"]), (&expected, &json!("invalid_request")));
}
