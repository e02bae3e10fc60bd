//! The ledger's own tables.

pub mod aggregate;
pub mod event;
pub mod leaf;
pub mod outbox;
pub mod request;
pub mod subtree;
pub mod unsequenced;
