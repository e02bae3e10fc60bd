//! What comes next, as far as the service itself can do it (抽取流程).

use chrono::{DateTime, Utc};
use tongban_contracts::draws::RandomSource;

use super::history::{Attempt, Stage, after};

/// The next step of a draw. Each may be taken again, by two at once, or after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Make the organiser's seed and commit to it.
    MakeSeed,
    /// Announce.
    Announce,
    /// Give up: too few committed, or time ran out while nobody could know an outcome.
    Lapse,
    /// Record the public value, as soon as it is there.
    TakeValue,
    /// Open the organiser's seed.
    OpenSeed,
    /// Take no seed any more.
    Close,
    /// Record the value that stands for withheld seeds, as soon as it is there.
    TakeFallback,
    /// Draw.
    Draw,
    /// Nothing before this moment, unless a party acts.
    Wait(DateTime<Utc>),
    /// Nothing ever.
    Done,
}

impl Attempt {
    /// What is to be done at `now`.
    pub(crate) fn next(&self, now: DateTime<Utc>) -> Step {
        match self.stage() {
            Stage::Cancelled | Stage::Drawn => Step::Done,
            Stage::Proposed => self.next_of_proposed(now),
            Stage::Announced => self.next_of_announced(now),
            Stage::Closed => self.next_of_closed(now),
        }
    }

    /// The moment from which something is to be done; nothing when it never is.
    pub(crate) fn due(&self) -> Option<DateTime<Utc>> {
        match self.next(DateTime::<Utc>::MIN_UTC) {
            Step::Done => None,
            Step::Wait(until) => Some(until),
            _ => Some(self.proposed_at),
        }
    }

    /// It has to be announced before this moment: nothing of the randomness may be known, and parties need
    /// time to open.
    pub(crate) fn announce_until(&self) -> DateTime<Utc> {
        let randomness = &self.terms.randomness;
        match &randomness.value {
            RandomSource::Checkpoint { after, .. } => *after,
            RandomSource::Beacon { .. } => between(self.terms.commit_until, randomness.open_until),
        }
    }

    /// A checkpoint has to be recorded before this moment. If it could come at the last moment, nobody could
    /// open any more, and whoever has logs in his hand would choose alone.
    pub(crate) fn value_until(&self) -> DateTime<Utc> {
        let randomness = &self.terms.randomness;
        between(after(&randomness.value), randomness.open_until)
    }

    fn next_of_proposed(&self, now: DateTime<Utc>) -> Step {
        let terms = &self.terms;
        let in_time = now < self.announce_until();
        if self.committed(&terms.organiser.party).is_none() {
            return if in_time { Step::MakeSeed } else { Step::Lapse };
        }
        let committed = self.witnesses_committed();
        let everybody = committed == terms.witnesses.len();
        let enough = committed >= terms.quorum as usize;
        let over = now >= terms.commit_until;
        match in_time {
            true if everybody || (over && enough) => Step::Announce,
            true if !over => Step::Wait(terms.commit_until),
            _ => Step::Lapse,
        }
    }

    fn next_of_announced(&self, now: DateTime<Utc>) -> Step {
        let randomness = &self.terms.randomness;
        if !self.seeds_first() && self.value.is_none() {
            let after = after(&randomness.value);
            return match now {
                now if now <= after => Step::Wait(after),
                now if now < self.value_until() => Step::TakeValue,
                _ => Step::Lapse,
            };
        }
        let over = now > randomness.open_until;
        if !over && self.seed(&self.terms.organiser.party).is_none() {
            Step::OpenSeed
        } else if over || self.all_opened() {
            Step::Close
        } else {
            Step::Wait(randomness.open_until)
        }
    }

    fn next_of_closed(&self, now: DateTime<Utc>) -> Step {
        let source = &self.terms.randomness.value;
        if self.value.is_none() {
            let after = after(source);
            return if now <= after { Step::Wait(after) } else { Step::TakeValue };
        }
        match self.fallback_needed() {
            Some(source) if self.fallback.is_none() => {
                let after = after(source);
                if now <= after { Step::Wait(after) } else { Step::TakeFallback }
            }
            _ => Step::Draw,
        }
    }
}

fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> DateTime<Utc> {
    from + (until - from) / 2
}
