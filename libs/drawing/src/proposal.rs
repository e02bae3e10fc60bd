//! What a service asks for when it needs a draw (提出抽取).

use std::time::Duration;

use chrono::{DateTime, Utc};
use tongban_contracts::draws::{DrawOrganiser, DrawWitness};
use tongban_draw::{Candidate, Exclusion, Quota, Strata};

/// A draw as a service wants it; lists may come in any order.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What it is for: a plan, a purchase. Attempts at the same have the same. ASCII letters, digits and
    /// `. _ : -`, at most 59; also the identifier of the aggregate and the `subject` of its events.
    pub purpose: String,
    /// What people call it.
    pub title: String,
    /// Who can be drawn (候选名单); weights are 1 in a draw without weights.
    pub candidates: Vec<Candidate>,
    /// Who was left out, with the reason (回避、剔除).
    pub exclusions: Vec<Exclusion>,
    /// How many are drawn; with [`Strata::Rates`] it has to be [`number_at_rates`].
    pub number: u32,
    /// Classes, of which each is drawn from on its own (分层).
    pub strata: Option<Strata>,
    /// Regions that are drawn from first (地区名额).
    pub quotas: Vec<Quota>,
    /// At most so many of one group, such as a firm.
    pub group_limit: Option<u32>,
    /// At most so many of the drawn may be replaced (补抽上限).
    pub max_replacements: u32,
    /// Who holds the draw (组织方).
    pub organiser: DrawOrganiser,
    /// Who may commit beside the organiser, at least one; none with an account of the organiser's.
    pub witnesses: Vec<DrawWitness>,
    /// So many witnesses have to commit; all of them when absent.
    pub quorum: Option<u32>,
    /// Why there is another attempt; there when, and only when, one was announced before.
    pub again: Option<String>,
    /// Which kind of public value; absent for the one that is configured.
    pub source: Option<SourceKind>,
    /// How long each step may take; absent for what is configured.
    pub times: Option<Times>,
}

/// Kinds of public values (公开随机数的种类).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A signed checkpoint of another service's history.
    Checkpoint,
    /// A public beacon; refused when none is configured.
    Beacon,
}

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// For witnesses to commit, from the proposal on.
    pub commit: Duration,
    /// For the announcement, after that; it has to be recorded before the public value can be known.
    pub announce: Duration,
    /// For seeds to be opened, after that.
    pub open: Duration,
}

/// The moments that follow from [`Times`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) commit_until: DateTime<Utc>,
    pub(crate) announce_until: DateTime<Utc>,
    pub(crate) open_until: DateTime<Utc>,
}

impl Times {
    /// Counted from `now`.
    pub(crate) fn from(&self, now: DateTime<Utc>) -> Schedule {
        let commit_until = now + self.commit;
        let announce_until = commit_until + self.announce;
        Schedule { commit_until, announce_until, open_until: announce_until + self.open }
    }
}

/// How many are drawn from `candidates` with these [`Strata::Rates`]: what the rates make together, rounded half
/// up. Strata that are not in the table count for nothing.
pub fn number_at_rates(candidates: &[Candidate], rates: &[tongban_draw::Stratum]) -> u32 {
    let of = |candidate: &Candidate| {
        rates.iter().find(|rate| rate.0 == candidate.stratum).map_or(0, |rate| rate.1)
    };
    let ten_thousandths: u64 = candidates.iter().map(of).sum();
    u32::try_from((ten_thousandths + 5_000) / 10_000).unwrap_or(u32::MAX)
}

/// A draw that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Identifier of the draw: the purpose, a slash, and which proposal for the purpose it is.
    pub draw: String,
    /// Digest of its terms, in hexadecimal.
    pub terms: String,
    /// Whether it was there before: the same was asked for already.
    pub again: bool,
}
