//! A right to review and its use (一事一评, 一次一评).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::Meta;
use tongban_contracts::review_sources::ReviewSource;
use tongban_contracts::reviews::{
    ReviewEvent, ReviewGiven, ReviewPhoto, ReviewPushed, ReviewRight,
};
use tongban_kernel::masking::masked;
use tongban_kernel::{Context, Fault, Faults, Principal, PrincipalKind, Role};
use tongban_ledger::Aggregate;
use uuid::Uuid;

use super::level::Level;
use super::tags::Catalogue;
use super::text;

/// Most photographs with a review.
pub const MOST_PHOTOS: usize = 5;

/// A right and, once it was used, the review. Its identifier in the ledger is the case's, or follows from the numbers
/// of case and service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The right.
    pub right: ReviewRight,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The review given.
    pub given: Option<Given>,
    /// What another system put down for silence (默认评价); never counted as given.
    pub defaulted: Option<Level>,
    /// Whether two officers judged that it does not count (剔除).
    pub excluded: bool,
}

/// A review as given (评价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Level, by stars.
    pub level: Level,
    /// Codes of the tags chosen.
    pub tags: Vec<String>,
    /// Free text, numbers of persons masked.
    pub text: Option<String>,
    /// Photographs.
    pub photos: Vec<ReviewPhoto>,
    /// Where it came from; unknown of the oldest.
    pub source: Option<ReviewSource>,
    /// Whose record it is, when another system pushed it.
    pub pushed: Option<ReviewPushed>,
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
    /// Photographs.
    pub photos: Vec<ReviewPhoto>,
    /// Where it comes from.
    pub source: ReviewSource,
}

/// By what somebody may speak.
#[derive(Debug, Clone)]
pub enum Giver {
    /// The account of the applicant.
    Account,
    /// The link of the right.
    Link,
    /// Another system, whose record it is.
    Pushed(ReviewPushed),
}

/// What can be asked of a review.
#[derive(Debug, Clone)]
pub enum Command {
    /// 开放评价: the case is completed, or the service given.
    Open(Box<ReviewRight>),
    /// 评价: the applicant speaks.
    Give {
        /// What is said.
        opinion: Box<Opinion>,
        /// By what.
        by: Giver,
        /// The tags there are.
        tags: Arc<Catalogue>,
    },
    /// 默认评价: another system counts silence as stars.
    Default {
        /// The stars.
        stars: u8,
        /// That system.
        system: String,
        /// From when it counts there.
        at: DateTime<Utc>,
    },
    /// 剔除
    Exclude {
        /// The handling in which it was judged.
        handling: String,
    },
}

impl Aggregate for Review {
    type Event = ReviewEvent;
    type Command = Command;

    const SHAPE: u32 = 2;

    fn decide(
        current: Option<&Self>,
        command: Command,
        context: &Context,
    ) -> Result<Vec<ReviewEvent>, Fault> {
        match (command, current) {
            (Command::Open(right), None) => Ok(vec![ReviewEvent::Opened(right)]),
            (Command::Open(_), Some(_)) => Ok(Vec::new()),
            (_, None) => Err(Fault::not_found("可评价的办件")),
            (Command::Give { opinion, by, tags }, Some(review)) => {
                review.give(*opinion, by, &tags, context)
            }
            (Command::Default { stars, system, at }, Some(review)) => {
                if Level::of(stars).is_none() {
                    return Err(wrong_stars());
                }
                let idle = review.given.is_none() && review.defaulted.is_none();
                Ok(idle
                    .then_some(ReviewEvent::Defaulted { stars, system, at })
                    .into_iter()
                    .collect())
            }
            (Command::Exclude { handling }, Some(review)) => {
                let event = ReviewEvent::Excluded { handling };
                Ok((!review.excluded).then_some(event).into_iter().collect())
            }
        }
    }

