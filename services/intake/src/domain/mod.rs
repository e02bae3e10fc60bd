//! The rules of a case, pure.

pub mod application;
pub mod case;
pub mod clocks;
pub mod command;
mod decide;
pub mod notice;
pub mod rights;
pub mod stage;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod wording;
