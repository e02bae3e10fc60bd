//! What a source has told and what it still owes, pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::pulses::PulseEvent;
use tongban_kernel::{Context, Fault};

/// A beat that led to no checkpoint for so long is given again: another process may sign by a clock that is slow.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);

/// What a source has told and what it still owes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pulse {
    /// Origin that was told.
    pub(super) origin: String,
    /// Keys that were told.
    pub(super) keys: Vec<String>,
    /// What was asked and not answered.
    pub(super) waiting: Vec<Ask>,
}

/// A draw that named this history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ask {
    /// Service and draw, with a colon between.
    pub(super) draw: String,
    /// The checkpoint has to be larger.
    pub(super) above: u64,
    /// And later.
    pub(super) after: DateTime<Utc>,
    /// When an entry was last added for it.
    pub(super) beaten_at: Option<DateTime<Utc>>,
}

/// What can be asked of a source.
#[derive(Debug, Clone)]
pub(super) enum Command {
    /// Tell origin and keys.
    Offer { origin: String, keys: Vec<String>, checkpoint: Option<String> },
    /// Take down what a draw waits for.
    Ask { service: String, draw: String, above: u64, after: DateTime<Utc> },
    /// Add an entry, if one is needed.
    Beat,
    /// Tell which checkpoint answers these.
    Sign { checkpoint: String, answers: Vec<String> },
}

impl Pulse {
    pub(super) fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<PulseEvent>, Fault> {
        let none = Self::default();
        let state = current.unwrap_or(&none);
        Ok(match command {
            Command::Offer { origin, keys, checkpoint } => {
                if state.origin == origin && state.keys == keys {
                    return Ok(Vec::new());
                }
                vec![PulseEvent::Offered { origin, keys, checkpoint }]
            }
            Command::Ask { service, draw, above, after } => {
                let name = named(&service, &draw);
                if state.waiting.iter().any(|ask| ask.draw == name) {
                    return Ok(Vec::new());
                }
                vec![PulseEvent::Asked { service, draw, above, after }]
            }
            Command::Beat => match state.beat_needed(context.now) {
                Some(after) => vec![PulseEvent::Beat { after }],
                None => Vec::new(),
            },
            Command::Sign { checkpoint, mut answers } => {
                answers.retain(|name| state.waiting.iter().any(|ask| ask.draw == *name));
                if answers.is_empty() {
                    return Ok(Vec::new());
                }
                vec![PulseEvent::Signed { checkpoint, answers }]
            }
        })
    }

    pub(super) fn evolve(current: Option<Self>, event: &PulseEvent, at: DateTime<Utc>) -> Self {
        let mut state = current.unwrap_or_default();
        match event.clone() {
            PulseEvent::Offered { origin, keys, .. } => {
                (state.origin, state.keys) = (origin, keys);
            }
            PulseEvent::Asked { service, draw, above, after } => {
                let draw = named(&service, &draw);
                state.waiting.push(Ask { draw, above, after, beaten_at: None });
            }
            PulseEvent::Beat { after } => {
                for ask in state.waiting.iter_mut().filter(|ask| ask.after <= after) {
                    ask.beaten_at = Some(at);
                }
            }
            PulseEvent::Signed { answers, .. } => {
                state.waiting.retain(|ask| !answers.contains(&ask.draw));
            }
        }
        state
    }

    /// The latest moment that has passed and after which nothing was added for somebody who asked.
    ///
    /// Each ask has beats of its own: after the clock was set back, an earlier one's looks as if it came later.
    pub(super) fn beat_needed(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let passed = self.waiting.iter().filter(|ask| ask.after < now);
        let bare = |ask: &&Ask| ask.beaten_at.is_none_or(|at| now - at > PATIENCE);
        passed.filter(bare).map(|ask| ask.after).max()
    }
}

fn named(service: &str, draw: &str) -> String {
    format!("{service}:{draw}")
}

#[cfg(test)]
mod tests {
    use tongban_kernel::Principal;

    use super::*;

    fn at(second: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_194_400 + i64::from(second), 0).unwrap()
    }

    fn step(state: Option<Pulse>, command: Command, now: u32) -> (Option<Pulse>, usize) {
        let context = Context { now: at(now), actor: Principal::service("matters") };
        let events = Pulse::decide(state.as_ref(), command, &context).unwrap();
        let count = events.len();
        let state = events
            .iter()
            .fold(state, |state, event| Some(Pulse::evolve(state, event, context.now)));
        (state, count)
    }

    fn ask(draw: &str, after: u32) -> Command {
        let draw = draw.to_owned();
        Command::Ask { service: "supervision".into(), draw, above: 3, after: at(after) }
    }

    #[test]
    fn a_beat_comes_once_and_only_after_the_moment() {
        let (state, asked) = step(None, ask("a/1", 10), 0);
        assert_eq!(asked, 1);
        let (state, again) = step(state, ask("a/1", 10), 1);
        assert_eq!(again, 0, "asked twice, owed once");
        let (state, early) = step(state, Command::Beat, 10);
        assert_eq!(early, 0, "an entry at the moment itself is not after it");
        let (state, first) = step(state, Command::Beat, 11);
        assert_eq!(first, 1);
        let (state, second) = step(state, Command::Beat, 12);
        assert_eq!(second, 0, "the tree has grown already");
        let (state, late) = step(state, Command::Beat, 90);
        assert_eq!(late, 1, "no checkpoint came of the first");
        let answers = vec!["supervision:a/1".to_owned(), "supervision:b/1".to_owned()];
        let sign = Command::Sign { checkpoint: "note".into(), answers };
        let (state, signed) = step(state, sign.clone(), 91);
        assert_eq!((signed, state.as_ref().unwrap().waiting.len()), (1, 0));
        assert_eq!(step(state, sign, 92).1, 0, "answered once");
    }

    #[test]
    fn a_clock_that_was_set_back_holds_no_beat_up() {
        let (state, _) = step(None, ask("a/1", 300), 290);
        let (state, _) = step(state, Command::Beat, 301);
        let (state, asked) = step(state, ask("b/1", 20), 10);
        assert_eq!(asked, 1);
        let (state, first) = step(state, Command::Beat, 21);
        assert_eq!(first, 1, "what was added before it was asked is nothing to it");
        assert_eq!(step(state, Command::Beat, 22).1, 0, "the tree has grown");
    }

    #[test]
    fn keys_are_told_when_they_change() {
        let offer = |key: &str| Command::Offer {
            origin: "tongban/matters/1".into(),
            keys: vec![key.to_owned()],
            checkpoint: None,
        };
        let (state, first) = step(None, offer("k1"), 0);
        let (state, again) = step(state, offer("k1"), 1);
        let (_, rotated) = step(state, offer("k2"), 2);
        assert_eq!((first, again, rotated), (1, 0, 1));
    }
}