    fn evolve(current: Option<Self>, event: &ReviewEvent, meta: &Meta) -> Option<Self> {
        match (event, current) {
            (ReviewEvent::Opened(right), None) => Some(Self {
                right: right.as_ref().clone(),
                opened_at: meta.at,
                given: None,
                defaulted: None,
                excluded: false,
            }),
            (ReviewEvent::Given(given), Some(review)) => {
                let at = given.pushed.as_ref().map_or(meta.at, |pushed| pushed.said_at);
                let ReviewGiven { stars, tags, text, photos, source, pushed } = *given.clone();
                let level = Level::of(stars)?;
                let given = Given { level, tags, text, photos, source, pushed, at };
                Some(Self { given: Some(given), ..review })
            }
            (ReviewEvent::Defaulted { stars, .. }, Some(review)) => {
                Some(Self { defaulted: Some(Level::of(*stars)?), ..review })
            }
            (ReviewEvent::Excluded { .. }, Some(review)) => Some(Self { excluded: true, ..review }),
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

    /// Whether it may still be used at `now`.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.given.is_none() && self.right.expires_at.is_none_or(|end| now < end)
    }

    fn is_of(&self, actor: &Principal) -> bool {
        !self.right.applicant_account.is_empty() && actor.account == self.right.applicant_account
    }

    fn give(
        &self,
        opinion: Opinion,
        by: Giver,
        tags: &Catalogue,
        context: &Context,
    ) -> Result<Vec<ReviewEvent>, Fault> {
        let actor = &context.actor;
        if actor.kind == PrincipalKind::Officer {
            return Err(officer_cannot_review());
        }
        if matches!(by, Giver::Account) && !self.is_of(actor) {
            return Err(Fault::forbidden("not_the_applicant", "只有申请人可以评价该办件"));
        }
        let pushed = match by {
            Giver::Pushed(pushed) => Some(pushed),
            Giver::Account | Giver::Link => None,
        };
        let Opinion { stars, tags: codes, text, photos, mut source } = opinion;
        let text = text.as_deref().map(masked);
        if let Some(given) = &self.given {
            let same = pushed.is_some()
                && given.pushed.as_ref().map(|one| &one.system)
                    == pushed.as_ref().map(|one| &one.system)
                && (given.level.stars(), &given.tags, &given.text) == (stars, &codes, &text);
            return if same { Ok(Vec::new()) } else { Err(already_reviewed()) };
        }
        let said_at = pushed.as_ref().map_or(context.now, |pushed| pushed.said_at);
        if !self.is_open(said_at) {
            return Err(Fault::conflict("right_expired", "评价已超过有效期"));
        }
        let mut faults = Faults::new();
        match Level::of(stars) {
            Some(level) => tags.check(level, &codes, &mut faults),
            None => faults.add("/stars", "stars", "评价应为 1 至 5 星"),
        }
        if let Some(text) = &text {
            text::check(text, "/text", &mut faults);
        }
        if photos.len() > MOST_PHOTOS {
            faults.add("/photos", "too_many", format!("图片不得超过 {MOST_PHOTOS} 张"));
        }
        faults.into_result("invalid_review", "评价内容有误")?;
        source.window = source.window.or_else(|| self.right.window.clone());
        source.officer = self.right.officers.first().cloned();
        let given = ReviewGiven { stars, tags: codes, text, photos, source: Some(source), pushed };
        Ok(vec![ReviewEvent::Given(Box::new(given))])
    }
}

/// Identifier of the right for a service, which is known by the numbers of case and service alone: told of twice, it is
/// still one.
pub fn service_id(case_number: &str, service_number: &str) -> String {
    let name = format!("tongban:reviews:service:{case_number}\n{service_number}");
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

/// Nobody who works for a body speaks for those it serves.
pub fn officer_cannot_review() -> Fault {
    Fault::forbidden("officer_cannot_review", "工作人员不能代为评价")
}

/// One case, one review.
pub fn already_reviewed() -> Fault {
    Fault::conflict("already_reviewed", "该办件已评价，一事一评")
}

fn wrong_stars() -> Fault {
    let mut faults = Faults::new();
    faults.add("/stars", "stars", "评价应为 1 至 5 星");
    let refused = faults.into_result("invalid_review", "评价内容有误");
    refused.err().unwrap_or_else(|| Fault::internal("a refusal named no fault"))
}

#[cfg(test)]
mod tests;
