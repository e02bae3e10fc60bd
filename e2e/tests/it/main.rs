//! The real binary, whole and as a mesh; and the rules of the house that no type can keep.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod kill;
mod layers;
mod operations;
mod rebuilding;
mod reconciling;
mod requests;
mod running;
mod stories;
