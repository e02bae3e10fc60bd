//! The database as such: what is open, and how its schema changes.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod cancelling;
mod migrating;
mod world;
