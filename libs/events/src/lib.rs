//! How events leave a service and reach the others.
//!
//! A [`relay`](run_relay) publishes what the ledger's outbox holds to a [`Log`] — the embedded one or
//! Apache Kafka — and [`run_consumer`] carries each event's effect out exactly once: the inbox row is
//! committed with the effect. An event that cannot be understood is parked with all later ones of the
//! same aggregate, visible and ready to be replayed; it neither blocks the others nor is lost.

mod carrying;
mod consumer;
pub mod embedded;
pub mod entity;
mod inbox;
pub mod kafka;
mod log;
mod migration;
mod parked;
pub mod rebuild;
mod relay;
mod replay;
mod set_aside;
mod tally;
mod understood;

pub use consumer::{Consumer, run_consumer};
pub use log::{Delivery, LARGEST, Log, LogError, Message, Reading, Subscription};
pub use migration::migrations;
pub use parked::{Outline, count, counts, discreet, list, outlines};
pub use relay::run_relay;
pub use replay::{Replayed, Which, replay, replay_some};
pub use set_aside::{Decision, set_aside};
pub use tally::{Progress, progress};
