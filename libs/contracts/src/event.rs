//! Events as they lie in a ledger and travel over the log.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tongban_kernel::Principal;
use uuid::Uuid;

use crate::version::{Unreadable, Upcast, Versioned};

/// An event of one kind of aggregate, owned by one service.
///
/// Implementations are adjacently tagged enums (`type`, `data`), so that the ledger can keep the two apart.
pub trait DomainEvent: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The service that owns the aggregate.
    const SERVICE: &'static str;
    /// The kind of aggregate.
    const AGGREGATE: &'static str;

    /// The steps that bring events of earlier versions up to today's. An event that no step leads to is in its
    /// first version.
    fn upcasts() -> &'static [Upcast] {
        &[]
    }

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
///
/// `actor` and `data` keep their text exactly as the ledger hashed it, so that whoever receives the event can
/// compute its hash again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// Always `1.0`.
    pub specversion: String,
    /// [`Meta::event_id`].
    pub id: Uuid,
    /// `/tongban/<service>`.
    pub source: String,
    /// `cn.tongban.<service>.<aggregate>.<event>.v<version of the event>`.
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
    /// Hash of the event before it in the aggregate (extension), 64 hexadecimal digits in small letters.
    pub previoushash: String,
    /// Hash of this event (extension), likewise.
    pub chainhash: String,
    /// Who caused it (extension).
    pub actor: Box<RawValue>,
    /// What happened.
    pub data: Box<RawValue>,
}

/// The parts of an event that its hash covers as text, and the two hashes.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// [`Envelope::actor`].
    pub actor: Box<RawValue>,
    /// [`Envelope::data`].
    pub data: Box<RawValue>,
    /// [`Envelope::previoushash`].
    pub previous: String,
    /// [`Envelope::chainhash`].
    pub hash: String,
}

/// What tells an event from all others, besides its content.
#[derive(Debug, Clone)]
pub struct Place {
    /// [`Meta::event_id`].
    pub event_id: Uuid,
    /// Kind of aggregate.
    pub aggregate: String,
    /// Which one.
    pub aggregate_id: String,
    /// Its place in the aggregate's history.
    pub version: i64,
    /// When it was recorded.
    pub at: DateTime<Utc>,
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
    /// Wraps the stored parts of an event for the log; `name` as it is [stored](Versioned).
    pub fn wrap(
        service: &str,
        name: &str,
        place: Place,
        sealed: Sealed,
        traceparent: Option<String>,
    ) -> Self {
        let first = if name.contains('.') { "" } else { ".v1" };
        Self {
            specversion: "1.0".into(),
            id: place.event_id,
            source: source(service),
            kind: format!("cn.tongban.{service}.{}.{name}{first}", place.aggregate),
            subject: place.aggregate_id,
            time: place.at,
            datacontenttype: "application/json".into(),
            sequence: place.version.to_string(),
            traceparent,
            previoushash: sealed.previous,
            chainhash: sealed.hash,
            actor: sealed.actor,
            data: sealed.data,
        }
    }

    /// Who caused it.
    ///
    /// # Errors
    /// When the text is no principal.
    pub fn caused_by(&self) -> Result<Principal, NotThatEvent> {
        serde_json::from_str(self.actor.get())
            .map_err(|error| NotThatEvent(format!("event {}: no actor: {error}", self.id)))
    }

    /// What happened, as JSON.
    pub fn value(&self) -> Value {
        serde_json::from_str(self.data.get()).unwrap_or_default()
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

    /// Reads it as an event of kind `E`, brought up to today's version.
    ///
    /// # Errors
    /// When it is of another aggregate or of a version that this build does not know, or its data do not have
    /// the expected shape.
    pub fn read<E: DomainEvent>(&self) -> Result<E, NotThatEvent> {
        match self.parts() {
            Some((service, aggregate, name))
                if service == E::SERVICE && aggregate == E::AGGREGATE =>
            {
                join_text(name, &self.data).map_err(|error| {
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

    /// The service, the kind of aggregate and the name with its version, as [stored](Versioned), that its type
    /// tells; `None` when the type is not one of ours.
    pub fn parts(&self) -> Option<(&str, &str, &str)> {
        let mut parts = self.kind.strip_prefix("cn.tongban.")?.splitn(3, '.');
        let (service, aggregate, name) = (parts.next()?, parts.next()?, parts.next()?);
        let (stored, first) = match name.strip_suffix(".v1") {
            Some(stored) => (stored, true),
            None => (name, false),
        };
        let version = Versioned::parse(stored)?.version;
        ((version == 1) == first).then_some((service, aggregate, stored))
    }
}

/// [`Envelope::source`] of a service's events.
pub fn source(service: &str) -> String {
    format!("/tongban/{service}")
}

/// As [`join`], from stored text, which is read once and without a copy when it is of today's version.
fn join_text<E: DomainEvent>(stored: &str, data: &RawValue) -> Result<E, Unreadable> {
    #[derive(Serialize)]
    struct Whole<'a> {
        r#type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<&'a RawValue>,
    }
    let Some(today) = Versioned::parse(stored).filter(|written| written.is_of_today::<E>()) else {
        return join(stored, serde_json::from_str(data.get())?);
    };
    let data = (data.get() != "null").then_some(data);
    Ok(serde_json::from_str(&serde_json::to_string(&Whole { r#type: today.name, data })?)?)
}

/// Splits an event into its name, with the version it is written in, and the JSON text of its data, as the
/// ledger keeps them.
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
    let name = Versioned::of::<E>(&parts.r#type).to_string();
    Ok((name, parts.data.map_or("null", RawValue::get).to_owned()))
}

/// Puts an event together again from its stored name and data, brought up to today's version.
///
/// # Errors
/// When there is no such event, it is of a version that this build does not know, or the data do not have its
/// shape.
pub fn join<E: DomainEvent>(stored: &str, data: Value) -> Result<E, Unreadable> {
    let written = Versioned::parse(stored).ok_or_else(|| Unreadable::Name(stored.to_owned()))?;
    let (name, data) = written.bring_up::<E>(data)?;
    let mut whole = serde_json::Map::new();
    whole.insert("type".into(), Value::String(name.to_owned()));
    if !data.is_null() {
        whole.insert("data".into(), data);
    }
    Ok(serde_json::from_value(Value::Object(whole))?)
}
