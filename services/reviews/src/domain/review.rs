//! A right to review and its use (一事一评).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::reviews::{ReviewEvent, ReviewRight};
use tongban_kernel::{Context, Fault, Faults, Principal, Role};
use tongban_ledger::Aggregate;

use super::level::Level;
use super::tags::Catalogue;

/// A right and, once it was used, the review. Its identifier in the ledger is the case's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The right.
    pub right: ReviewRight,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The review given.
    pub given: Option<Given>,
}

/// A review as given (评价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Level, by stars.
    pub level: Level,
    /// Codes of the tags chosen.
    pub tags: Vec<String>,
    /// Free text.
    pub text: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What somebody has to say of a case.
#[derive(Debug, Clone)]
pub struct Opinion {
    /// Stars, 1 to 5.
    pub stars: u8,
    /// Codes of the tags chosen.
    pub tags: Vec<String>,
    /// Free text.
    pub text: Option<String>,
}

/// What can be asked of a review.
#[derive(Debug, Clone)]
pub enum Command {
    /// 开放评价: the case is completed.
    Open(Box<ReviewRight>),
    /// 评价: the applicant speaks.
    Give {
        /// What is said.
        opinion: Opinion,
        /// The tags there are.
        tags: Arc<Catalogue>,
    },
}

impl Aggregate for Review {
    type Event = ReviewEvent;
    type Command = Command;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<ReviewEvent>, Fault> {
        match (command, current) {
            (Command::Open(right), None) => Ok(vec![ReviewEvent::Opened(*right)]),
            (Command::Open(_), Some(_)) => Ok(Vec::new()),
            (Command::Give { .. }, None) => Err(Fault::not_found("可评价的办件")),
            (Command::Give { opinion, tags }, Some(review)) => {
                review.give(opinion, &tags, &context.actor)
            }
        }
    }

    fn evolve(current: Option<Self>, event: &ReviewEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (ReviewEvent::Opened(right), None) => {
                Some(Self { right: right.clone(), opened_at: meta.at, given: None })
            }
            (ReviewEvent::Given { stars, tags, text }, Some(review)) => {
                let level = Level::of(*stars)?;
                let given = Given { level, tags: tags.clone(), text: text.clone(), at: meta.at };
                Some(Self { given: Some(given), ..review })
            }
            _ => None,
        }
    }
}

impl Review {
    /// Whether `actor` may read it: the applicant, and the region's supervisors. The body that was
    /// reviewed may not, so that nobody need fear to be known to it.
    ///
    /// # Errors
    /// A refusal for anyone else.
    pub fn may_read(&self, actor: &Principal) -> Result<(), Fault> {
        let supervises =
            actor.roles.contains(&Role::Supervisor) && actor.reaches(&self.right.region);
        if self.is_of(actor) || supervises {
            return Ok(());
        }
        Err(Fault::forbidden("not_your_review", "只有评价人和本区域监督人员可以查看该评价"))
    }

    fn is_of(&self, actor: &Principal) -> bool {
        actor.account == self.right.applicant_account
    }

    fn give(
        &self,
        opinion: Opinion,
        tags: &Catalogue,
        actor: &Principal,
    ) -> Result<Vec<ReviewEvent>, Fault> {
        if !self.is_of(actor) {
            return Err(Fault::forbidden("not_the_applicant", "只有申请人可以评价该办件"));
        }
        if self.given.is_some() {
            return Err(Fault::conflict("already_reviewed", "该办件已评价，一事一评"));
        }
        let Opinion { stars, tags: codes, text } = opinion;
        let mut faults = Faults::new();
        match Level::of(stars) {
            Some(level) => tags.check(level, &codes, &mut faults),
            None => faults.add("/stars", "stars", "评价应为 1 至 5 星"),
        }
        faults.into_result("invalid_review", "评价内容有误")?;
        Ok(vec![ReviewEvent::Given { stars, tags: codes, text }])
    }
}
