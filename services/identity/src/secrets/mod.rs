//! Hashing of secrets, keys, and the tokens signed with them.

pub mod hasher;
pub mod keyring;
pub mod token;
