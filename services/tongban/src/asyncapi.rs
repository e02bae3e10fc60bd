//! The AsyncAPI 3 document of all events, generated from their types.

use serde_json::{Map, Value, json};
use tongban_contracts::catalogue::{Visitor, schemas, shapes, visit_all};
use tongban_contracts::{DomainEvent, Versioned};
use utoipa::ToSchema;

/// The document.
pub fn document() -> Value {
    let mut parts = Parts::default();
    visit_all(&mut parts);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tongban events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every event is a CloudEvents 1.0 envelope in structured JSON form. \
                The message key is the aggregate's identifier (`subject`), so order holds per \
                aggregate; `sequence` counts its events from 1 without gaps. An event may be \
                delivered again: consumers recognise it by subject and sequence. `type` ends with the \
                version of the event; a log also holds those of earlier versions. `chainhash` is computed \
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

impl Visitor for Parts {
    fn visit<E: DomainEvent + ToSchema>(&mut self, description: &'static str) {
        let topic = E::topic();
        let name = format!("{}_{}", E::SERVICE, E::AGGREGATE);
        self.schemas.extend(schemas::<E>());
        let payload = format!("{name}_envelope");
        self.schemas.insert(payload.clone(), envelope::<E>());
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
fn envelope<E: DomainEvent + ToSchema>() -> Value {
    let (service, aggregate, event) = (E::SERVICE, E::AGGREGATE, E::name());
    let stored: Vec<String> = shapes::<E>().into_keys().collect();
    let types = stored
        .iter()
        .filter_map(|stored| Versioned::parse(stored))
        .map(|event| format!("cn.tongban.{service}.{aggregate}.{}.v{}", event.name, event.version));
    let types: Vec<String> = types.collect();
    json!({
        "type": "object",
        "description": format!(
            "CloudEvents envelope. `type` is cn.tongban.{service}.{aggregate}.<event>.v<version> and `data` \
             is the `data` of the {event} whose `type` is <event>."
        ),
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "sequence", "previoushash", "chainhash", "actor", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string", "format": "uuid" },
            "source": { "const": format!("/tongban/{service}") },
            "type": {
                "type": "string",
                "enum": types,
                "description": "What is written today, each with its version"
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
                    sequence (8 bytes, big endian), event name (with `.v` and the version from version 2 on), time (microseconds since 1970, 8 bytes), \
                    text of actor, text of data; each preceded by its length in bytes (8 bytes, big endian)"
            },
            "actor": { "type": "object", "description": "Who caused it" },
            "data": { "description": format!("See {event}") },
        },
        "x-event": { "$ref": format!("#/components/schemas/{event}") },
    })
}
