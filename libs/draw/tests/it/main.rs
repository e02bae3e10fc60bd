//! The library as its callers and verifiers see it.

mod cases;
mod properties;
mod refusals;
mod statistics;
mod vectors;
