//! The only thing Tongban's services share of one another: event types and the shapes inside them.
//!
//! A published shape never changes: an event that gets another one gets a new [version](version), and a step
//! that brings those of the version before up to it.

pub mod catalogue;
pub mod event;
pub mod identity;
pub mod intake;
pub mod licences;
pub mod matters;
pub mod reviews;
pub mod samples;
pub mod version;

pub use event::{DomainEvent, Envelope, Meta, Place, Sealed};
pub use version::{Unreadable, Upcast, Versioned};
