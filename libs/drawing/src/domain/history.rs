//! Where the draws for one purpose stand.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::draws::{
    CancelKind, DrawReplacement, DrawResult, DrawTerms, PartyCommitment, RandomSource, RandomValue,
    Withheld,
};
use utoipa::ToSchema;

/// The draws for one purpose (同一事由的历次抽取); its identifier in the ledger is the purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// What they are for.
    pub purpose: String,
    /// Every proposal, the oldest first.
    pub proposals: Vec<Attempt>,
}

/// One proposal, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its terms, without the lists.
    pub terms: DrawTerms,
    /// When they were fixed.
    pub proposed_at: DateTime<Utc>,
    /// Commitments, as they came.
    pub commitments: Vec<PartyCommitment>,
    /// Digest of the announcement, once it is made.
    pub announcement: Option<String>,
    /// Why it came to nothing.
    pub cancelled: Option<Cancelled>,
    /// The public value.
    pub value: Option<RandomValue>,
    /// Opened seeds, as they came.
    pub opened: Vec<OpenedSeed>,
    /// Who did not open, once no seed is taken any more.
    pub withheld: Option<Vec<Withheld>>,
    /// The value that stands for withheld seeds.
    pub fallback: Option<RandomValue>,
    /// What came out.
    pub result: Option<DrawResult>,
    /// Who was replaced since.
    pub replacements: Vec<DrawReplacement>,
}

/// Why a proposal came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DrawCancellation)]
pub struct Cancelled {
    /// What kind of reason.
    pub kind: CancelKind,
    /// The reason in words.
    #[schema(example = "抽查计划调整")]
    pub reason: String,
}

/// A seed that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenedSeed {
    /// The party.
    #[schema(example = "discipline-inspection")]
    pub party: String,
    /// The seed, in hexadecimal.
    #[schema(example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
    pub seed: String,
}

/// Where a draw stands (抽取状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DrawStage)]
pub enum Stage {
    /// 待承诺: the terms are fixed, parties commit.
    Proposed,
    /// 已公告: what is waited for next is the public value, or seeds.
    Announced,
    /// 已截止: no seed is taken any more; a public value may be waited for.
    Closed,
    /// 已抽取
    Drawn,
    /// 已取消
    Cancelled,
}

impl Stage {
    /// As it stands in addresses and tables.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Announced => "announced",
            Self::Closed => "closed",
            Self::Drawn => "drawn",
            Self::Cancelled => "cancelled",
        }
    }
}

impl History {
    /// The draw of that identifier.
    pub fn draw(&self, draw: &str) -> Option<&Attempt> {
        self.proposals.iter().find(|one| one.terms.draw == draw)
    }

    /// The last proposal.
    pub fn latest(&self) -> Option<&Attempt> {
        self.proposals.last()
    }

    /// The last that was announced.
    pub fn last_announced(&self) -> Option<&Attempt> {
        self.proposals.iter().rev().find(|one| one.announcement.is_some())
    }
}

impl Attempt {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        if self.cancelled.is_some() {
            Stage::Cancelled
        } else if self.result.is_some() {
            Stage::Drawn
        } else if self.withheld.is_some() {
            Stage::Closed
        } else if self.announcement.is_some() {
            Stage::Announced
        } else {
            Stage::Proposed
        }
    }

    /// Whether seeds are opened before the value is known.
    pub fn seeds_first(&self) -> bool {
        matches!(self.terms.randomness.value, RandomSource::Beacon { .. })
    }

    /// The commitment of a party.
    pub fn committed(&self, party: &str) -> Option<&PartyCommitment> {
        self.commitments.iter().find(|one| one.party == party)
    }

    /// The seed of a party.
    pub fn seed(&self, party: &str) -> Option<&OpenedSeed> {
        self.opened.iter().find(|one| one.party == party)
    }

    /// How many witnesses have committed.
    pub(crate) fn witnesses_committed(&self) -> usize {
        let organiser = &self.terms.organiser.party;
        self.commitments.iter().filter(|one| one.party != *organiser).count()
    }

    /// Whether every party that committed has opened its seed.
    pub(crate) fn all_opened(&self) -> bool {
        self.commitments.iter().all(|one| self.seed(&one.party).is_some())
    }

    /// Where the value comes from that is needed for withheld seeds.
    pub(crate) fn fallback_needed(&self) -> Option<&RandomSource> {
        let withheld = self.withheld.as_ref().is_some_and(|list| !list.is_empty());
        self.terms.randomness.fallback.as_ref().filter(|_| withheld)
    }
}

/// The moment after which a source is asked.
pub(crate) fn after(source: &RandomSource) -> DateTime<Utc> {
    match source {
        RandomSource::Beacon { after, .. } | RandomSource::Checkpoint { after, .. } => *after,
    }
}
