//! What reviews add up to (评价统计).

use super::level::Level;

/// Rights opened, and reviews given by level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rights opened (应评数).
    pub opened: i64,
    /// Reviews of 1, 2, 3, 4 and 5 stars.
    pub by_stars: [i64; 5],
}

impl Tally {
    /// Reviews at `level`.
    pub fn at(&self, level: Level) -> i64 {
        self.by_stars[usize::from(level.stars()) - 1]
    }

    /// Reviews given (评价数).
    pub fn given(&self) -> i64 {
        self.by_stars.iter().sum()
    }

    /// Mean of the stars, to two decimals; none without reviews.
    pub fn mean_stars(&self) -> Option<f64> {
        let stars: i64 =
            Level::ALL.map(|level| i64::from(level.stars()) * self.at(level)).iter().sum();
        share(stars, self.given(), 100.0)
    }

    /// Share of reviews with three stars or more (满意率), to four decimals; none without reviews.
    pub fn satisfaction(&self) -> Option<f64> {
        share(self.content(), self.given(), 10_000.0)
    }

    /// Reviews with three stars or more (满意数).
    pub fn content(&self) -> i64 {
        let levels = Level::ALL.into_iter().filter(|level| level.is_content());
        levels.map(|level| self.at(level)).sum()
    }

    /// Share of rights used (参评率), to four decimals; none without rights.
    pub fn participation(&self) -> Option<f64> {
        share(self.given(), self.opened, 10_000.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "no city has 2^52 cases")]
fn share(part: i64, whole: i64, precision: f64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 * precision / whole as f64).round() / precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_mean() {
        let tally = Tally { opened: 6, by_stars: [1, 0, 1, 0, 1] };
        assert_eq!(tally.given(), 3);
        assert_eq!(tally.mean_stars(), Some(3.0));
        assert_eq!(tally.satisfaction(), Some(0.6667));
        assert_eq!(tally.participation(), Some(0.5));
        assert_eq!(tally.at(Level::VerySatisfied), 1);
    }

    #[test]
    fn nothing_has_no_share() {
        let tally = Tally { opened: 2, by_stars: [0; 5] };
        assert_eq!((tally.mean_stars(), tally.satisfaction()), (None, None));
        assert_eq!(tally.participation(), Some(0.0));
        assert_eq!(Tally::default().participation(), None);
    }
}
