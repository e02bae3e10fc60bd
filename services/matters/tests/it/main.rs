//! The catalogue as others meet it: HTTP in, HTTP and events out.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod faults;
mod fixtures;
mod outage;
mod publishing;
mod rights;
mod searching;
mod tokens;
mod upgrading;
mod withdrawing;
