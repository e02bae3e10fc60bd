//! Use cases, one a file.

pub mod publish;
pub mod withdraw;
