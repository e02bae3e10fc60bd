//! The library as its callers and verifiers see it.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod cases;
mod properties;
mod refusals;
mod statistics;
mod vectors;
