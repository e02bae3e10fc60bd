//! HTTP for every service: who may call what, how faults are told, how requests are read.
//!
//! The OpenAPI document is the access policy: every operation carries an `x-access` extension, the same
//! table that callers can read is the one the [`Guard`](guard::Guard) enforces, and a service with an
//! operation that has none does not start. Everything is denied unless it is said there.

pub mod access;
pub mod api;
mod body;
mod examples;
pub mod guard;
mod observe;
mod pages;
mod problem;
pub mod token;

pub use api::{Api, ServiceInfo, assemble};
pub use body::{Body, Query, Segment, reply};
pub use guard::CallerOf;
pub use problem::{Problem, ProblemDocument};
