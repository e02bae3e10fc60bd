//! Review aggregation as others meet it: events in, HTTP, events out.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod counters;
mod figures;
mod fixtures;
mod handlings;
mod levels;
mod links;
mod pushing;
mod reading;
mod reports;
mod reviewing;
mod rights;
mod scores;
mod signals;
mod statistics;
