//! The catalogue's rules, pure.

pub mod matter;
pub mod rules;
