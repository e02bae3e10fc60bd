//! Supervision as others meet it: events in, HTTP, events out.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod credit;
mod expiring;
mod fixtures;
mod inspectors;
mod loading;
mod matters;
mod mishaps;
mod objects;
mod onsite;
mod plans;
mod publishing;
mod tasks;
mod visits;
