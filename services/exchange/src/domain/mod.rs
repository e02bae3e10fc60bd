//! The rules, as plain functions.

pub mod call;
pub mod calling;
pub mod code;
pub mod correction;
pub mod delivery;
pub mod grant;
pub mod masking;
pub mod meter;
pub mod objection;
pub mod permit;
#[cfg(test)]
mod permit_tests;
pub mod request;
pub mod resource;
#[cfg(test)]
mod resource_tests;
pub mod rights;
pub mod rules;
#[cfg(test)]
pub mod samples;
pub mod signals;

use tongban_ledger::{Replay, replay};

/// Every kind of aggregate kept here.
pub fn aggregates() -> Vec<Box<dyn Replay>> {
    vec![
        replay::<resource::Resource>(),
        replay::<request::Request>(),
        replay::<grant::Grant>(),
        replay::<correction::Correction>(),
        replay::<call::Call>(),
        replay::<calling::Calling>(),
        replay::<objection::Objection>(),
    ]
}
