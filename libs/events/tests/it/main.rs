//! Events on their way, on SQLite with the embedded log and on PostgreSQL with Kafka.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod consuming;
mod embedded;
mod note;
mod parking;
mod relaying;
mod tally;
mod world;
