//! Figures as they are shown (评价指标).

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::Counts;
use crate::domain::figures::interval::Interval;
use crate::domain::level::Level;
use crate::domain::tally::Tally;

/// How many reviews are at one level (等级分布).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewLevelCount {
    /// Stars, 5 for the best.
    #[schema(example = 5)]
    pub stars: u8,
    /// The level in words (评价等级).
    #[schema(example = "非常满意")]
    pub name: String,
    /// Its code, 1 for the best (GB/T 39046-2020 table A.8).
    #[schema(example = "1")]
    pub code: String,
    /// How many.
    #[schema(example = 81)]
    pub count: i64,
}

/// What was put down for silence (默认评价). None of it is in any other figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewDefaults {
    /// Default ratings (默认评价数).
    #[schema(example = 12)]
    pub count: i64,
    /// The satisfaction rate if they were counted; absent without any rating (含默认评价的满意率).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(0.9815))]
    pub satisfaction_with: Option<f64>,
}

/// The same without the reviews that signals of manipulation name (剔除异常信号后).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewsUnsuspected {
    /// Reviews that signals name (异常信号涉及评价数).
    #[schema(example = 6)]
    pub suspected: i64,
    /// Reviews without them (评价数).
    #[schema(example = 90)]
    pub count: i64,
    /// Mean of the stars (平均星级).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(4.7))]
    pub mean_stars: Option<f64>,
    /// Satisfaction rate (满意率).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples(0.9778))]
    pub satisfaction: Option<f64>,
    /// How sure it is, at 95 % (置信区间).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfaction_interval: Option<Interval>,
}

/// How bad reviews were handled (差评处理). They count in the month they were received.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewHandlingFigures {
    /// Bad reviews: one or two stars (差评数).
    #[schema(example = 2)]
    pub bad: i64,
    /// Verified (已核实).
    #[schema(example = 2)]
    pub verified: i64,
    /// Of them in time (按时核实).
    #[schema(example = 2)]
    pub verified_in_time: i64,
    /// Answered (已答复).
    #[schema(example = 2)]
    pub answered: i64,
    /// Of them in time (按时答复).
    #[schema(example = 1)]
    pub answered_in_time: i64,
    /// Put right, or nothing to put right (已整改).
    #[schema(example = 2)]
    pub put_right: i64,
    /// Of them in time (按时整改).
    #[schema(example = 2)]
    pub put_right_in_time: i64,
    /// Called back (已回访).
    #[schema(example = 1)]
    pub called_back: i64,
    /// Of them content (回访满意).
    #[schema(example = 1)]
    pub called_back_content: i64,
    /// Excluded as mistaken or malicious (剔除).
    #[schema(example = 0)]
    pub excluded: i64,
}

/// Figures (评价指标).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewFigures {
    /// Cases that could be reviewed (应评数).
    #[schema(example = 120)]
    pub opened: i64,
    /// Reviews given; default ratings are none (主动评价数).
    #[schema(example = 96)]
    pub count: i64,
    /// Mean of the stars; absent without reviews (平均星级).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 4.72)]
    pub mean_stars: Option<f64>,
    /// Reviews by level, the best first (等级分布).
    #[schema(example = json!([
        {"stars": 5, "name": "非常满意", "code": "1", "count": 81},
        {"stars": 4, "name": "满意", "code": "2", "count": 6},
        {"stars": 3, "name": "基本满意", "code": "3", "count": 7},
        {"stars": 2, "name": "不满意", "code": "4", "count": 1},
        {"stars": 1, "name": "非常不满意", "code": "5", "count": 1},
    ]))]
    pub distribution: Vec<ReviewLevelCount>,
    /// Share of reviews with three stars or more; absent without reviews (满意率).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 0.9792)]
    pub satisfaction: Option<f64>,
    /// How sure it is: Wilson's interval at 95 % (置信区间).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfaction_interval: Option<Interval>,
    /// Share of the cases that could be reviewed and were; absent without any (主动参评率).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 0.8)]
    pub participation: Option<f64>,
    /// Default ratings, apart.
    pub defaults: ReviewDefaults,
    /// Without what signals name.
    pub unsuspected: ReviewsUnsuspected,
    /// Bad reviews.
    pub handling: ReviewHandlingFigures,
}

impl ReviewFigures {
    /// Figures of what was counted, and of what of it signals name.
    pub fn of(counts: &Counts, suspects: [i64; 5]) -> Self {
        let tally = Tally { opened: counts.get("opened"), by_stars: counts.by_stars() };
        let distribution = Level::ALL.map(|level| ReviewLevelCount {
            stars: level.stars(),
            name: level.name_zh().to_owned(),
            code: level.code().to_owned(),
            count: tally.at(level),
        });
        let used = Tally { opened: tally.opened, by_stars: [0, 0, counts.get("used"), 0, 0] };
        Self {
            opened: tally.opened,
            count: tally.given(),
            mean_stars: tally.mean_stars(),
            distribution: distribution.into(),
            satisfaction: tally.satisfaction(),
            satisfaction_interval: sure(&tally),
            participation: used.participation(),
            defaults: defaults(counts, &tally),
            unsuspected: unsuspected(&tally, suspects),
            handling: handling(counts, &tally),
        }
    }
}

fn sure(tally: &Tally) -> Option<Interval> {
    Interval::wilson(tally.content(), tally.given())
}

fn defaults(counts: &Counts, tally: &Tally) -> ReviewDefaults {
    let (count, content) = (counts.get("defaulted"), counts.get("defaulted_content"));
    let mut with = *tally;
    with.by_stars[2] += content;
    with.by_stars[1] += count - content;
    ReviewDefaults { count, satisfaction_with: with.satisfaction() }
}

fn unsuspected(tally: &Tally, suspects: [i64; 5]) -> ReviewsUnsuspected {
    // Signals are looked for from time to time; a review excluded meanwhile may still be among them.
    let left = std::array::from_fn(|place| (tally.by_stars[place] - suspects[place]).max(0));
    let left = Tally { opened: tally.opened, by_stars: left };
    ReviewsUnsuspected {
        suspected: tally.given() - left.given(),
        count: left.given(),
        mean_stars: left.mean_stars(),
        satisfaction: left.satisfaction(),
        satisfaction_interval: sure(&left),
    }
}

fn handling(counts: &Counts, tally: &Tally) -> ReviewHandlingFigures {
    ReviewHandlingFigures {
        bad: tally.given() - tally.content(),
        verified: counts.get("verified"),
        verified_in_time: counts.get("verified_in_time"),
        answered: counts.get("answered"),
        answered_in_time: counts.get("answered_in_time"),
        put_right: counts.get("put_right"),
        put_right_in_time: counts.get("put_right_in_time"),
        called_back: counts.get("called_back"),
        called_back_content: counts.get("called_back_content"),
        excluded: counts.get("excluded"),
    }
}
