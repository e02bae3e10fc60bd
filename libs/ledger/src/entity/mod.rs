//! The ledger's own tables.

pub mod aggregate;
pub mod event;
pub mod outbox;
pub mod request;
