//! The rules of reviewing, pure.

pub mod level;
pub mod review;
pub mod tags;
pub mod tally;
