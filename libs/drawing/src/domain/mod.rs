//! The rules of a draw's life, pure.

mod ceremony;
mod command;
mod convert;
mod decide;
mod evolve;
mod history;
mod terms;
#[cfg(test)]
mod tests;

pub(crate) use ceremony::Step;
pub(crate) use command::Command;
pub(crate) use convert::{commitments, digest, lists_of, replacement_kind, told_kind, value};
pub(crate) use decide::not_drawn_yet;
pub use history::{Attempt, Cancelled, History, OpenedSeed, Stage};
pub(crate) use terms::{Asked, asked, check, sort, terms_of};
