//! The rules of reviewing, pure.

pub mod counter;
pub mod facts;
pub mod figures;
pub mod handling;
pub mod held;
pub mod level;
pub mod pushed;
pub mod pushing;
pub mod report;
pub mod review;
pub mod rules;
pub mod signals;
pub mod tags;
pub mod tally;
pub mod text;
