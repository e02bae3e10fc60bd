//! The only thing Tongban's services share of one another: event types and the shapes inside them.
//!
//! A published shape never changes: an event that gets another one gets a new [version](version), and a step
//! that brings those of the version before up to it.

pub mod breaches;
pub mod catalogue;
pub mod credit;
pub mod draws;
pub mod event;
pub mod exchange;
pub mod handlings;
pub mod identity;
pub mod inspections;
pub mod intake;
pub mod licences;
pub mod market;
pub mod matters;
pub mod of;
pub mod publications;
pub mod pulses;
pub mod purchases;
pub mod review_desks;
pub mod review_sources;
pub mod reviews;
pub mod samples;
pub mod supermarket;
pub mod supervision;
pub mod version;

pub use event::{DomainEvent, Envelope, Meta, Place, Sealed};
pub use version::{Unreadable, Upcast, Versioned};
