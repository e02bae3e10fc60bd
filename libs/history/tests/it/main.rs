//! Histories on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod keys;
mod proofs;
mod signing;
mod tampering;
mod world;
