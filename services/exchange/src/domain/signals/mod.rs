//! Signals of unusual reading (异常查询信号) by a published method.
//!
//! A signal says what is unusual, by which numbers, and shows the calls. It is no verdict: whoever reads it has to look
//! at the calls. Figures are shown with and without the calls that signals name.

mod calls;
mod people;
pub mod rules;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::rules::ReadingSignalRules;

/// What the platform knows of the case that a call names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseFit {
    /// It was open, and its applicant's data were read.
    Fits,
    /// The purpose needs no case, and none is named.
    NotNeeded,
    /// 平台没有该办件
    Unknown,
    /// 查询时不在办理中
    NotOpen,
    /// 查询的不是该办件申请人
    OtherSubject,
}

/// One call, as far as signals ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Identifier.
    pub id: String,
    /// Who called: the officer, the one before the calling system, or the system itself.
    pub who: String,
    /// Body that called.
    pub body: String,
    /// The grant.
    pub grant: String,
    /// Keyed hash of whom it was about.
    pub subject: Option<String>,
    /// Whether it was answered; refused otherwise.
    pub answered: bool,
    /// How its case fits.
    pub case: CaseFit,
    /// Whether it was made outside of the body's hours.
    pub outside: bool,
    /// Day in China.
    pub day: NaiveDate,
    /// When.
    pub at: DateTime<Utc>,
}

/// What somebody did before the days looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Habit {
    /// Days on which calls were made.
    pub days: u32,
    /// Calls.
    pub calls: u64,
    /// Of these, outside of office hours.
    pub outside: u64,
    /// Most people whose data were read on one day.
    pub busiest: u32,
}

/// What there was before the days looked at.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Of callers.
    pub callers: BTreeMap<String, Habit>,
    /// The last call by a grant.
    pub grants: BTreeMap<String, DateTime<Utc>>,
}

impl Past {
    /// What somebody did; nothing when the history is too short to say.
    fn habit(&self, rules: &ReadingSignalRules, who: &str) -> Option<Habit> {
        let known = self.callers.get(who).copied()?;
        (known.days >= rules.history_least.value).then_some(known)
    }
}

/// What is unusual (信号类别).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReadingSignalKind, example = "hours")]
pub enum SignalKind {
    /// 非工作时间集中查询
    Hours,
    /// 查询没有相符的办件
    Case,
    /// 一日内查询的人数远多于自身以往
    Subjects,
    /// 同一人员反复查询同一数据主体
    Repeated,
    /// 多名人员查询同一数据主体
    Crowd,
    /// 连续被拒绝
    Refused,
    /// 长期未用的授权突然集中使用
    Silent,
}

impl SignalKind {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Case => "case",
            Self::Subjects => "subjects",
            Self::Repeated => "repeated",
            Self::Crowd => "crowd",
            Self::Refused => "refused",
            Self::Silent => "silent",
        }
    }
}

/// A signal with its evidence (异常查询信号). It is a reason to look, never a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What is unusual.
    pub kind: SignalKind,
    /// What the calls have in common: a caller, a print, a grant.
    pub common: String,
    /// How it was found, with its numbers (方法与数值).
    pub method: String,
    /// The first call's time.
    pub from: DateTime<Utc>,
    /// The last call's time.
    pub until: DateTime<Utc>,
    /// Bodies that called.
    pub bodies: BTreeSet<String>,
    /// The calls, oldest first.
    pub evidence: Vec<String>,
}

impl Signal {
    fn of(kind: SignalKind, common: &str, method: String, calls: &[&Seen]) -> Option<Self> {
        Some(Self {
            kind,
            common: common.to_owned(),
            method,
            from: calls.first()?.at,
            until: calls.last()?.at,
            bodies: calls.iter().map(|one| one.body.clone()).collect(),
            evidence: calls.iter().map(|one| one.id.clone()).collect(),
        })
    }
}

/// All signals among `seen`, in a fixed order.
pub fn signals(rules: &ReadingSignalRules, seen: &[Seen], past: &Past) -> Vec<Signal> {
    let mut ordered: Vec<&Seen> = seen.iter().collect();
    ordered.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    let mut found = people::by_day(rules, &ordered, past);
    found.extend(people::by_subject(rules, &ordered));
    found.extend(calls::refused(rules, &ordered));
    found.extend(calls::after_silence(rules, &ordered, past));
    found
}

/// Calls by what they have in common, each group in order of time.
fn grouped<'a, K: Ord>(
    seen: impl Iterator<Item = &'a Seen>,
    common: impl Fn(&'a Seen) -> Option<K>,
) -> BTreeMap<K, Vec<&'a Seen>> {
    let mut groups: BTreeMap<K, Vec<&Seen>> = BTreeMap::new();
    for one in seen {
        if let Some(common) = common(one) {
            groups.entry(common).or_default().push(one);
        }
    }
    groups
}

/// A number of things, as thresholds count.
fn many(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
