//! The clocks of a handling (差评办理期限), and what happens when one runs out.

use chrono::{DateTime, Utc};
use tongban_contracts::handlings::{HandlingEvent, HandlingStep};

use super::{Handling, HandlingStage};

impl Handling {
    /// The clocks that run, each with its step: also those of steps that wait for an earlier one.
    pub fn clocks(&self) -> Vec<(HandlingStep, DateTime<Utc>)> {
        use HandlingStep::{Answer, CallBack, Rectification, Verification};
        let all = [
            (Verification, Some(self.terms.verify_by)),
            (Answer, Some(self.terms.answer_by)),
            (Rectification, Some(self.terms.rectify_by)),
            (CallBack, self.call_back_by),
        ];
        let first = match self.stage {
            HandlingStage::Received => Verification,
            HandlingStage::Verified => Answer,
            HandlingStage::Answered => Rectification,
            HandlingStage::CallBack => CallBack,
            HandlingStage::Closed | HandlingStage::Excluded => return Vec::new(),
        };
        let running = all.into_iter().filter(|(step, _)| *step >= first);
        running.filter_map(|(step, end)| Some((step, end?))).collect()
    }

    /// The next clock that can run out and was not told of yet.
    pub fn next_due(&self) -> Option<(HandlingStep, DateTime<Utc>)> {
        let open = self.clocks().into_iter().filter(|(step, _)| !self.overdue.contains(step));
        open.min_by_key(|(_, end)| *end)
    }

    /// Whether something that still is to be done is late.
    pub fn is_overdue(&self) -> bool {
        self.clocks().iter().any(|(step, _)| self.overdue.contains(step))
    }

    pub(super) fn tick(&self, now: DateTime<Utc>) -> Vec<HandlingEvent> {
        let ended = self
            .clocks()
            .into_iter()
            .filter(|(step, end)| *end <= now && !self.overdue.contains(step));
        ended.map(|(step, at)| HandlingEvent::Overdue { step, at }).collect()
    }
}
