//! Review aggregation as others meet it: events in, HTTP, events out.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod fixtures;
mod reading;
mod reviewing;
mod rights;
mod statistics;
