//! The rules of supervision, pure.

pub mod codes;
pub mod conclude;
pub mod credit;
pub mod credit_command;
pub mod credit_rule;
pub mod duplicate;
pub mod inspection;
pub mod inspector;
pub mod masked;
pub mod matter;
pub mod object;
pub mod overruling;
pub mod plan;
pub mod pool;
pub mod publication;
pub mod ratio;
pub mod rights;
#[cfg(test)]
mod samples;
pub mod task;
pub mod team;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod visit;
pub mod visit_command;

use tongban_contracts::of::Supervision;
use tongban_ledger::{Replay, replay};

/// Every kind of aggregate, for the audit of their states.
pub fn aggregates() -> Vec<Box<dyn Replay>> {
    let mut all = vec![
        replay::<matter::Entry>(),
        replay::<object::Object>(),
        replay::<inspector::Record>(),
        replay::<plan::Plan>(),
        replay::<task::Task>(),
        replay::<inspection::Inspection>(),
        replay::<publication::Publication>(),
        replay::<credit::Credit>(),
    ];
    all.extend(tongban_drawing::aggregates::<Supervision>());
    all
}
