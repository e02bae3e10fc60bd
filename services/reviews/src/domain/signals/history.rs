//! Days on which a matter's reviews are unlike its own history.

use chrono::NaiveDate;
use tongban_kernel::civil_date;

use super::bursts::grouped;
use super::{Past, Seen, Signal, SignalKind, SignalRule};

/// Days of matters that differ from their history in the share of best or of bad reviews, or in their number.
pub(super) fn against_history(
    rule: &SignalRule,
    ordered: &[&Seen],
    past: &dyn Fn(&str, &str) -> Past,
) -> Vec<Signal> {
    let by_day = |one: &Seen| {
        let day = civil_date(one.given_at);
        Some(format!("{}@{}@{day}", one.matter, one.body))
    };
    let mut found = Vec::new();
    for reviews in grouped(ordered.iter().copied(), by_day).into_values() {
        let Some(first) = reviews.first() else { continue };
        let past = past(&first.matter, &first.body);
        let common = format!("{}@{}", first.matter, first.body);
        let day = civil_date(first.given_at);
        for group in [Group::Best, Group::Bad] {
            found.extend(group.unlike(rule, &past, &common, day, &reviews));
        }
    }
    found
}

/// Which reviews are counted.
#[derive(Clone, Copy)]
enum Group {
    Best,
    Bad,
}

impl Group {
    fn holds(self, stars: u8) -> bool {
        match self {
            Self::Best => stars == 5,
            Self::Bad => stars <= 2,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Best => "五星评价",
            Self::Bad => "差评",
        }
    }

    fn unlike(
        self,
        rule: &SignalRule,
        past: &Past,
        common: &str,
        day: NaiveDate,
        reviews: &[&Seen],
    ) -> Option<Signal> {
        let before: i64 = past.by_stars.iter().sum();
        let all = i64::try_from(reviews.len()).ok()?;
        if all < rule.least_day || before < rule.least_history || past.days < 1 {
            return None;
        }
        let of_group: i64 = (1_u8..)
            .zip(past.by_stars)
            .filter(|(stars, _)| self.holds(*stars))
            .map(|(_, count)| count)
            .sum();
        let evidence: Vec<&Seen> =
            reviews.iter().copied().filter(|one| self.holds(one.level.stars())).collect();
        let hits = i64::try_from(evidence.len()).ok()?;
        // One more of each kind, so that what never happened is not taken for impossible.
        let share = (of_group + 1) as f64 / (before + 2) as f64;
        let above = hits as f64 / all as f64 - share;
        let unlike_share = above * 100.0 >= f64::from(rule.history_points)
            && binomial_tail(all, hits, share) * 1e6 < f64::from(rule.history_chance_ppm);
        let expected = (of_group + 1) as f64 / past.days as f64;
        let unlike_count = hits >= rule.least_day
            && poisson_tail(expected, hits) * 1e6 < f64::from(rule.count_chance_ppm);
        if !unlike_share && !unlike_count {
            return None;
        }
        let method = format!(
            "{day} {} {hits} 件（当日共 {all} 件）；此前 {} 天内占 {:.1}%，日均 {expected:.2} 件；仅凭偶然达到的概率低于百万分之 {}",
            self.name(),
            past.days,
            share * 100.0,
            if unlike_share { rule.history_chance_ppm } else { rule.count_chance_ppm },
        );
        Signal::of(SignalKind::History, common, method, &evidence)
    }
}

/// The probability of `hits` or more of `all` when each is one with probability `share`.
fn binomial_tail(all: i64, hits: i64, share: f64) -> f64 {
    let (odds, all) = (share.ln() - (1.0 - share).ln(), all.max(0));
    let mut log = all as f64 * (1.0 - share).ln();
    let mut sum = if hits <= 0 { log.exp() } else { 0.0 };
    for count in 1..=all {
        log += ((all - count + 1) as f64).ln() - (count as f64).ln() + odds;
        if count >= hits {
            sum += log.exp();
        }
    }
    sum
}

/// The probability of `hits` or more when `expected` are expected.
fn poisson_tail(expected: f64, hits: i64) -> f64 {
    let (mut term, mut below) = ((-expected).exp(), 0.0);
    for count in 0..hits {
        below += term;
        term *= expected / (count + 1) as f64;
    }
    (1.0_f64 - below).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_of_known_distributions() {
        assert!((binomial_tail(10, 8, 0.5) - 56.0 / 1024.0).abs() < 1e-9);
        assert!((binomial_tail(3, 0, 0.2) - 1.0).abs() < 1e-9);
        assert!((binomial_tail(4, 4, 0.1) - 1e-4).abs() < 1e-9);
        assert!((poisson_tail(1.0, 1) - (1.0 - (-1.0_f64).exp())).abs() < 1e-9);
        assert!((poisson_tail(2.0, 0) - 1.0).abs() < 1e-9);
    }
}
