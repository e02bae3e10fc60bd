//! What each event changes.

use chrono::{DateTime, Utc};
use tongban_contracts::draws::DrawEvent;

use super::history::{Attempt, Cancelled, History, OpenedSeed};

impl History {
    /// The history after an event at `at` of the aggregate `id`; `None` when the event cannot follow.
    pub(crate) fn evolve(
        current: Option<Self>,
        event: &DrawEvent,
        id: &str,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let event = event.clone();
        if let DrawEvent::Proposed(terms) = event {
            let mut history =
                current.unwrap_or(Self { purpose: id.to_owned(), proposals: Vec::new() });
            history.proposals.push(Attempt {
                terms: *terms,
                proposed_at: at,
                commitments: Vec::new(),
                announcement: None,
                cancelled: None,
                value: None,
                opened: Vec::new(),
                withheld: None,
                fallback: None,
                result: None,
                replacements: Vec::new(),
            });
            return Some(history);
        }
        let mut history = current?;
        // Only the last one can still change, but for replacements.
        let one = match &event {
            DrawEvent::Proposed(_) => return None,
            DrawEvent::Drawn(result) => history.draw_mut(&result.draw)?,
            DrawEvent::Committed { draw, .. }
            | DrawEvent::Cancelled { draw, .. }
            | DrawEvent::Announced { draw, .. }
            | DrawEvent::ValueRecorded { draw, .. }
            | DrawEvent::Opened { draw, .. }
            | DrawEvent::Closed { draw, .. }
            | DrawEvent::FallbackRecorded { draw, .. }
            | DrawEvent::Replaced { draw, .. } => history.draw_mut(draw)?,
        };
        match event {
            DrawEvent::Proposed(_) => return None,
            DrawEvent::Committed { commitment, .. } => one.commitments.push(commitment),
            DrawEvent::Cancelled { kind, reason, .. } => {
                one.cancelled = Some(Cancelled { kind, reason });
            }
            DrawEvent::Announced { announcement, .. } => one.announcement = Some(announcement),
            DrawEvent::ValueRecorded { value, .. } => one.value = Some(value),
            DrawEvent::Opened { party, seed, .. } => one.opened.push(OpenedSeed { party, seed }),
            DrawEvent::Closed { withheld, .. } => one.withheld = Some(withheld),
            DrawEvent::FallbackRecorded { value, .. } => one.fallback = Some(value),
            DrawEvent::Drawn(result) => one.result = Some(*result),
            DrawEvent::Replaced { replacement, .. } => one.replacements.push(replacement),
        }
        Some(history)
    }

    fn draw_mut(&mut self, draw: &str) -> Option<&mut Attempt> {
        self.proposals.iter_mut().find(|one| one.terms.draw == draw)
    }
}
