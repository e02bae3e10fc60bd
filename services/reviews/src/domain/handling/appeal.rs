//! The body's appeal (申诉复核): a mistaken or malicious review is excluded when two officers agree, never by one, nor
//! by the body alone.

use serde::{Deserialize, Serialize};
use tongban_contracts::handlings::{AppealGround, HandlingEvent};
use tongban_kernel::{Fault, Principal};

use super::{Handling, written};

/// An appeal as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// Why.
    pub ground: AppealGround,
    /// Reasons.
    pub reason: String,
    /// Account of the officer who made it for the body.
    pub by: String,
    /// Judgements so far, the first first.
    pub judgements: Vec<Judgement>,
    /// Whether the review is excluded; none while it is open.
    pub upheld: Option<bool>,
}

/// What one officer holds of an appeal (复核意见).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Account.
    pub by: String,
    /// Body of the officer.
    pub body: Option<String>,
    /// Whether the review is to be excluded.
    pub exclude: bool,
    /// Reasons.
    pub reason: String,
}

impl Appeal {
    pub(super) fn of(ground: AppealGround, reason: &str, by: &Principal) -> Self {
        Self {
            ground,
            reason: reason.to_owned(),
            by: by.account.clone(),
            judgements: Vec::new(),
            upheld: None,
        }
    }

    pub(super) fn note(&mut self, exclude: bool, reason: &str, by: &Principal) {
        self.judgements.push(Judgement {
            by: by.account.clone(),
            body: by.body.clone(),
            exclude,
            reason: reason.to_owned(),
        });
    }
}

impl Handling {
    pub(super) fn appealed(
        &self,
        ground: AppealGround,
        reason: &str,
    ) -> Result<Vec<HandlingEvent>, Fault> {
        if self.appeal.is_some() {
            return Err(Fault::conflict("already_appealed", "该差评已申诉过，只能申诉一次"));
        }
        Ok(vec![HandlingEvent::Appealed { ground, reason: written(reason, "/reason")? }])
    }

    pub(super) fn judge(
        &self,
        exclude: bool,
        reason: &str,
        actor: &Principal,
    ) -> Result<Vec<HandlingEvent>, Fault> {
        let appeal = self.appeal.as_ref().filter(|appeal| appeal.upheld.is_none());
        let Some(appeal) = appeal else {
            return Err(Fault::conflict("no_open_appeal", "没有待复核的申诉"));
        };
        if appeal.by == actor.account {
            return Err(Fault::forbidden("own_appeal", "申诉人不得复核本人提出的申诉"));
        }
        let earlier = appeal.judgements.first();
        if earlier.is_some_and(|earlier| earlier.by == actor.account) {
            return Err(Fault::forbidden("same_officer", "须由另一名人员复核"));
        }
        let reviewed = Some(self.bad.body.as_str());
        if earlier.is_some_and(|earlier| earlier.body.as_deref() == reviewed)
            && actor.body.as_deref() == reviewed
        {
            let title = "两名复核人员不得都属于被评价单位";
            return Err(Fault::forbidden("both_of_the_body", title));
        }
        let judged = HandlingEvent::Judged { exclude, reason: written(reason, "/reason")? };
        let ended = match (earlier, exclude) {
            // One who holds that it counts is enough: excluding takes two.
            (_, false) => Some(HandlingEvent::AppealRejected),
            (Some(_), true) => Some(HandlingEvent::Excluded),
            (None, true) => None,
        };
        Ok(std::iter::once(judged).chain(ended).collect())
    }
}
