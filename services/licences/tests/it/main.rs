//! The licence library as others meet it: events in, HTTP, events out.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod fixtures;
mod issuing;
mod presenting;
mod reading;
mod revoking;
mod verifying;
