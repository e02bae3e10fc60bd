//! Schemas of utoipa types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::walk::change_each;

/// Where OpenAPI documents keep named schemas.
const COMPONENTS: &str = "#/components/schemas/";
/// Where JSON Schema 2020-12 keeps them.
const DEFINITIONS: &str = "#/$defs/";

/// The JSON Schema of `T`, complete in itself: everything it refers to is under `$defs`.
///
/// utoipa writes schemas of OpenAPI 3.1, which are those of JSON Schema 2020-12 with references into
/// the document's components; only the references are rewritten. Two types of the same name are one
/// component to utoipa, and so they are here.
///
/// A type that refers to itself needs `#[schema(no_recursion)]` on the field that does, or utoipa does
/// not end. A schema that cannot be written as JSON comes out as `false`, which takes nothing.
pub fn schema_of<T: ToSchema>() -> Value {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let mut definitions = Map::new();
    for (name, schema) in &parts {
        definitions.insert(name.clone(), written(schema));
    }
    let mut root = written(&T::schema());
    let mut named = BTreeSet::new();
    localise(&mut root, &mut named);
    definitions.values_mut().for_each(|schema| localise(schema, &mut named));
    if named.contains(&*T::name()) && !definitions.contains_key(&*T::name()) {
        definitions.insert(T::name().into_owned(), root.clone());
    }
    if let Some(keywords) = root.as_object_mut()
        && !definitions.is_empty()
    {
        keywords.insert("$defs".to_owned(), Value::Object(definitions));
    }
    root
}

fn written(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or(Value::Bool(false))
}

/// Makes the references of `schema` local and notes which schemas they name.
fn localise(schema: &mut Value, named: &mut BTreeSet<String>) {
    change_each(schema, &mut |schema| {
        if let Some(Value::String(reference)) = schema.get_mut("$ref")
            && let Some(name) = reference.strip_prefix(COMPONENTS)
        {
            named.insert(name.to_owned());
            *reference = format!("{DEFINITIONS}{name}");
        }
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveDate;
    use serde::{Deserialize, Serialize};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::Form;

    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Filing {
        matter: Uuid,
        date: NaiveDate,
        applicant: Option<Applicant>,
        #[serde(default)]
        note: Option<String>,
        materials: Vec<Material>,
        by_code: BTreeMap<String, Material>,
        means: Means,
        kind: Kind,
        step: Step,
        #[schema(example = json!({"$ref": "#/components/schemas/Material"}))]
        count: u32,
        #[schema(value_type = Object)]
        form: Value,
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(title = "申请人")]
    struct Applicant {
        #[schema(min_length = 1)]
        name: String,
        #[schema(format = "citizen-id")]
        id: Option<String>,
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    struct Material {
        code: String,
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        New,
        Renewal,
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(tag = "by", rename_all = "snake_case")]
    enum Means {
        Post { address: String },
        Counter(Material),
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    enum Step {
        Accept,
        Refuse { reason: String },
        Forward(Applicant),
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    struct Region {
        code: String,
        #[schema(no_recursion)]
        parts: Vec<Region>,
    }

    #[derive(Serialize, Deserialize, ToSchema)]
    struct Atlas {
        region: Region,
        #[schema(no_recursion)]
        others: Option<Box<Atlas>>,
    }

    fn filing() -> Value {
        json!({
            "matter": "0192d1c1-0000-7000-8000-000000000000", "date": "2026-03-01", "applicant": null,
            "materials": [{"code": "M1"}], "by_code": {"M1": {"code": "M1"}},
            "means": {"by": "post", "address": "x"}, "kind": "new", "step": "accept", "count": 1, "form": {},
        })
    }

    fn told<T: ToSchema>(value: &Value) -> Vec<String> {
        let form = Form::compile(&schema_of::<T>()).unwrap();
        form.check(value, "").iter().map(|f| format!("{} {}", f.pointer, f.code)).collect()
    }

    #[test]
    fn nested_types_check_what_serde_reads() {
        assert_eq!(told::<Filing>(&filing()), [""; 0]);
        serde_json::from_value::<Filing>(filing()).unwrap();
    }

    #[test]
    fn faults_in_nested_types_are_all_found() {
        let mut value = filing();
        value["matter"] = json!("1");
        value["date"] = json!("1. March");
        value["applicant"] = json!({"name": "", "id": "1"});
        value["materials"] = json!([{"code": 1}, {}, 3]);
        value["by_code"] = json!({"a": {}});
        value["means"] = json!({"by": "counter"});
        value["kind"] = json!("old");
        value["step"] = json!({"refuse": {}});
        value["count"] = json!(-1);
        value["form"] = json!([]);
        value["extra"] = json!(1);
        assert_eq!(
            told::<Filing>(&value),
            [
                "/applicant/id format",
                "/applicant/name min_length",
                "/by_code/a/code required",
                "/count minimum",
                "/date format",
                "/extra unknown_field",
                "/form type",
                "/kind enum",
                "/materials/0/code type",
                "/materials/1/code required",
                "/materials/2 type",
                "/matter format",
                "/means/code required",
                "/step/refuse/reason required",
            ]
        );
        let form = Form::compile(&schema_of::<Filing>()).unwrap();
        let mut value = filing();
        value["applicant"] = json!(1);
        assert_eq!(form.check(&value, "")[0].message, "「申请人」应为一组字段");
    }

    #[test]
    fn unions_of_the_wrong_shape_are_told() {
        let mut value = filing();
        value["means"] = json!({"by": "pigeon"});
        value["step"] = json!("leap");
        assert_eq!(told::<Filing>(&value), ["/means/by enum", "/step enum"]);
        value["means"] = json!({});
        value["step"] = json!({"forward": {"name": 1}});
        assert_eq!(told::<Filing>(&value), ["/means/by required", "/step/forward/name type"]);
        value["means"] = json!(1);
        value["step"] = json!({"leap": 1});
        assert_eq!(told::<Filing>(&value), ["/means type", "/step no_variant"]);
    }

    #[test]
    fn references_are_local_and_examples_untouched() {
        let schema = schema_of::<Filing>();
        assert_eq!(schema["$defs"]["Means"]["oneOf"][1]["allOf"][0]["$ref"], "#/$defs/Material");
        let example = &schema["properties"]["count"]["example"]["$ref"];
        assert_eq!(example, "#/components/schemas/Material");
    }

    #[test]
    fn recursive_types_work() {
        let region = json!({"code": "32", "parts": [{"code": "3207", "parts": [{"code": 1}]}]});
        let faults = ["/parts/0/parts/0/code type", "/parts/0/parts/0/parts required"];
        assert_eq!(told::<Region>(&region), faults);
        let atlas = json!({"region": {"code": "32", "parts": [{}]},
            "others": {"region": {"code": "32", "parts": []}, "others": {}}});
        assert_eq!(
            told::<Atlas>(&atlas),
            [
                "/others/others/region required",
                "/region/parts/0/code required",
                "/region/parts/0/parts required"
            ]
        );
    }

    #[test]
    fn unions_and_maps_are_bodies_too() {
        assert_eq!(told::<Means>(&json!({"by": "post", "address": 1})), ["/address type"]);
        assert_eq!(told::<BTreeMap<String, Material>>(&json!({"x": 1})), ["/x type"]);
        assert!(Form::compile(&schema_of::<Vec<Material>>()).is_err());
    }
}
