//! The verifiable history of a service (可验证的历史): its signed checkpoints, its keys, the proofs anyone may
//! ask for, and the audit that finds and names what was changed behind the ledger's back.
//!
//! The sequencer and the signing run beside the requests. The pure parts – tree, notes, proofs – are
//! `tongban-proof`'s; the tree's storage is `tongban-ledger`'s.

pub mod api;
pub mod audit;
mod history;
mod keyring;
mod migration;
mod store;

pub use history::{Checkpointed, History};
pub use keyring::KeyState;
pub use migration::migrations;
