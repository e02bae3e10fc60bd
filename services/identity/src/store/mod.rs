//! How accounts, bodies and regions are found, and where secrets are kept.

pub mod account;
pub mod attempt;
pub mod body;
pub mod credential;
pub mod region;
pub mod signing_key;
