//! The ledger on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod appending;
mod batches;
mod chain;
mod full;
mod kept;
mod outbox;
mod races;
mod rebuilding;
mod requests;
mod short;
mod tally;
mod tree;
mod versions;
mod within;
mod world;
