//! Draws that anyone can check (可验证随机抽取).
//!
//! Before a draw its [`Terms`] are fixed: who can be drawn and with which weight, who was left out and why,
//! how many, under which constraints, and where the public randomness will come from. The organiser and at
//! least one witness commit to secret seeds over these terms; terms and commitments are the
//! [`Announcement`]. Afterwards the seeds are opened and joined with the public value, and the result
//! follows. Everything that went in is in the [`Transcript`], and [`verify`] recomputes it.
//!
//! ```text
//! Terms ──commitment()──▶ Announcement ──draw(openings, value)──▶ Transcript ──replace()──▶ Transcript
//! ```
//!
//! All of it is pure: no clock, no storage, no randomness of its own. `docs/draw-spec.md` gives the exact
//! bytes, the argument why nobody can steer a draw, and where that argument ends. SM3 is GB/T 32905-2016.

mod allocation;
mod announcement;
mod canonical;
mod check;
mod digest;
mod findings;
mod moment;
mod plan;
mod randomness;
mod selection;
mod stream;
mod terms;
mod transcript;
mod tree;
mod verify;

pub use announcement::{
    Announcement, Commitment, Opening, PartyRole, announcement_digest, commitment,
};
pub use digest::{Digest, Hex};
pub use randomness::{Randomness, Source, Value};
pub use selection::select;
pub use stream::Stream;
pub use terms::{
    Candidate, Exclusion, ExclusionKind, Previous, Quota, RULE, Strata, Stratum, Terms,
};
pub use transcript::{FORMAT, Replacement, ReplacementKind, Transcript};
pub use verify::{Checks, Opened, Verified, verify};

/// Bounds within which a draw is exact and can be recomputed by anyone; `docs/draw-spec.md` states them.
pub mod bounds {
    /// Most candidates, and most exclusions: a list of this length is some 250 MB of text.
    pub const CANDIDATES: usize = 5_000_000;
    /// Greatest weight. All weights together stay below 2⁵³, which every JSON reader keeps exactly.
    pub const WEIGHT: i64 = 1_000_000_000;
    /// Most strata, and most quotas.
    pub const CONSTRAINTS: usize = 64;
    /// Most parties: the organiser and its witnesses.
    pub const PARTIES: usize = 16;
    /// Fewest and most bytes of a seed.
    pub const SEED: std::ops::RangeInclusive<usize> = 32..=64;
    /// Most replacements.
    pub const REPLACEMENTS: u32 = 1_000;
    /// Most attempts at one purpose.
    pub const ATTEMPTS: u32 = 1_000;
    /// Longest name, in bytes.
    pub const NAME: usize = 64;
    /// Longest text for people, in characters.
    pub const TEXT: usize = 500;
    /// Ten thousandths make the whole of a stratum.
    pub const WHOLE: u64 = 10_000;
    /// Greatest share of a stratum.
    pub const SHARE: u64 = 1_000_000_000;
    /// Fewest and most bytes of a beacon's value.
    pub const BEACON: std::ops::RangeInclusive<usize> = 32..=128;
    /// Greatest size or round: what every JSON reader keeps exactly.
    pub const SAFE: u64 = (1 << 53) - 1;
}
