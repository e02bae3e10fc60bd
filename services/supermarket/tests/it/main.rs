//! The supermarket as others meet it: events in, HTTP, the clock, events out.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod agencies;
mod clock;
mod credit;
mod directory;
mod discipline;
mod documents;
mod engaged;
mod linking;
mod purchasing;
mod sample;
mod town;
