//! Identity's rules, pure.

pub mod account;
pub mod attempts;
pub mod body;
pub mod key;
pub mod mask;
pub mod opening;
pub mod region;
pub mod secret;
