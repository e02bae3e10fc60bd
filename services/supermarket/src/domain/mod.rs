//! The rules, as plain functions.

pub mod agency;
pub mod breach;
pub mod complaint;
pub mod directory;
pub mod discipline;
pub mod document;
pub mod expiry;
pub mod figures;
pub mod ground;
pub mod honour;
pub mod link;
pub mod medians;
pub mod offer;
pub mod outside;
pub mod profile;
pub mod project;
pub mod purchase;
pub mod requirement;
pub mod rules;

use tongban_ledger::{Replay, replay};

/// Every kind of aggregate kept here.
pub fn aggregates() -> Vec<Box<dyn Replay>> {
    let mut all = vec![
        replay::<agency::Agency>(),
        replay::<link::Link>(),
        replay::<directory::Entry>(),
        replay::<document::Paper>(),
    ];
    all.extend(crate::purchasing::aggregates());
    all
}
