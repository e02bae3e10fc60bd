//! How rights, reviews, and what belongs to them are found.

pub mod case_fact;
pub mod counter;
pub mod fact;
pub mod handled;
pub mod handling;
pub mod held;
pub mod nonce;
pub mod pushing;
pub mod report;
pub mod review;
pub mod rollup;
pub mod signal;
pub mod statistics;

use std::str::FromStr;

use chrono::{DateTime, Utc};
use tongban_kernel::page::PageQuery;
use tongban_kernel::{Fault, RegionCode};

/// Where the page before ended: its last key and identifier.
///
/// # Errors
/// `bad_cursor` for a cursor that no page of ours gave.
pub fn cursor<K: FromStr>(page: &PageQuery) -> Result<Option<(K, &str)>, Fault> {
    let Some(after) = page.after.as_deref() else { return Ok(None) };
    let parts = after.split_once('~').and_then(|(key, id)| Some((key.parse().ok()?, id)));
    parts.map(Some).ok_or_else(review::bad_cursor)
}

/// The first code that lies in a region, and the first after all of its codes: a range, for which databases use an
/// index whatever their collation.
pub fn range(region: &RegionCode) -> (String, String) {
    let prefix = region.prefix();
    let mut end = prefix.as_bytes().to_vec();
    while end.last() == Some(&b'9') {
        end.pop();
    }
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    (prefix.to_owned(), String::from_utf8(end).unwrap_or_default())
}

/// A moment that a column keeps in microseconds since 1970.
pub fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
