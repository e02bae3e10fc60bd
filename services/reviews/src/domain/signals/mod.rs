//! Signals of manipulation (异常评价信号) by a published method.
//!
//! A signal says what is unusual, by which numbers, and shows the reviews. It is no verdict: whoever reads it has to
//! look at the reviews. Figures are shown with and without the reviews that signals name.

mod bursts;
mod history;

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::review_sources::ReviewChannel;
use utoipa::ToSchema;

use super::level::Level;

/// So many reviews within so many minutes are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewBurstRule)]
pub struct Burst {
    /// Fewest reviews of different cases.
    #[schema(example = 4)]
    pub reviews: usize,
    /// Length of the time looked at, in minutes.
    #[schema(example = 1440)]
    pub minutes: i64,
}

/// The published method of signals (异常评价信号方法).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewSignalRule)]
pub struct SignalRule {
    /// Version.
    #[schema(example = "2026-1")]
    pub version: String,
    /// Where it comes from (依据).
    #[schema(example = "平台公布的异常评价信号方法（示例）")]
    pub source: String,
    /// Days looked back.
    #[schema(example = 30)]
    pub window_days: i64,
    /// Channels whose devices and networks many people share: there device and network say nothing.
    pub shared_channels: Vec<ReviewChannel>,
    /// Fewer seconds than this between closing and review are too few for a person.
    #[schema(example = 15)]
    pub soon_seconds: i64,
    /// Reviews of different cases from one device.
    pub device: Burst,
    /// Reviews of one officer, or of one body where no officer is known, from one network.
    pub network: Burst,
    /// Reviews of one officer.
    pub officer: Burst,
    /// Reviews of one matter at one body.
    pub minute: Burst,
    /// Reviews with the same text.
    pub text: Burst,
    /// Shorter texts, in characters without blanks and punctuation, are alike by chance.
    #[schema(example = 8)]
    pub least_text: usize,
    /// Days of the matter's own history that a day is compared with.
    #[schema(example = 180)]
    pub history_days: i64,
    /// Fewest reviews of that history.
    #[schema(example = 30)]
    pub least_history: i64,
    /// Fewest reviews of a day to be looked at.
    #[schema(example = 8)]
    pub least_day: i64,
    /// A share of best or bad reviews has to be less likely by chance than this, in millionths.
    #[schema(example = 10)]
    pub history_chance_ppm: u32,
    /// And so many percentage points above the share in the history.
    #[schema(example = 25)]
    pub history_points: u32,
    /// A number of reviews in a day has to be less likely by chance than this, in millionths.
    #[schema(example = 1)]
    pub count_chance_ppm: u32,
}

/// One review, as far as signals ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Identifier.
    pub id: String,
    /// Matter.
    pub matter: String,
    /// Body.
    pub body: String,
    /// Officer reviewed.
    pub officer: Option<String>,
    /// By which way it came.
    pub channel: ReviewChannel,
    /// Keyed hash of the device.
    pub device: Option<String>,
    /// Keyed hash of the network.
    pub network: Option<String>,
    /// Level.
    pub level: Level,
    /// Keyed hash of the text without blanks and punctuation, when it is long enough to compare.
    pub text: Option<String>,
    /// When the case was closed.
    pub closed_at: DateTime<Utc>,
    /// When the review was given.
    pub given_at: DateTime<Utc>,
}

/// What a matter at a body had before the days looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// Days it covers.
    pub days: i64,
    /// Reviews given of 1, 2, 3, 4 and 5 stars.
    pub by_stars: [i64; 5],
}

/// What is unusual (信号类别).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewSignalKind, example = "device")]
pub enum SignalKind {
    /// 同一设备集中评价多个办件
    Device,
    /// 同一网络集中评价同一人员
    Network,
    /// 同一人员短时间内集中收到评价
    Officer,
    /// 同一事项一分钟内集中收到评价
    Minute,
    /// 办结后数秒即评价
    Soon,
    /// 多个办件文字评价相同
    Text,
    /// 与事项自身历史差异过大
    History,
}

impl SignalKind {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Network => "network",
            Self::Officer => "officer",
            Self::Minute => "minute",
            Self::Soon => "soon",
            Self::Text => "text",
            Self::History => "history",
        }
    }
}

/// A signal with its evidence (异常评价信号). It is a reason to look, never a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What is unusual.
    pub kind: SignalKind,
    /// What the reviews have in common: a print, an officer, `matter@body`.
    pub common: String,
    /// How it was found, with its numbers (方法与数值).
    pub method: String,
    /// The first review's time.
    pub from: DateTime<Utc>,
    /// The last review's time.
    pub until: DateTime<Utc>,
    /// Bodies reviewed.
    pub bodies: BTreeSet<String>,
    /// The reviews, oldest first.
    pub evidence: Vec<String>,
}

impl Signal {
    fn of(kind: SignalKind, common: &str, method: String, reviews: &[&Seen]) -> Option<Self> {
        Some(Self {
            kind,
            common: common.to_owned(),
            method,
            from: reviews.first()?.given_at,
            until: reviews.last()?.given_at,
            bodies: reviews.iter().map(|one| one.body.clone()).collect(),
            evidence: reviews.iter().map(|one| one.id.clone()).collect(),
        })
    }
}

/// All signals among `seen`, in a fixed order. `past` gives what a matter at a body had before them.
pub fn signals(rule: &SignalRule, seen: &[Seen], past: &dyn Fn(&str, &str) -> Past) -> Vec<Signal> {
    let mut ordered: Vec<&Seen> = seen.iter().collect();
    ordered.sort_by(|one, other| (one.given_at, &one.id).cmp(&(other.given_at, &other.id)));
    let mut found = bursts::bursts(rule, &ordered);
    found.extend(soon(rule, &ordered));
    found.extend(history::against_history(rule, &ordered, past));
    found
}

/// Reviews that followed their closing faster than anybody reads, by officer or body.
fn soon(rule: &SignalRule, ordered: &[&Seen]) -> Vec<Signal> {
    let limit = Duration::seconds(rule.soon_seconds);
    let fast = ordered.iter().copied().filter(|one| {
        let took = one.given_at - one.closed_at;
        took >= Duration::zero() && took < limit
    });
    bursts::grouped(fast, |one| Some(one.officer.as_ref().unwrap_or(&one.body).clone()))
        .into_iter()
        .filter_map(|(common, reviews)| {
            let method =
                format!("办结后不足 {} 秒即评价，共 {} 件", rule.soon_seconds, reviews.len());
            Signal::of(SignalKind::Soon, &common, method, &reviews)
        })
        .collect()
}

/// What of a text is compared: letters and digits in small letters; none when fewer than `least`.
pub fn compared(text: &str, least: usize) -> Option<String> {
    let kept: String =
        text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    (kept.chars().count() >= least).then_some(kept)
}

#[cfg(test)]
mod tests;
