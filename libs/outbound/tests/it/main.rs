//! Providers that are slow, hang, lie, redirect, send too much or rename their fields; and what is left of them behind this
//! library.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "in a test, what is not there is a failure"
)]

mod addresses;
mod breaking;
mod caching;
mod dropping;
mod guarding;
mod http_json;
mod replaying;
mod signing;
mod soap;
mod stub;
mod views;
