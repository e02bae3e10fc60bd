//! The cases of a year, in the order of their arrival.

use chrono::{Datelike as _, Days, NaiveDate};

use super::Profile;
use crate::Dice;

/// How a case ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Taken back by its applicant before it is accepted.
    Withdrawn,
    /// Not accepted.
    NotAccepted,
    /// Accepted and denied.
    Denied,
    /// Accepted and approved.
    Approved,
}

/// One case to be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Hour of the year in which it arrives.
    pub hour: u32,
    /// Which of the profile's matters.
    pub matter: usize,
    /// Chooses people: taken modulo however many there are.
    pub draw: u32,
    /// Whether it is handed in incomplete at first.
    pub corrected: bool,
    /// How it ends.
    pub end: End,
    /// Stars of its review, if there is one.
    pub stars: Option<u8>,
}

/// All cases of a year, or of a share of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The cases, by arrival.
    pub cases: Vec<Case>,
}

impl Plan {
    /// Draws `share` (above 0, up to 1) of the year that `profile` describes.
    pub fn draw(profile: &Profile, share: f64) -> Self {
        let mut dice = Dice::new(profile.seed);
        let hours = Wheel::of(hours(profile).into_iter());
        let matters = Wheel::of(profile.matters.iter().map(|matter| u64::from(matter.weight)));
        let stars = Wheel::of(profile.stars.iter().map(|weight| u64::from(*weight)));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count"
        )]
        let count = (f64::from(profile.cases) * share).round().max(1.0) as usize;
        let mut cases: Vec<Case> = (0..count)
            .map(|_| {
                let end = end(profile, dice.share());
                let decided = matches!(end, End::Denied | End::Approved);
                let reviewed = decided && dice.share() < profile.reviewed;
                Case {
                    hour: u32::try_from(hours.turn(&mut dice)).unwrap_or_default(),
                    matter: matters.turn(&mut dice),
                    draw: dice.number(),
                    corrected: dice.share() < profile.corrected,
                    end,
                    stars: reviewed.then(|| u8::try_from(stars.turn(&mut dice) + 1).unwrap_or(5)),
                }
            })
            .collect();
        cases.sort_by_key(|case| case.hour);
        Self { cases }
    }

    /// Cases of the hour in which most arrive.
    pub fn busiest_hour(&self) -> usize {
        self.cases.chunk_by(|one, other| one.hour == other.hour).map(<[_]>::len).max().unwrap_or(0)
    }
}

fn end(profile: &Profile, drawn: f64) -> End {
    let withdrawn = profile.withdrawn;
    let not_accepted = withdrawn + profile.not_accepted;
    let denied = not_accepted + profile.denied;
    match drawn {
        drawn if drawn < withdrawn => End::Withdrawn,
        drawn if drawn < not_accepted => End::NotAccepted,
        drawn if drawn < denied => End::Denied,
        _ => End::Approved,
    }
}

/// The weight of every hour of the year.
fn hours(profile: &Profile) -> Vec<u64> {
    let first = NaiveDate::from_ymd_opt(profile.year, 1, 1).unwrap_or_default();
    let mut weights = Vec::with_capacity(366 * 24);
    for day in 0..366 {
        let Some(date) = first.checked_add_days(Days::new(day)) else { break };
        if date.year() != first.year() {
            break;
        }
        let month = profile.months.get(date.month0() as usize).copied().unwrap_or_default();
        let weekday = date.weekday().num_days_from_monday() as usize;
        let weekday = profile.weekdays.get(weekday).copied().unwrap_or_default();
        let day = u64::from(month) * u64::from(weekday);
        weights.extend(profile.hours.iter().map(|hour| day * u64::from(*hour)));
    }
    weights
}

/// A wheel of fortune with fields of different widths.
struct Wheel(Vec<u64>);

impl Wheel {
    fn of(weights: impl Iterator<Item = u64>) -> Self {
        let mut sum = 0;
        Self(
            weights
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    fn turn(&self, dice: &mut Dice) -> usize {
        let whole = self.0.last().copied().unwrap_or(1).max(1);
        let at = dice.next() % whole;
        self.0.partition_point(|end| *end <= at)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn profile() -> Profile {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/year/profile.json");
        Profile::read(&data).unwrap()
    }

    #[test]
    fn the_same_seed_is_the_same_year() {
        let profile = profile();
        let plan = Plan::draw(&profile, 0.01);
        assert_eq!(plan, Plan::draw(&profile, 0.01));
        let other = Profile { seed: profile.seed + 1, ..profile };
        assert_ne!(plan, Plan::draw(&other, 0.01));
    }

    #[test]
    fn a_year_is_what_its_profile_says() {
        let profile = profile();
        let plan = Plan::draw(&profile, 1.0);
        assert_eq!(plan.cases.len(), 174_194);
        assert!(plan.cases.is_sorted_by_key(|case| case.hour));
        let share = |of: &dyn Fn(&Case) -> bool| {
            plan.cases.iter().filter(|case| of(case)).count() as f64 / plan.cases.len() as f64
        };
        let near = |found: f64, wanted: f64| (found - wanted).abs() < 0.005;
        assert!(near(share(&|case| case.corrected), profile.corrected));
        assert!(near(share(&|case| case.end == End::Withdrawn), profile.withdrawn));
        assert!(near(share(&|case| case.end == End::NotAccepted), profile.not_accepted));
        assert!(near(share(&|case| case.end == End::Denied), profile.denied));
        assert!(near(share(&|case| case.stars.is_some()), 0.95 * profile.reviewed));
        let stars = [1, 2, 3, 4, 5].map(|stars| share(&|case| case.stars == Some(stars)));
        assert!(stars.iter().all(|share| *share > 0.0), "all five levels: {stars:?}");
        let night = share(&|case| case.hour % 24 < 6);
        assert!(night < f64::EPSILON, "nobody applies at night");
        let even = plan.cases.len() / (365 * 24);
        assert!(plan.busiest_hour() > 4 * even, "there are peaks: {}", plan.busiest_hour());
    }
}
