//! Use cases, one a file.

pub mod issue;
pub mod present;
pub mod revoke;
pub mod verify;
