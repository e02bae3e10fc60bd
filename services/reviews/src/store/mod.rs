//! How reviews are found and counted.

pub mod review;
pub mod statistics;
