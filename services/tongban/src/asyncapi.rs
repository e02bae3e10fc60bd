//! The AsyncAPI 3 document of all events, generated from their types.

use serde_json::{Map, Value, json};
use tongban_contracts::DomainEvent;
use tongban_contracts::identity::{AccountEvent, BodyEvent, RegionEvent};
use tongban_contracts::intake::CaseEvent;
use tongban_contracts::licences::LicenceEvent;
use tongban_contracts::matters::MatterEvent;
use tongban_contracts::reviews::ReviewEvent;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// The document.
pub fn document() -> Value {
    let mut parts = Parts::default();
    parts.add::<AccountEvent>("账号 accounts of people, officers and systems");
    parts.add::<BodyEvent>("实施主体 public bodies");
    parts.add::<RegionEvent>("行政区划 regions");
    parts.add::<MatterEvent>("政务服务事项 matters of the catalogue");
    parts.add::<CaseEvent>("办件 cases from submission to delivery");
    parts.add::<LicenceEvent>("电子证照 e-licences");
    parts.add::<ReviewEvent>("好差评 rights to review, and reviews");
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tongban events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every event is a CloudEvents 1.0 envelope in structured JSON form. \
                The message key is the aggregate's identifier (`subject`), so order holds per \
                aggregate; `sequence` counts its events from 1 without gaps. An event may be \
                delivered again: consumers recognise it by subject and sequence. `chainhash` is computed \
                over the text of `actor` and `data` exactly as sent.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": parts.channels,
        "operations": parts.operations,
        "components": { "messages": parts.messages, "schemas": parts.schemas },
    })
}

#[derive(Default)]
struct Parts {
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    messages: Map<String, Value>,
    schemas: Map<String, Value>,
}

impl Parts {
    fn add<E: DomainEvent + ToSchema>(&mut self, description: &str) {
        let topic = E::topic();
        let name = format!("{}_{}", E::SERVICE, E::AGGREGATE);
        let mut found: Vec<(String, RefOr<Schema>)> = vec![(E::name().into_owned(), E::schema())];
        E::schemas(&mut found);
        for (schema, definition) in found {
            let definition = serde_json::to_value(definition).unwrap_or_default();
            self.schemas.insert(schema, definition);
        }
        let payload = format!("{name}_envelope");
        self.schemas.insert(payload.clone(), envelope(E::SERVICE, E::AGGREGATE, &E::name()));
        self.messages.insert(
            name.clone(),
            json!({
                "name": name,
                "title": description,
                "contentType": "application/cloudevents+json",
                "payload": { "$ref": format!("#/components/schemas/{payload}") },
            }),
        );
        self.channels.insert(
            name.clone(),
            json!({
                "address": topic,
                "description": description,
                "messages": { name.clone(): { "$ref": format!("#/components/messages/{name}") } },
            }),
        );
        self.operations.insert(
            format!("{}_publishes_{}", E::SERVICE, E::AGGREGATE),
            json!({
                "action": "send",
                "channel": { "$ref": format!("#/channels/{name}") },
                "summary": description,
            }),
        );
    }
}

/// The schema of an envelope; `data` is the part of the event beside its `type`.
fn envelope(service: &str, aggregate: &str, event: &str) -> Value {
    json!({
        "type": "object",
        "description": format!(
            "CloudEvents envelope. `type` is cn.tongban.{service}.{aggregate}.<event>.v1 and `data` \
             is the `data` of the {event} whose `type` is <event>."
        ),
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "sequence", "previoushash", "chainhash", "actor", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string", "format": "uuid" },
            "source": { "const": format!("/tongban/{service}") },
            "type": {
                "type": "string",
                "pattern": format!("^cn\\.tongban\\.{service}\\.{aggregate}\\.[a-z_]+\\.v1$")
            },
            "subject": { "type": "string", "description": "Identifier of the aggregate" },
            "time": { "type": "string", "format": "date-time" },
            "datacontenttype": { "const": "application/json" },
            "sequence": { "type": "string", "pattern": "^[1-9][0-9]*$" },
            "traceparent": { "type": "string", "description": "W3C trace context" },
            "previoushash": {
                "type": "string", "pattern": "^[0-9a-f]{64}$",
                "description": "`chainhash` of the aggregate's event before; zeros for the first"
            },
            "chainhash": {
                "type": "string", "pattern": "^[0-9a-f]{64}$",
                "description": "SM3 over `tongban-event-v1`, previous hash (bytes), id, aggregate, subject, \
                    sequence (8 bytes, big endian), event name, time (microseconds since 1970, 8 bytes), \
                    text of actor, text of data; each preceded by its length in bytes (8 bytes, big endian)"
            },
            "actor": { "type": "object", "description": "Who caused it" },
            "data": { "description": format!("See {event}") },
        },
        "x-event": { "$ref": format!("#/components/schemas/{event}") },
    })
}
