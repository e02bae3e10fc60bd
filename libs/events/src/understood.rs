//! From a message to an event: everything that can be told without a database.

use tongban_contracts::{Envelope, event::source};

use crate::log::Message;

/// Longest identifier of an aggregate, in bytes; it is a key on the log and in an index of the inbox.
const LONGEST_SUBJECT: usize = 200;

/// An event whose envelope says what its message is, and whose hash is that of its parts.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// The topic it came on.
    pub(crate) topic: String,
    /// The envelope.
    pub(crate) envelope: Envelope,
    /// Its place in its aggregate's history.
    pub(crate) version: i64,
}

impl Event {
    /// The event in a message; or why it is none.
    pub(crate) fn of(topic: &str, key: &str, payload: &str) -> Result<Self, String> {
        let envelope: Envelope =
            serde_json::from_str(payload).map_err(|error| format!("no event: {error}"))?;
        let version = envelope.version().map_err(|error| error.to_string())?;
        if version < 1 {
            return Err(format!("version {version} of an aggregate, which begins with 1"));
        }
        if envelope.specversion != "1.0" {
            return Err("CloudEvents of another version than 1.0".to_owned());
        }
        if envelope.topic().as_deref() != Some(topic) {
            return Err(format!(
                "an event of type {} does not belong on this topic",
                envelope.kind
            ));
        }
        if envelope.parts().map(|(service, _, _)| source(service)) != Some(envelope.source.clone())
        {
            return Err(format!("its source {} is not that of its type", envelope.source));
        }
        if envelope.subject != key {
            return Err(format!("its subject {} is not the message's key", envelope.subject));
        }
        let subject = &envelope.subject;
        if subject.is_empty()
            || subject.len() > LONGEST_SUBJECT
            || subject.contains(char::is_control)
        {
            return Err("its subject is no identifier".to_owned());
        }
        if tongban_ledger::hash_of_envelope(&envelope).as_ref() != Some(&envelope.chainhash) {
            return Err("its hash is not that of its content".to_owned());
        }
        Ok(Self { topic: topic.to_owned(), envelope, version })
    }

    /// Topic and subject: the aggregate it is of.
    pub(crate) fn aggregate(&self) -> (&str, &str) {
        (&self.topic, &self.envelope.subject)
    }
}

/// The aggregate a message is parked under: its key, as far as a database can keep it in an index.
pub(crate) fn subject_of(message: &Message) -> String {
    let mut subject = storable(&message.key);
    let end = (0..=LONGEST_SUBJECT).rev().find(|end| subject.is_char_boundary(*end)).unwrap_or(0);
    subject.truncate(end.min(subject.len()));
    subject
}

/// Text without the one character that PostgreSQL cannot keep.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
