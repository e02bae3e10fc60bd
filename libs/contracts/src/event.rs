//! Events as they lie in a ledger and travel over the log.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tongban_kernel::Principal;
use uuid::Uuid;

/// An event of one kind of aggregate, owned by one service.
///
/// Implementations are adjacently tagged enums (`type`, `data`), so that the ledger can keep the two apart.
pub trait DomainEvent: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The service that owns the aggregate.
    const SERVICE: &'static str;
    /// The kind of aggregate.
    const AGGREGATE: &'static str;

    /// The topic its events travel on, without a deployment's prefix.
    fn topic() -> String {
        topic(Self::SERVICE, Self::AGGREGATE)
    }
}

/// The topic of an aggregate kind's events, without a deployment's prefix.
pub fn topic(service: &str, aggregate: &str) -> String {
    format!("tongban.{service}.{aggregate}")
}

/// What a ledger knows of an event besides what happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Identifies the event everywhere, for ever.
    pub event_id: Uuid,
    /// Kind of aggregate.
    pub aggregate: String,
    /// Which one.
    pub aggregate_id: String,
    /// Its place in the aggregate's history, from 1 without gaps.
    pub version: i64,
    /// When the ledger recorded it; no caller can choose it.
    pub at: DateTime<Utc>,
    /// Who caused it.
    pub actor: Principal,
    /// W3C trace context of the request behind it.
    pub traceparent: Option<String>,
}

/// An event on the log: CloudEvents 1.0 in structured JSON form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Always `1.0`.
    pub specversion: String,
    /// [`Meta::event_id`].
    pub id: Uuid,
    /// `/tongban/<service>`.
    pub source: String,
    /// `cn.tongban.<service>.<aggregate>.<event>.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The aggregate's identifier; also the log's key, so that order holds per aggregate.
    pub subject: String,
    /// When it was recorded.
    pub time: DateTime<Utc>,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Place in the aggregate's history (extension `sequence`), as decimal text.
    pub sequence: String,
    /// W3C trace context (distributed tracing extension).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Who caused it (extension).
    pub actor: Principal,
    /// What happened.
    pub data: Value,
}

/// Why an envelope is not the event somebody expected.
#[derive(Debug)]
pub struct NotThatEvent(pub String);

impl std::fmt::Display for NotThatEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotThatEvent {}

impl Envelope {
    /// Wraps the stored parts of an event for the log.
    pub fn wrap(service: &str, name: &str, data: Value, meta: Meta) -> Self {
        Self {
            specversion: "1.0".into(),
            id: meta.event_id,
            source: format!("/tongban/{service}"),
            kind: format!("cn.tongban.{service}.{}.{name}.v1", meta.aggregate),
            subject: meta.aggregate_id,
            time: meta.at,
            datacontenttype: "application/json".into(),
            sequence: meta.version.to_string(),
            traceparent: meta.traceparent,
            actor: meta.actor,
            data,
        }
    }

    /// The topic it belongs on, without a deployment's prefix; `None` when the type is not one of ours.
    pub fn topic(&self) -> Option<String> {
        let (service, aggregate, _) = self.parts()?;
        Some(topic(service, aggregate))
    }

    /// Place in the aggregate's history.
    ///
    /// # Errors
    /// When the extension is not a number.
    pub fn version(&self) -> Result<i64, NotThatEvent> {
        let sequence = &self.sequence;
        sequence.parse().map_err(|_| NotThatEvent(format!("sequence {sequence:?} is no number")))
    }

    /// Reads it as an event of kind `E`.
    ///
    /// # Errors
    /// When it is of another aggregate, or its data do not have the expected shape.
    pub fn read<E: DomainEvent>(&self) -> Result<E, NotThatEvent> {
        match self.parts() {
            Some((service, aggregate, name))
                if service == E::SERVICE && aggregate == E::AGGREGATE =>
            {
                join(name, self.data.clone()).map_err(|error| {
                    NotThatEvent(format!("event {} of type {}: {error}", self.id, self.kind))
                })
            }
            _ => Err(NotThatEvent(format!(
                "event {} of type {} is not a {} of {}",
                self.id,
                self.kind,
                E::AGGREGATE,
                E::SERVICE
            ))),
        }
    }

    fn parts(&self) -> Option<(&str, &str, &str)> {
        let rest = self.kind.strip_prefix("cn.tongban.")?.strip_suffix(".v1")?;
        let mut parts = rest.split('.');
        let found = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some(found)
    }
}

/// Splits an event into its name and the JSON text of its data, as the ledger keeps them.
///
/// # Errors
/// When the event type is not an adjacently tagged enum: a mistake in its definition.
pub fn split<E: DomainEvent>(event: &E) -> Result<(String, String), serde_json::Error> {
    #[derive(Deserialize)]
    struct Parts<'a> {
        r#type: String,
        #[serde(borrow, default)]
        data: Option<&'a RawValue>,
    }
    let text = serde_json::to_string(event)?;
    let parts: Parts<'_> = serde_json::from_str(&text)?;
    Ok((parts.r#type, parts.data.map_or("null", RawValue::get).to_owned()))
}

/// Puts an event together again from its name and data.
///
/// # Errors
/// When there is no such event or the data do not have its shape.
pub fn join<E: DomainEvent>(name: &str, data: Value) -> Result<E, serde_json::Error> {
    let mut whole = serde_json::Map::new();
    whole.insert("type".into(), Value::String(name.to_owned()));
    if !data.is_null() {
        whole.insert("data".into(), data);
    }
    serde_json::from_value(Value::Object(whole))
}
