//! Draws with one thing wrong, each with the code it has to be refused with.

mod published;
mod terms;

use tongban_draw::{Candidate, Terms, Transcript};
use tongban_kernel::Fault;

use super::samples::any;
use super::{Dice, Setting, drawn};

/// What is bent.
pub enum Bend {
    /// The terms; commitments are made over the bent ones.
    Terms(fn(&mut Terms)),
    /// Parties, seeds or values, before commitments are made.
    Setting(fn(&mut Setting)),
    /// What was published.
    Transcript(fn(&mut Transcript)),
    /// Its text.
    Text(fn(&str) -> String),
}
impl Bend {
    /// A bent transcript's text.
    ///
    /// # Errors
    /// When there is nothing to bend.
    pub fn text(&self, dice: &mut Dice) -> Result<String, Fault> {
        match self {
            Self::Terms(bend) => {
                let mut terms = any(dice);
                bend(&mut terms);
                Setting::new(terms, dice).pretend()?.text()
            }
            Self::Setting(bend) => {
                let mut setting = Setting::new(any(dice), dice);
                bend(&mut setting);
                // With the right result, so that nothing else is wrong; where no draw is possible, with any.
                setting.draw().or_else(|_| setting.pretend())?.text()
            }
            Self::Transcript(bend) => {
                let mut setting = Setting::new(any(dice), dice);
                // All openings are there to be bent.
                setting.parties.iter_mut().for_each(|party| party.opens = true);
                let mut transcript = drawn(&setting, dice)?;
                bend(&mut transcript);
                transcript.text()
            }
            Self::Text(bend) => {
                let setting = Setting::new(any(dice), dice);
                Ok(bend(&drawn(&setting, dice)?.text()?))
            }
        }
    }
}

/// One of the list.
fn row(terms: &mut Terms) -> &mut Candidate {
    let middle = terms.candidates.len() / 2;
    &mut terms.candidates[middle]
}

/// All of them: name, code, how.
pub fn all() -> impl Iterator<Item = &'static (&'static str, &'static str, Bend)> + Clone {
    terms::ALL.iter().chain(published::ALL)
}
