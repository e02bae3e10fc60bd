//! Scores of bodies by a published, versioned formula (绩效考核评分).
//!
//! A score is a function of numbers that are exported beside it, so that anyone can compute it again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Counts;

/// The published formula of scores (评分办法).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewScoreRule)]
pub struct ScoreRule {
    /// Version.
    #[schema(example = "2026-1")]
    pub version: String,
    /// Where it comes from (依据).
    #[schema(example = "平台公布的评价绩效评分办法（示例）")]
    pub source: String,
    /// Fewest reviews for a score; with fewer there is none.
    #[schema(example = 10)]
    pub least_reviews: i64,
    /// Points of the satisfaction rate.
    #[schema(example = 50)]
    pub satisfaction: i64,
    /// Points of participation.
    #[schema(example = 10)]
    pub participation: i64,
    /// Participation, in ten thousandths, from which on its points are full.
    #[schema(example = 5000)]
    pub participation_full: i64,
    /// Points of bad reviews answered in time.
    #[schema(example = 20)]
    pub answered_in_time: i64,
    /// Points of bad reviews put right in time.
    #[schema(example = 10)]
    pub put_right_in_time: i64,
    /// Points of call-backs with a content applicant.
    #[schema(example = 10)]
    pub called_back_content: i64,
}

/// A score and what it is made of, in hundredths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReviewScore)]
pub struct Score {
    /// 满意率得分
    #[schema(example = 4896)]
    pub satisfaction: i64,
    /// 参评率得分
    #[schema(example = 1000)]
    pub participation: i64,
    /// 差评按时答复得分
    #[schema(example = 2000)]
    pub answered_in_time: i64,
    /// 差评按时整改得分
    #[schema(example = 1000)]
    pub put_right_in_time: i64,
    /// 回访满意得分
    #[schema(example = 500)]
    pub called_back_content: i64,
    /// 总分
    #[schema(example = 9396)]
    pub total: i64,
}

impl ScoreRule {
    /// The score of what was counted; none with too few reviews.
    ///
    /// Every part is its points times a share, rounded down to hundredths. Bad reviews that were not answered, put right
    /// or called back count as not done in time; without bad reviews these parts are full.
    pub fn score(&self, counts: &Counts) -> Option<Score> {
        let [one, two, three, four, five] = counts.by_stars();
        let (given, bad) = (one + two + three + four + five, one + two);
        if given < self.least_reviews.max(1) {
            return None;
        }
        let full_at = self.participation_full.max(1) * counts.get("opened");
        let of_bad = |points, name| part(points, counts.get(name), bad);
        let satisfaction = part(self.satisfaction, given - bad, given);
        let participation = part(self.participation, counts.get("used") * 10_000, full_at);
        let answered_in_time = of_bad(self.answered_in_time, "answered_in_time");
        let put_right_in_time = of_bad(self.put_right_in_time, "put_right_in_time");
        let called_back_content = of_bad(self.called_back_content, "called_back_content");
        let total = satisfaction
            + participation
            + answered_in_time
            + put_right_in_time
            + called_back_content;
        Some(Score {
            satisfaction,
            participation,
            answered_in_time,
            put_right_in_time,
            called_back_content,
            total,
        })
    }
}

/// Hundredths of `points` for `done` of `all`: at most all of them, and all of them of nothing.
fn part(points: i64, done: i64, all: i64) -> i64 {
    let whole = points * 100;
    match all {
        ..=0 => whole,
        _ => (whole * done / all).clamp(0, whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> ScoreRule {
        serde_json::from_str(include_str!("../../../../../data/reviews/score-rule.json")).unwrap()
    }

    fn counts(of: &[(&str, i64)]) -> Counts {
        let mut counts = Counts::default();
        for (name, number) in of {
            let place = Counts::NAMES.iter().position(|one| one == name).unwrap();
            counts.0[place] = *number;
        }
        counts
    }

    #[test]
    fn points_add_up_to_a_hundred() {
        let rule = rule();
        let all = counts(&[("opened", 20), ("used", 20), ("five", 20)]);
        assert_eq!(rule.score(&all).unwrap().total, 10_000);
    }

    #[test]
    fn every_part_is_a_share() {
        let rule = rule();
        let mixed = counts(&[
            ("opened", 100),
            ("used", 25),
            ("five", 20),
            ("two", 3),
            ("one", 2),
            ("answered", 5),
            ("answered_in_time", 4),
            ("put_right_in_time", 2),
            ("called_back_content", 1),
        ]);
        let score = rule.score(&mixed).unwrap();
        assert_eq!(score.satisfaction, rule.satisfaction * 100 * 20 / 25);
        assert_eq!(
            score.participation,
            rule.participation * 100 * 25 * 10_000 / (rule.participation_full * 100)
        );
        assert_eq!(score.answered_in_time, rule.answered_in_time * 80);
        assert_eq!(score.put_right_in_time, rule.put_right_in_time * 40);
        assert_eq!(score.called_back_content, rule.called_back_content * 20);
    }

    #[test]
    fn few_reviews_have_no_score() {
        let rule = rule();
        assert_eq!(rule.score(&counts(&[("opened", 100), ("five", rule.least_reviews - 1)])), None);
    }
}
