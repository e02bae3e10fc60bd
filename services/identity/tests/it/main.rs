//! Identity over HTTP, on every pair of database and log.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests fail by panicking")]

mod accounts;
mod disablement;
mod document;
mod keys;
mod loading;
mod password;
mod people;
mod places;
mod registration;
mod roles;
mod sign_in;
mod tokens;
