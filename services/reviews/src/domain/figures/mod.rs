//! What is counted of reviews, by what and by month (评价指标).
//!
//! A [`Fact`] is what one right has come to. Its [`cells`] say where it counts; the difference between the cells before
//! and after an event is what an event adds to the figures, so that figures are always the sum over all facts.

pub mod handled;
pub mod interval;
pub mod period;
pub mod rules;
pub mod score;

use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use tongban_contracts::review_sources::ReviewChannel;
use tongban_kernel::civil_date;
use utoipa::ToSchema;

use super::level::Level;

/// By what figures are kept (统计维度).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewDimension, example = "matter")]
pub enum Dimension {
    /// 实施主体
    Body,
    /// 事项
    Matter,
    /// 窗口
    Window,
    /// 工作人员
    Officer,
    /// 评价渠道
    Channel,
    /// 事项与标签，只计差评
    Complaint,
    /// The same of all time, under no month: a list of the most frequent ones has to look at every one.
    ComplaintEver,
}

impl Dimension {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Matter => "matter",
            Self::Window => "window",
            Self::Officer => "officer",
            Self::Channel => "channel",
            Self::Complaint => "complaint",
            Self::ComplaintEver => "complaint_ever",
        }
    }
}

/// A rating that was entered because nobody said anything (默认评价). It is never counted as given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultRating {
    /// Level, as the province's rule says.
    pub level: Level,
    /// When.
    pub at: DateTime<Utc>,
}

/// A review given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFact {
    /// Level.
    pub level: Level,
    /// Codes of the tags chosen.
    pub tags: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// By which way.
    pub channel: ReviewChannel,
    /// Keyed hash of the device.
    pub device: Option<String>,
    /// Keyed hash of the network.
    pub network: Option<String>,
    /// Keyed hash of the text that is compared.
    pub text: Option<String>,
}

/// What one right has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Identifier.
    pub id: String,
    /// Number of the case.
    pub case_number: String,
    /// Matter, and its name.
    pub matter: (String, String),
    /// Body, and its name.
    pub body: (String, String),
    /// Region.
    pub region: String,
    /// Window that served.
    pub window: Option<String>,
    /// Officers reviewed.
    pub officers: Vec<String>,
    /// When the right was opened, which is when the case was closed.
    pub opened_at: DateTime<Utc>,
    /// The review.
    pub given: Option<GivenFact>,
    /// The default rating.
    pub defaulted: Option<DefaultRating>,
    /// Whether two officers excluded the review as mistaken or malicious.
    pub excluded: bool,
}

/// Numbers that add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts(pub [i64; Counts::NAMES.len()]);

impl Counts {
    /// What the numbers are, in their order; also the names of their columns.
    pub const NAMES: [&'static str; 18] = [
        "opened",
        "used",
        "one",
        "two",
        "three",
        "four",
        "five",
        "defaulted",
        "defaulted_content",
        "excluded",
        "verified",
        "verified_in_time",
        "answered",
        "answered_in_time",
        "put_right",
        "put_right_in_time",
        "called_back",
        "called_back_content",
    ];
    const OPENED: usize = 0;
    const USED: usize = 1;
    const ONE: usize = 2;
    const DEFAULTED: usize = 7;
    const EXCLUDED: usize = 9;
    const VERIFIED: usize = 10;

    fn one(&mut self, place: usize) {
        if let Some(number) = self.0.get_mut(place) {
            *number += 1;
        }
    }

    /// Something that was done, and whether as it should be.
    fn done(&mut self, place: usize, well: Option<bool>) {
        if let Some(well) = well {
            self.one(place);
            if well {
                self.one(place + 1);
            }
        }
    }

    /// The number named `name`; 0 for a name there is none of.
    pub fn get(&self, name: &str) -> i64 {
        let numbers = Self::NAMES.iter().zip(self.0);
        numbers.filter(|(of, _)| **of == name).map(|(_, number)| number).sum()
    }

