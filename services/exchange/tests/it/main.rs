//! The exchange as others meet it: events in, HTTP, the clock, events out.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod calling;
mod corrections;
mod directory;
mod granting;
mod objections;
mod outage;
mod provider;
mod reading_signals;
mod requests;
mod sample;
mod signed;
mod town;
