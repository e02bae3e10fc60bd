//! Events on their way, on SQLite with the embedded log and on PostgreSQL with Kafka.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod consuming;
mod embedded;
mod forging;
mod note;
mod outage;
mod parking;
mod rebalancing;
mod rebuilding;
mod relaying;
mod setting_aside;
mod tally;
mod versions;
mod world;