    /// Reviews of 1, 2, 3, 4 and 5 stars.
    pub fn by_stars(&self) -> [i64; 5] {
        std::array::from_fn(|place| self.0[Self::ONE + place])
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own += other;
        }
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|place| self.0[place] - other.0[place]))
    }
}

/// Where something counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// By what.
    pub dimension: Dimension,
    /// Which one; of complaints `matter~tag`, or the matter with `-` for bad reviews without a tag.
    pub key: String,
    /// Its name, where it has one.
    pub name: String,
    /// Body, and its name.
    pub body: (String, String),
    /// Region.
    pub region: String,
    /// Month in China, as 2026-03.
    pub month: String,
}

/// The month of a moment in China, as 2026-03.
pub fn month_of(at: DateTime<Utc>) -> String {
    let day = civil_date(at);
    format!("{:04}-{:02}", day.year(), day.month())
}

/// Where a fact counts, and how much.
pub fn cells(fact: &Fact) -> BTreeMap<Cell, Counts> {
    let mut all = BTreeMap::new();
    let mut add = |dimension, key: &str, name: &str, at, counts: Counts| {
        let ever = dimension == Dimension::ComplaintEver;
        let month = if ever { String::new() } else { month_of(at) };
        let (key, name) = (key.to_owned(), name.to_owned());
        let (body, region) = (fact.body.clone(), fact.region.clone());
        *all.entry(Cell { dimension, key, name, body, region, month }).or_default() += counts;
    };
    let (opening, given) = (at_opening(fact), at_giving(fact));
    let mut places = vec![
        (Dimension::Body, fact.body.0.as_str(), fact.body.1.as_str()),
        (Dimension::Matter, &fact.matter.0, &fact.matter.1),
    ];
    places.extend(fact.window.iter().map(|window| (Dimension::Window, window.as_str(), "")));
    places.extend(fact.officers.iter().map(|officer| (Dimension::Officer, officer.as_str(), "")));
    for (dimension, key, name) in places {
        add(dimension, key, name, fact.opened_at, opening);
        if let Some((at, counts)) = given {
            add(dimension, key, name, at, counts);
        }
    }
    let Some((review, (at, counts))) = fact.given.as_ref().zip(given) else { return all };
    add(Dimension::Channel, review.channel.code(), "", at, counts);
    if review.level.stars() <= 2 && !fact.excluded {
        let none = ["-".to_owned()];
        let tags = if review.tags.is_empty() { &none } else { review.tags.as_slice() };
        for tag in tags {
            let key = format!("{}~{tag}", fact.matter.0);
            for dimension in [Dimension::Complaint, Dimension::ComplaintEver] {
                add(dimension, &key, &fact.matter.1, at, counts);
            }
        }
    }
    all
}

/// What counts for the month in which the right was opened.
fn at_opening(fact: &Fact) -> Counts {
    let mut counts = Counts::default();
    counts.one(Counts::OPENED);
    match (&fact.given, &fact.defaulted) {
        (Some(_), _) => counts.one(Counts::USED),
        (None, Some(rating)) => {
            counts.done(Counts::DEFAULTED, Some(rating.level.is_content()));
        }
        (None, None) => {}
    }
    counts
}

/// What counts for the month in which the review was given.
fn at_giving(fact: &Fact) -> Option<(DateTime<Utc>, Counts)> {
    let given = fact.given.as_ref()?;
    let mut counts = Counts::default();
    if fact.excluded {
        counts.one(Counts::EXCLUDED);
        return Some((given.at, counts));
    }
    counts.one(Counts::ONE + usize::from(given.level.stars()) - 1);
    Some((given.at, counts))
}

/// What an event adds: the cells `after` less those `before`. Cells that stay as they are are left out.
pub fn change(
    before: BTreeMap<Cell, Counts>,
    after: BTreeMap<Cell, Counts>,
) -> BTreeMap<Cell, Counts> {
    let mut all = after;
    for (cell, counts) in before {
        let there = all.entry(cell).or_default();
        *there = *there - counts;
    }
    all.retain(|_, counts| *counts != Counts::default());
    all
}

#[cfg(test)]
mod tests;
