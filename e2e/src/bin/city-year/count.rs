//! What was done, and how long it took.

use std::time::Duration;

use serde_json::{Value, json};
use tongban_e2e::load::Latencies;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Submit,
    Correct,
    Resubmit,
    Withdraw,
    Refuse,
    Accept,
    Decide,
    Review,
}

impl Step {
    /// All of them, in the order of a case.
    pub const ALL: [Self; 8] = [
        Self::Submit,
        Self::Correct,
        Self::Resubmit,
        Self::Withdraw,
        Self::Refuse,
        Self::Accept,
        Self::Decide,
        Self::Review,
    ];

    /// Name, also part of its idempotency keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Correct => "correct",
            Self::Resubmit => "resubmit",
            Self::Withdraw => "withdraw",
            Self::Refuse => "refuse",
            Self::Accept => "accept",
            Self::Decide => "decide",
            Self::Review => "review",
        }
    }

    /// The event that it leads to.
    const fn event(self) -> (&'static str, &'static str) {
        match self {
            Self::Submit => ("tongban.intake.case", "submitted"),
            Self::Correct => ("tongban.intake.case", "correction_requested"),
            Self::Resubmit => ("tongban.intake.case", "resubmitted"),
            Self::Withdraw => ("tongban.intake.case", "withdrawn"),
            Self::Refuse => ("tongban.intake.case", "acceptance_refused"),
            Self::Accept => ("tongban.intake.case", "accepted"),
            Self::Decide => ("tongban.intake.case", "decided"),
            Self::Review => ("tongban.reviews.review", "given"),
        }
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct Count {
    /// Cases played to their end, reviews apart.
    pub cases: usize,
    /// Cases decided.
    pub decided: i64,
    /// Approvals that result in a licence.
    pub licences: i64,
    /// Reviews tried before there was a right.
    pub too_early: usize,
    taken: [Vec<Duration>; Step::ALL.len()],
}

impl Count {
    /// Notes a command that was acknowledged.
    pub fn took(&mut self, step: Step, taken: Duration) {
        if let Some(times) = self.taken.get_mut(step as usize) {
            times.push(taken);
        }
    }

    /// Commands acknowledged.
    pub fn commands(&self) -> usize {
        self.taken.iter().map(Vec::len).sum()
    }

    /// Commands of one kind acknowledged.
    pub fn of(&self, step: Step) -> usize {
        self.taken.get(step as usize).map_or(0, Vec::len)
    }

    /// How long commands of one kind took.
    pub fn latencies(&self, step: Step) -> Latencies {
        Latencies::new(self.taken.get(step as usize).cloned().unwrap_or_default())
    }

    /// What the city acknowledged, and what must follow from it, as `tongban verify city` reads it.
    pub fn acknowledged(&self) -> Value {
        let mut all = json!({
            "tongban.intake.case": {"licence_recorded": self.licences},
            "tongban.licences.licence": {"issued": self.licences},
            "tongban.reviews.review": {"opened": self.decided},
        });
        for step in Step::ALL {
            let (topic, event) = step.event();
            all[topic][event] = self.of(step).into();
        }
        all
    }
}
