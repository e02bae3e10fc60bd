//! The database as such, on real files and a real PostgreSQL: what is open, and how its schema changes.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod cancelling;
mod full;
mod keyed;
mod migrating;
mod nesting;
mod world;
