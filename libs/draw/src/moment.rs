//! Moments as all our texts write them: UTC, six digits of the second, from 2000 to 9999.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

fn text(at: &DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Whether it can be written exactly and every reader of dates knows it: no second 60, no year 10000.
pub(crate) fn is_plain(at: &DateTime<Utc>) -> bool {
    (2000..=9999).contains(&at.year())
        && at.nanosecond() < 1_000_000_000
        && at.nanosecond().is_multiple_of(1_000)
}

pub(crate) fn serialize<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&text(at))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let read = String::deserialize(from)?;
    let at = DateTime::parse_from_rfc3339(&read).map(|at| at.to_utc());
    let exact = at.ok().filter(|at| is_plain(at) && text(at) == read);
    exact.ok_or_else(|| D::Error::custom("a time is 2026-03-11T02:00:00.000000Z"))
}
