//! The real binary, whole and as a mesh; and the rules of the house that no type can keep.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod agencies;
mod kill;
mod layers;
mod objecting;
mod onsite;
mod operations;
mod purchases;
mod rebuilding;
mod reconciling;
mod requests;
mod reviewing;
mod running;
mod sharing;
mod stories;
mod supervision;
