//! The heart of Tongban: what happened, once and for ever.
//!
//! Every business object is an [`Aggregate`]: two pure functions, `decide` and `evolve`. The [`Ledger`]
//! appends, in one transaction, the events, the new state, the query columns, the row that makes the
//! relay publish the events, and the answer kept for a repeated request. The same rows are the audit
//! trail, the timeline, the outbox and the source of every read model, so none of these can disagree.

mod aggregate;
mod append;
pub mod audit;
mod chain;
pub mod entity;
mod heads;
mod history;
mod ledger;
mod migration;
mod outbox;
pub mod rebuild;
mod replay;
mod request;
mod state;
mod tally;
mod together;
pub mod tree;
mod write;

pub use aggregate::{Aggregate, Caller, Committed, Loaded, Stored};
pub use chain::{ChainFault, GENESIS, Link, hash_of};
pub use history::Recorded;
pub use ledger::Ledger;
pub use migration::migrations;
pub use outbox::{
    Outgoing, Unsent, envelope_of, forget, hash_of_envelope, oldest_pending, pending, unsent,
};
pub use replay::{Replay, replay};
pub use request::{Reply, RequestKey};
pub use tally::{Tally, tally, tally_answers, tally_names};
pub use together::{Order, Stopped};
