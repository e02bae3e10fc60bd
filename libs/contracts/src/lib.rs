//! The only thing Tongban's services share of one another: event types and the shapes inside them.
//!
//! A published shape never changes its meaning: fields are added as optional, and a change that old
//! readers would misread becomes a new event or a new version of the type name.

pub mod event;
pub mod identity;
pub mod intake;
pub mod licences;
pub mod matters;
pub mod reviews;
pub mod samples;

pub use event::{DomainEvent, Envelope, Meta, Place, Sealed};
