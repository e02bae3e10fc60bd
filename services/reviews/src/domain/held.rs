//! A pushed review whose case is not known yet (待匹配评价): kept apart until the case comes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::review_desks::{HeldReviewEvent, PushedReview};
use tongban_kernel::{Context, Fault};
use tongban_ledger::Aggregate;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a held review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "waiting")]
pub enum HeldStage {
    /// 待匹配
    Waiting,
    /// 已匹配
    Matched,
    /// 未采纳
    Dropped,
}

impl HeldStage {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Matched => "matched",
            Self::Dropped => "dropped",
        }
    }
}

/// A held review as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// As it was pushed.
    pub pushed: PushedReview,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Where it stands.
    pub stage: HeldStage,
    /// Why it was dropped.
    pub reason: Option<String>,
}

/// What can be asked of it.
#[derive(Debug, Clone)]
pub enum Command {
    /// 暂存
    Hold(Box<PushedReview>),
    /// 匹配
    Match {
        /// The right it was given by.
        review: String,
    },
    /// 不予采纳
    Drop {
        /// Code of the refusal.
        code: String,
        /// In words.
        reason: String,
    },
}

impl Aggregate for Held {
    type Event = HeldReviewEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        _context: &Context,
    ) -> Result<Vec<HeldReviewEvent>, Fault> {
        match (command, current) {
            (Command::Hold(pushed), None) => Ok(vec![HeldReviewEvent::Held(pushed)]),
            (Command::Hold(_), Some(_)) => Ok(Vec::new()),
            (_, None) => Err(Fault::not_found("该待匹配评价")),
            (_, Some(held)) if held.stage != HeldStage::Waiting => Ok(Vec::new()),
            (Command::Match { review }, Some(_)) => Ok(vec![HeldReviewEvent::Matched { review }]),
            (Command::Drop { code, reason }, Some(_)) => {
                Ok(vec![HeldReviewEvent::Dropped { code, reason }])
            }
        }
    }

    fn evolve(current: Option<Self>, event: &HeldReviewEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (HeldReviewEvent::Held(pushed), None) => Some(Self {
                pushed: pushed.as_ref().clone(),
                received_at: meta.at,
                stage: HeldStage::Waiting,
                reason: None,
            }),
            (HeldReviewEvent::Matched { .. }, Some(held)) => {
                Some(Self { stage: HeldStage::Matched, ..held })
            }
            (HeldReviewEvent::Dropped { reason, .. }, Some(held)) => {
                Some(Self { stage: HeldStage::Dropped, reason: Some(reason.clone()), ..held })
            }
            _ => None,
        }
    }
}

/// Identifier of what a system said of a service: with whatever number of its own it comes, it is the same.
pub fn held_id(system: &str, case_number: &str, service_number: &str) -> String {
    let name = format!("tongban:reviews:held:{system}\n{case_number}\n{service_number}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}
