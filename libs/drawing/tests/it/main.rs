//! Draws as a service holds them: proposed in Rust, witnessed over HTTP, carried on by jobs and events.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod beacon;
mod ceremony;
mod fixtures;
mod known;
mod lapsing;
mod long;
mod proposing;
mod replacing;
mod resuming;
mod witnessing;
