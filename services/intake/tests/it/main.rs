//! The intake over HTTP, on every pair of database and log.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "in a test, what is not there is a failure"
)]

mod access;
mod events;
mod files;
mod handling;
mod lists;
mod operators;
mod outage;
mod rebuilding;
mod receipt;
mod story;
mod submission;
mod town;
