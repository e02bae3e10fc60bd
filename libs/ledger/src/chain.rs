//! The hash chain: each event of an aggregate carries the hash of the one before it.

use sm3::{Digest, Sm3};

/// What the first event of every aggregate names as the hash before it.
pub const GENESIS: [u8; 32] = [0; 32];

/// A place where a history was changed after it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFault {
    /// Kind of aggregate.
    pub aggregate: String,
    /// Which one.
    pub aggregate_id: String,
    /// The event at which the chain breaks.
    pub version: i64,
    /// What is wrong there.
    pub problem: &'static str,
}

/// The fields of an event that its hash covers, exactly as stored.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Hash of the event before, or [`GENESIS`].
    pub previous: &'a [u8],
    /// Identifier of the event, as hyphenated lower-case text.
    pub event_id: &'a str,
    /// Kind of aggregate.
    pub aggregate: &'a str,
    /// Which one.
    pub aggregate_id: &'a str,
    /// Place in its history.
    pub version: i64,
    /// Name of the event.
    pub name: &'a str,
    /// Microseconds since 1970.
    pub at: i64,
    /// Who caused it, as stored JSON text.
    pub actor: &'a str,
    /// What happened, as stored JSON text.
    pub data: &'a str,
}

/// SM3 over the fields in their order, each preceded by its length in bytes (8 bytes, big endian), so
/// that no two different events have the same encoding.
pub fn hash_of(link: &Link<'_>) -> [u8; 32] {
    let mut digest = Sm3::new();
    let mut field = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    field(b"tongban-event-v1");
    field(link.previous);
    field(link.event_id.as_bytes());
    field(link.aggregate.as_bytes());
    field(link.aggregate_id.as_bytes());
    field(&link.version.to_be_bytes());
    field(link.name.as_bytes());
    field(&link.at.to_be_bytes());
    field(link.actor.as_bytes());
    field(link.data.as_bytes());
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link<'static> {
        Link {
            previous: &GENESIS,
            event_id: "0190",
            aggregate: "case",
            aggregate_id: "1",
            version: 1,
            name: "submitted",
            at: 5,
            actor: "{}",
            data: "{}",
        }
    }

    #[test]
    fn every_field_counts() {
        let whole = hash_of(&link());
        let changes: [fn(&mut Link<'static>); 9] = [
            |l| l.previous = &[1; 32],
            |l| l.event_id = "0191",
            |l| l.aggregate = "cas",
            |l| l.aggregate_id = "2",
            |l| l.version = 2,
            |l| l.name = "accepted",
            |l| l.at = 4,
            |l| l.actor = "[]",
            |l| l.data = "[]",
        ];
        for change in changes {
            let mut other = link();
            change(&mut other);
            assert_ne!(hash_of(&other), whole);
        }
    }

    #[test]
    fn text_cannot_move_between_fields() {
        let mut left = link();
        (left.aggregate, left.aggregate_id) = ("ab", "c");
        let mut right = link();
        (right.aggregate, right.aggregate_id) = ("a", "bc");
        assert_ne!(hash_of(&left), hash_of(&right));
    }
}
