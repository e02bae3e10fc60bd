//! The rules, tested where no database is.

mod credit;
mod publication;
mod samples;
mod visit;
