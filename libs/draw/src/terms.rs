//! What is fixed before a draw (抽取方案).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sm3::Digest as _;
use tongban_kernel::Fault;

use crate::canonical;
use crate::check;
use crate::digest::{Digest, Fields};
use crate::findings::Findings;
use crate::plan::Plan;
use crate::randomness::Randomness;

/// Name and version of the rule that this library follows (抽取规则).
pub const RULE: &str = "tongban-draw-v1";

/// Everything that decides a draw but the secret seeds and the public value.
///
/// Lists are in ascending order of their names, none twice; [`Terms::sorted`] brings them there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Which attempt at this purpose it is (第几次抽取), from 1.
    pub attempt: u32,
    /// Who can be drawn (候选名单).
    pub candidates: Vec<Candidate>,
    /// Identifier of the draw.
    pub draw: String,
    /// Who might be expected in the list and is not, with the reason (回避、剔除).
    pub exclusions: Vec<Exclusion>,
    /// At most so many of one group, such as a firm (同一单位上限); no limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_limit: Option<u32>,
    /// At most so many of the drawn may be replaced (补抽上限).
    pub max_replacements: u32,
    /// How many are drawn.
    pub number: u32,
    /// The attempt before, unless this is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// What it is for: a plan, a purchase, a project. Attempts at the same have the same.
    pub purpose: String,
    /// Regions that are drawn from first (地区名额).
    pub quotas: Vec<Quota>,
    /// Where the public value comes from.
    pub randomness: Randomness,
    /// [`RULE`].
    pub rule: String,
    /// Classes, of which each is drawn from on its own (分层); one class when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strata: Option<Strata>,
    /// What people call it.
    pub title: String,
}

/// One who can be drawn. In JSON an array: `["id", weight, "stratum", "region", "group"]`.
///
/// Identifiers are published. Where they would name a natural person, use one made for the draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Identifier.
    pub id: Box<str>,
    /// Weight (权重): 1 to 10⁹; all have 1 in a draw without weights.
    pub weight: i64,
    /// Class, one of [`Terms::strata`]; empty when there are none.
    pub stratum: Box<str>,
    /// Region; empty when it does not matter.
    pub region: Box<str>,
    /// Group, such as the firm; empty for those of none.
    pub group: Box<str>,
}

type Row = (Box<str>, i64, Box<str>, Box<str>, Box<str>);

impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (&self.id, self.weight, &self.stratum, &self.region, &self.group).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Candidate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (id, weight, stratum, region, group) = Row::deserialize(from)?;
        Ok(Self { id, weight, stratum, region, group })
    }
}

impl Candidate {
    /// A candidate without class, region or group.
    pub fn new(id: &str, weight: i64) -> Self {
        let none = || Box::from("");
        Self { id: id.into(), weight, stratum: none(), region: none(), group: none() }
    }
}

/// One who was left out before the draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Identifier.
    pub candidate: Box<str>,
    /// What kind of reason.
    pub kind: ExclusionKind,
    /// The reason in words.
    pub reason: Box<str>,
}

/// Kinds of reasons to be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionKind {
    /// 回避: an interest in the outcome, or a relation to somebody who has one.
    Recusal,
    /// 资格不符: not or no longer qualified for the matter.
    Unqualified,
    /// 清退、停用: excluded by a decision.
    Barred,
    /// 频次限制: was drawn within the time in which it may not be again.
    RecentlyDrawn,
    /// 其他.
    Other,
}

/// Number of a region that is drawn before the rest of its class (地区名额).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// At least so many.
    pub at_least: u32,
    /// Of this region.
    pub region: Box<str>,
    /// In this class; there when, and only when, the draw has classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratum: Option<Box<str>>,
}

/// How many of each class (分层比例).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strata {
    /// So many ten thousandths of each class (按比例抽取).
    Rates(Vec<Stratum>),
    /// The number is divided in these proportions (按份额分配).
    Shares(Vec<Stratum>),
}

impl Strata {
    /// The table.
    pub fn table(&self) -> &[Stratum] {
        match self {
            Self::Rates(table) | Self::Shares(table) => table,
        }
    }
}

/// A row of the table. In JSON an array: `["A", 100]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum(
    /// Name of the class.
    pub Box<str>,
    /// Rate or share.
    pub u64,
);

/// The attempt before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// Digest of its announcement.
    pub announcement: Digest,
    /// Why there is another.
    pub reason: String,
}

impl Terms {
    /// With all lists in the order that the rule asks for.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.candidates.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        self.exclusions.sort_by(|a, b| a.candidate.cmp(&b.candidate));
        self.quotas.sort_by(|a, b| (&a.stratum, &a.region).cmp(&(&b.stratum, &b.region)));
        if let Some(Strata::Rates(table) | Strata::Shares(table)) = &mut self.strata {
            table.sort_by(|a, b| a.0.cmp(&b.0));
        }
        self
    }

    /// Whether a draw on these terms can be held, whatever the seeds will be.
    ///
    /// # Errors
    /// An `invalid_draw` fault that names every reason why not.
    pub fn check(&self) -> Result<(), Fault> {
        let mut findings = Findings::default();
        self.find("", &mut findings);
        findings.into_result()
    }

    /// The plan, when nothing is wrong.
    pub(crate) fn find(&self, at: &str, findings: &mut Findings) -> Option<Plan<'_>> {
        if check::terms(self, at, findings) { Plan::of(self, at, findings) } else { None }
    }

    /// What commitments are made over.
    ///
    /// # Errors
    /// An internal fault only.
    pub fn digest(&self) -> Result<Digest, Fault> {
        canonical::digest(Self::fields(), self)
    }

    /// The digest of terms whose canonical text this is.
    pub(crate) fn digest_of(text: &[u8]) -> Digest {
        Digest(Self::fields().rest().chain_update(text).finalize().into())
    }

    fn fields() -> Fields {
        Fields::of("tongban-draw-terms-v1")
    }
}
