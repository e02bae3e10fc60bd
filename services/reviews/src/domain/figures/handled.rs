//! How bad reviews were handled, counted (差评处理指标).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::handlings::{CallBackOutcome, HandlingEvent, HandlingTerms};

use super::{Cell, Counts, Dimension, month_of};

/// What the handling of one bad review has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// Matter, and its name.
    pub matter: (String, String),
    /// Body, and its name.
    pub body: (String, String),
    /// Region.
    pub region: String,
    /// Officers reviewed.
    pub officers: Vec<String>,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Clocks of the first round.
    pub terms: HandlingTerms,
    /// Verified, and whether in time.
    pub verified: Option<bool>,
    /// Answered, and whether in time.
    pub answered: Option<bool>,
    /// Put right, and whether in time; true when there was nothing to put right.
    pub put_right: Option<bool>,
    /// Called back, and whether the person was content the last time.
    pub called_back: Option<bool>,
    /// Whether the review was excluded, so that nothing of it counts.
    pub excluded: bool,
}

impl Handled {
    /// What is known after `event` at `at`. Clocks are those of the first round: what was late stays late, however
    /// the person was won over later.
    pub fn after(current: Option<Self>, event: HandlingEvent, at: DateTime<Utc>) -> Option<Self> {
        if let HandlingEvent::Received { bad, terms, .. } = event {
            return Some(Self {
                matter: (bad.matter_id.to_string(), bad.matter_name),
                body: (bad.body, bad.body_name),
                region: bad.region.to_string(),
                officers: bad.officers,
                received_at: at,
                terms,
                verified: None,
                answered: None,
                put_right: None,
                called_back: None,
                excluded: false,
            });
        }
        let mut handled = current?;
        let terms = handled.terms;
        let first = |done: &mut Option<bool>, well| {
            done.get_or_insert(well);
        };
        match event {
            HandlingEvent::Verified { .. } => first(&mut handled.verified, at <= terms.verify_by),
            HandlingEvent::Answered { to_rectify, .. } => {
                first(&mut handled.answered, at <= terms.answer_by);
                if !to_rectify {
                    first(&mut handled.put_right, true);
                }
            }
            HandlingEvent::Rectified { .. } => {
                first(&mut handled.put_right, at <= terms.rectify_by);
            }
            HandlingEvent::CalledBack { outcome: CallBackOutcome::Satisfied, .. } => {
                handled.called_back = Some(true);
            }
            HandlingEvent::CalledBack { outcome: CallBackOutcome::Dissatisfied, .. } => {
                handled.called_back = Some(false);
            }
            HandlingEvent::Excluded => handled.excluded = true,
            _ => {}
        }
        Some(handled)
    }

    /// Where it counts: by body, matter and officer, in the month it was received.
    pub fn cells(&self) -> BTreeMap<Cell, Counts> {
        if self.excluded {
            return BTreeMap::new();
        }
        let mut counts = Counts::default();
        let steps = [self.verified, self.answered, self.put_right, self.called_back];
        for (step, well) in steps.into_iter().enumerate() {
            counts.done(Counts::VERIFIED + 2 * step, well);
        }
        let cell = |dimension, key: &str, name: &str| Cell {
            dimension,
            key: key.to_owned(),
            name: name.to_owned(),
            body: self.body.clone(),
            region: self.region.clone(),
            month: month_of(self.received_at),
        };
        let mut all = BTreeMap::from([
            (cell(Dimension::Body, &self.body.0, &self.body.1), counts),
            (cell(Dimension::Matter, &self.matter.0, &self.matter.1), counts),
        ]);
        let officers = self.officers.iter();
        all.extend(officers.map(|officer| (cell(Dimension::Officer, officer, ""), counts)));
        all
    }
}
