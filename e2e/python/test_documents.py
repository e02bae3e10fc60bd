"""Every generated OpenAPI document is complete: nothing undescribed, nothing without a valid example."""

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import generated
from processes import ROOT

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
FORMATS = FormatChecker()
PROBLEM = "application/problem+json"


class Document:
    """A document, and everything it lacks."""

    def __init__(self, service):
        self.whole = json.loads((ROOT / "openapi" / f"{service}.json").read_text())
        self.schemas = self.whole["components"]["schemas"]

    def operations(self):
        for path, item in self.whole["paths"].items():
            for method in METHODS:
                if method in item:
                    yield f"{method.upper()} {path}", item[method]

    def lacks(self):
        for where, operation in self.operations():
            yield from self._said(where, operation)
            for parameter in operation.get("parameters", []):
                yield from self._parameter(f"{where} {parameter['name']}", parameter)
            if body := operation.get("requestBody"):
                yield from self._contents(f"{where} request", body)
            for status, answer in operation["responses"].items():
                yield from self._contents(f"{where} {status}", answer)
                example = answer.get("content", {}).get(PROBLEM, {}).get("example", {})
                yield from self._problem(f"{where} {status}", status, example)
                if status == "422" and len(example.get("errors", [])) < self._most_faults(operation):
                    yield f"{where} {status}: the example does not name two faults"
        for name, schema in self.schemas.items():
            yield from self._leaves(name, schema)

    def _said(self, where, operation):
        for keyword in ("summary", "operationId", "security", "responses", "x-access"):
            if operation.get(keyword) is None:
                yield f"{where}: no {keyword}"

    def _parameter(self, where, parameter):
        if not parameter.get("description"):
            yield f"{where}: no description"
        yield from self._example(where, parameter)

    def _contents(self, where, part):
        if not part.get("description"):
            yield f"{where}: no description"
        for kind, content in part.get("content", {}).items():
            yield from self._example(f"{where} {kind}", content)

    def _example(self, where, holder):
        if "example" not in holder:
            yield f"{where}: no example"
            return
        for error in validator(self.schemas, holder["schema"]).iter_errors(holder["example"]):
            yield f"{where}: {error.json_path}: {error.message}"
        yield from self._unknown(where, holder["schema"], holder["example"])

    def _unknown(self, where, schema, example):
        """Members of the example that the schema does not know: such an answer is never given."""
        if isinstance(example, list) and "items" in schema:
            for item in example:
                yield from self._unknown(where, schema["items"], item)
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        # Of several variants, the one that the example is of.
        for part in schema.get("oneOf", []):
            if isinstance(example, dict) and validator(self.schemas, part).is_valid(example):
                yield from self._unknown(where, part, example)
                return
        members = self._members(schema)
        if not isinstance(example, dict) or not members:
            return
        for name, value in example.items():
            if name not in members:
                yield f"{where}: {name} is in the example only"
            else:
                yield from self._unknown(f"{where}.{name}", members[name], value)

    def _members(self, schema):
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        members = dict(schema.get("properties", {}))
        for keyword in ("allOf", "oneOf", "anyOf"):
            for part in schema.get(keyword, []):
                members |= self._members(part)
        return members

    def _problem(self, where, status, example):
        if not status.startswith(("4", "5")):
            return
        if example.get("status") != int(status):
            yield f"{where}: the example says status {example.get('status')}"
        if example.get("type") != f"urn:tongban:problem:{example.get('code')}":
            yield f"{where}: type and code of the example differ"
        if not any("\u4e00" <= character <= "\u9fff" for character in example.get("title", "")):
            yield f"{where}: no Chinese title in the example"

    def _most_faults(self, operation):
        """Two, but for a body without members: of that one can only be said that it is not empty."""
        contents = operation.get("requestBody", {}).get("content", {}).values()
        return 1 if any(not self._members(content["schema"]) for content in contents) else 2

    def _leaves(self, where, schema):
        """Members that are no schemas of ours give an example of their own, and a valid one."""
        for name, member in schema.get("properties", {}).items():
            yield from self._leaves(f"{where}.{name}", member)
        for keyword in ("allOf", "oneOf", "anyOf"):
            for part in schema.get(keyword, []):
                yield from self._leaves(where, part)
        given = [schema["example"]] if "example" in schema else schema.get("examples", [])
        for example in given:
            for error in validator(self.schemas, schema).iter_errors(example):
                yield f"{where}: {error.json_path}: {error.message}"
        if given:
            return
        if "items" in schema:
            yield from self._leaves(f"{where}[]", schema["items"])
        elif not {"properties", "allOf", "oneOf", "anyOf", "$ref", "enum", "const"} & schema.keys():
            empty = schema.get("type") == "object" and schema.get("additionalProperties") is False
            if schema.get("type") != "null" and not empty:
                yield f"{where}: no example"


def validator(schemas, schema):
    # The components stand where the references of the document lead.
    return Draft202012Validator({**schema, "components": {"schemas": schemas}}, format_checker=FORMATS)


def test_formats_are_checked():
    for kind in ("uuid", "date", "date-time"):
        assert not validator({}, {"type": "string", "format": kind}).is_valid("2026-13-01"), kind


@pytest.mark.parametrize("service", generated.SERVICES)
def test_nothing_is_lacking(service):
    document = Document(service)
    assert len(list(document.operations())) > 4
    lacks = sorted(set(document.lacks()))
    assert not lacks, f"{len(lacks)} lacks\n" + "\n".join(lacks)


@pytest.mark.parametrize("service", generated.SERVICES)
def test_rows_of_pages_have_names(service):
    pages = {name: schema for name, schema in Document(service).schemas.items() if name.startswith("Page_")}
    for name, page in pages.items():
        row = name.removeprefix("Page_")
        assert page["properties"]["items"]["items"] == {"$ref": f"#/components/schemas/{row}"}


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        (lambda operation: operation.pop("summary"), "no summary"),
        (lambda operation: operation.pop("security"), "no security"),
        (lambda operation: operation["parameters"][0].pop("example"), "id: no example"),
        (lambda operation: operation["parameters"][0].update(example="1"), "is not a 'uuid'"),
        (lambda operation: operation["responses"]["404"].pop("description"), "404: no description"),
        (lambda operation: operation["responses"]["200"]["content"]["application/json"].pop("example"), "no example"),
        (lambda operation: case_of(operation).pop("state"), "'state' is a required property"),
        (lambda operation: case_of(operation).update(submitted_at="yesterday"), "is not a 'date-time'"),
        (lambda operation: case_of(operation).update(colour="red"), "colour is in the example only"),
    ],
)
def test_a_lack_is_told(change, lack):
    document = Document("intake")
    change(document.whole["paths"]["/intake/v1/cases/{id}"]["get"])
    found = list(document.lacks())
    assert any(lack in one for one in found), found


def case_of(operation):
    return operation["responses"]["200"]["content"]["application/json"]["example"]
