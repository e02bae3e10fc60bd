//! Every kind of event there is, and the shape of its data.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::event::DomainEvent;
use crate::identity::{AccountEvent, BodyEvent, RegionEvent};
use crate::intake::CaseEvent;
use crate::licences::LicenceEvent;
use crate::matters::MatterEvent;
use crate::reviews::ReviewEvent;
use crate::version::Versioned;

/// What is to be done with each kind of event.
pub trait Visitor {
    /// Does it with the events of one kind of aggregate, called `title` in Chinese and English.
    fn visit<E: DomainEvent + ToSchema>(&mut self, title: &'static str);
}

/// Shows `visitor` the events of every kind of aggregate; a new kind is added here.
pub fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<AccountEvent>("账号 accounts of people, officers and systems");
    visitor.visit::<BodyEvent>("实施主体 public bodies");
    visitor.visit::<RegionEvent>("行政区划 regions");
    visitor.visit::<MatterEvent>("政务服务事项 matters of the catalogue");
    visitor.visit::<CaseEvent>("办件 cases from submission to delivery");
    visitor.visit::<LicenceEvent>("电子证照 e-licences");
    visitor.visit::<ReviewEvent>("好差评 rights to review, and reviews");
}

/// JSON Schemas, by name.
pub type Schemas = BTreeMap<String, Value>;

/// The schemas that those of `E` refer to, and its own.
pub fn schemas<E: DomainEvent + ToSchema>() -> Schemas {
    let mut found: Vec<(String, RefOr<Schema>)> = vec![(E::name().into_owned(), E::schema())];
    E::schemas(&mut found);
    let plain = |schema| serde_json::to_value(schema).unwrap_or_default();
    found.into_iter().map(|(name, schema)| (name, plain(schema))).collect()
}

/// The schema of the data of each event of `E` in today's version, by its [stored name](Versioned), with all that
/// it refers to in its place. `null` stands for an event without data.
pub fn shapes<E: DomainEvent + ToSchema>() -> Schemas {
    let schemas = schemas::<E>();
    let whole = schemas.get(E::name().as_ref()).cloned().unwrap_or_default();
    let several = whole.get("oneOf").and_then(Value::as_array).cloned();
    let variants = several.unwrap_or_else(|| vec![whole]);
    let shape = |variant: Value| {
        let properties = variant.get("properties")?;
        let tag = properties.get("type")?;
        let name = tag.get("const").or_else(|| tag.get("enum")?.get(0))?.as_str()?;
        let data = properties.get("data").cloned().unwrap_or_default();
        Some((Versioned::of::<E>(name).to_string(), resolved(data, &schemas, &mut Vec::new())))
    };
    variants.into_iter().filter_map(shape).collect()
}

/// `schema` with what it refers to in its place; `open` are the names that it is part of itself.
fn resolved(schema: Value, schemas: &Schemas, open: &mut Vec<String>) -> Value {
    match schema {
        Value::Object(mut members) => {
            let name = match members.get("$ref") {
                Some(Value::String(path)) => path.rsplit('/').next().map(str::to_owned),
                _ => None,
            };
            if let Some(name) = name
                && let Some(found) = schemas.get(&name)
                && !open.contains(&name)
            {
                members.remove("$ref");
                open.push(name);
                let mut found = resolved(found.clone(), schemas, open);
                open.pop();
                if let Some(found) = found.as_object_mut() {
                    // What is said in the place of use is said of that place.
                    found.extend(members);
                }
                return found;
            }
            let inside = members.into_iter();
            let inside = inside.map(|(name, value)| (name, resolved(value, schemas, open)));
            Value::Object(inside.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| resolved(item, schemas, open)).collect())
        }
        other => other,
    }
}
