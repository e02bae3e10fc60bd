//! Rules by which a machine may approve an application (秒批规则): data that officials write, lawyers read,
//! and anybody can run again.
//!
//! A [`RuleSet`] declares its inputs, each with its type, meaning and source (form, licence, exchange, clock), and its
//! conditions: a number, a Chinese text, a legal basis and an expression in CEL (Common Expression Language,
//! <https://github.com/google/cel-spec>). [`Rules::compile`] names every fault of a draft at once and writes each
//! expression out in Chinese, so that what is signed is what is run. [`Rules::judge`] takes what was had of the inputs and
//! gives a [`Judgement`]: the outcome with its reasons, where each input came from, and each condition's finding.
//! [`replay()`] tries a draft on cases that were decided before.
//!
//! ```text
//! RuleSet ──check()──▶ faults      RuleSet ──compile()──▶ Rules ──judge(Given…)──▶ Judgement
//! ```
//!
//! There are two outcomes: approve, or hand over to a person. A denial cannot be expressed. Whatever is missing,
//! unreadable or fails leaves a condition unjudged, and only a set all of whose conditions hold approves.
//!
//! All of it is pure: no clock, no storage, no randomness. An expression has no loops, no patterns and no growing
//! text; its length, nesting and size are bounded, and so is the work of judging.

mod age;
mod check;
mod digest;
mod evaluate;
mod evidence;
mod given;
mod grammar;
mod judge;
mod read;
mod replay;
mod scan;
mod set;
#[cfg(test)]
mod tests;
mod types;

pub use check::{Offer, Offered, check};
pub use evidence::{Finding, InputEvidence, Judgement, Outcome, Reason, Step, Taken};
pub use given::{Given, Provenance};
pub use judge::Rules;
pub use replay::{Change, Decided, Past, Replayed, Report, replay};
pub use set::{Choice, Condition, Day, Input, Kind, RuleSet, Source};

/// The language that expressions are in and its meaning. Whatever would let an old rule set come to something else gets
/// another one.
pub const LANGUAGE: &str = "tongban-rules/1";

/// Bounds of a rule set; [`check()`] names what is beyond them.
pub mod bounds {
    /// Most inputs.
    pub const INPUTS: usize = 64;
    /// Most conditions.
    pub const CONDITIONS: usize = 64;
    /// Most values that an input may be declared to have.
    pub const CHOICES: usize = 200;
    /// Longest expression, in characters.
    pub const EXPRESSION: usize = 500;
    /// Most brackets one inside the other in an expression.
    pub const BRACKETS: usize = 8;
    /// Most operations one inside the other in an expression.
    pub const DEPTH: usize = 24;
    /// Most parts of an expression.
    pub const PARTS: usize = 120;
    /// Longest name, in characters.
    pub const NAME: usize = 64;
    /// Longest text for people, in characters.
    pub const TEXT: usize = 500;
    /// Longest text an input may have, in characters, and most texts in a list.
    pub const VALUE: usize = 2_000;
    /// Greatest number, either side of zero: what every JSON reader keeps exactly.
    pub const SAFE: i64 = (1 << 53) - 1;
    /// Fewest bytes of salt.
    pub const SALT: usize = 16;
}
