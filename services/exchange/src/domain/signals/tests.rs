//! A city with planted misuse, and thresholds at their limits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Duration, TimeZone as _};
use tongban_kernel::civil_date;

use super::*;
use crate::domain::samples::ground;

/// The thresholds of the sample data: what is published is what is tested.
fn rules() -> ReadingSignalRules {
    ground().rules.signals.clone()
}

/// SplitMix64: the same city every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: i64) -> i64 {
        i64::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
}

const OFFICERS: i64 = 60;
const BODIES: i64 = 12;
const PAST: i64 = 60;
const DAYS: i64 = 14;
/// A person of the city; some hand in more than once.
const PEOPLE: i64 = 40_000;

/// Midnight in China of a day of the city; the first one is a Monday.
fn midnight(day: i64) -> DateTime<Utc> {
    chrono::Utc.with_ymd_and_hms(2026, 1, 4, 16, 0, 0).unwrap() + Duration::days(day)
}

struct City {
    dice: Dice,
    seen: Vec<Seen>,
    planted: BTreeMap<String, &'static str>,
}

impl City {
    fn add(
        &mut self,
        planted: Option<&'static str>,
        officer: i64,
        second: i64,
        day: i64,
    ) -> &mut Seen {
        let number = self.seen.len();
        let at = midnight(day) + Duration::seconds(second);
        let one = Seen {
            id: format!("c{number:06}"),
            who: format!("officer{officer}"),
            body: format!("b{}", officer % BODIES),
            grant: format!("g{}", officer % BODIES),
            subject: Some(format!("p{}", self.dice.below(PEOPLE))),
            answered: true,
            case: CaseFit::Fits,
            outside: false,
            day: civil_date(at),
            at,
        };
        if let Some(planted) = planted {
            self.planted.insert(one.id.clone(), planted);
        }
        self.seen.push(one);
        self.seen.last_mut().unwrap()
    }

    /// Officers read for 6 to 19 cases a business day, some stay longer, some mistype; one system checks by night.
    fn honest(&mut self, day: i64) {
        let ground = ground();
        if ground.calendar.is_business_day(civil_date(midnight(day))).unwrap() {
            for officer in 0..OFFICERS {
                for _ in 0..6 + self.dice.below(14) {
                    let late = self.dice.percent(1);
                    let second = match late {
                        true => 66_600 + self.dice.below(5_000),
                        false => 30_600 + self.dice.below(32_000),
                    };
                    let person = format!("p{}", self.dice.below(PEOPLE));
                    for reading in 0..1 + self.dice.below(3) {
                        let chance = self.dice.below(1_000);
                        let one = self.add(None, officer, second + reading * 20, day);
                        one.subject = Some(person.clone());
                        match chance {
                            // A spouse, a number of a line system, a case closed a moment ago, a slip.
                            0..30 => one.case = CaseFit::OtherSubject,
                            30..40 => one.case = CaseFit::Unknown,
                            40..43 => one.case = CaseFit::NotOpen,
                            43..60 => one.answered = false,
                            _ => {}
                        }
                    }
                }
            }
        }
        for check in 0..150 + self.dice.below(20) {
            let second = 7_200 + check * 10;
            let one = self.add(None, 0, second, day);
            (one.who, one.grant) = ("night system".to_owned(), "night".to_owned());
            one.case = CaseFit::NotNeeded;
        }
        // Once a month somebody draws up statistics by a grant of the own.
        if midnight(day).day() == 5 {
            for call in 0..15 {
                let one = self.add(None, 3, 36_000 + call * 30, day);
                (one.who, one.grant) = ("statistics".to_owned(), "statistics".to_owned());
                one.case = CaseFit::NotNeeded;
            }
        }
    }

    fn plant(&mut self) {
        // Curiosity by night and on days off.
        for night in 0..25 {
            for call in 0..12 {
                let day = PAST + night % DAYS;
                let one = self.add(Some("by night"), night * 2, 75_000 + call * 300, day);
                one.case = CaseFit::NotNeeded;
            }
        }
        // Somebody sells data: many people within a day.
        for sale in 0..4 {
            for call in 0..100 {
                self.add(Some("sold"), sale * 7 + 1, 32_000 + call * 120, PAST + sale);
            }
        }
        // Numbers of cases that are closed, others' or invented.
        for officer in 0..12 {
            for call in 0..16 {
                let one = self.add(
                    Some("no case"),
                    officer + 20,
                    40_000 + call * 200,
                    PAST + 8 + officer % 3,
                );
                one.case =
                    [CaseFit::Unknown, CaseFit::NotOpen, CaseFit::OtherSubject][call as usize % 3];
            }
        }
        // A former spouse, a neighbour: looked up every day.
        for officer in 0..15 {
            for call in 0..10 {
                let one = self.add(Some("looked up"), officer + 30, 45_000, PAST + call);
                one.subject = Some(format!("spouse{officer}"));
            }
        }
        // Somebody who was in the news.
        for person in 0..5 {
            for officer in 0..20 {
                let one = self.add(
                    Some("in the news"),
                    officer * 3,
                    50_000 + officer * 60,
                    PAST + 9 + person % 2,
                );
                one.subject = Some(format!("news{person}"));
            }
        }
        // Somebody tries which fields come.
        for officer in 0..10 {
            for call in 0..12 {
                let one = self.add(Some("tried"), officer + 5, 64_000 + call * 60, PAST + 3);
                (one.answered, one.who) = (false, format!("trying{officer}"));
            }
        }
        // A grant that nobody had used since it was given.
        for grant in 0..5 {
            for call in 0..45 {
                let one = self.add(Some("woken"), grant, 34_000 + call * 60, PAST + 7 + grant % 2);
                (one.who, one.grant) = (format!("woken{grant}"), format!("forgotten{grant}"));
            }
        }
        // Some keep below every threshold.
        for call in 0..30 {
            let one = self.add(Some("patient"), call, 52_000, PAST + call % 4);
            one.case = CaseFit::OtherSubject;
        }
    }

    /// What the calls so far are, to those that follow; the city forgets them.
    fn remembered(&mut self) -> Past {
        let mut past = Past::default();
        let mut days: BTreeMap<(String, NaiveDate), BTreeSet<String>> = BTreeMap::new();
        for one in self.seen.drain(..) {
            let habit = past.callers.entry(one.who.clone()).or_default();
            habit.calls += 1;
            habit.outside += u64::from(one.outside);
            let last = past.grants.entry(one.grant).or_insert(one.at);
            *last = one.at.max(*last);
            days.entry((one.who, one.day)).or_default().extend(one.subject);
        }
        for ((who, _), people) in days {
            let habit = past.callers.get_mut(&who).unwrap();
            habit.days += 1;
            habit.busiest = habit.busiest.max(many(people.len()));
        }
        for grant in 0..5 {
            past.grants.insert(format!("forgotten{grant}"), midnight(2));
        }
        past
    }

    fn look_at_the_clock(&mut self) {
        let (rules, ground) = (rules(), ground());
        for one in &mut self.seen {
            one.outside = rules.outside(&ground.calendar, &one.body, one.at);
        }
    }
}

#[test]
fn a_city_with_planted_misuse() {
    let mut city = City { dice: Dice(20_260_311), seen: Vec::new(), planted: BTreeMap::new() };
    for day in 0..PAST {
        city.honest(day);
    }
    city.look_at_the_clock();
    let past = city.remembered();
    for day in PAST..PAST + DAYS {
        city.honest(day);
    }
    // Identifiers of what was forgotten are used again.
    city.planted.clear();
    city.plant();
    city.look_at_the_clock();
    let found = signals(&rules(), &city.seen, &past);
    let named: BTreeSet<&String> = found.iter().flat_map(|signal| &signal.evidence).collect();
    let mut by_kind: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (id, kind) in &city.planted {
        let (hits, all) = by_kind.entry(kind).or_default();
        *hits += usize::from(named.contains(id));
        *all += 1;
    }
    let hits: usize = by_kind.values().map(|(hits, _)| hits).sum();
    let honest = city.seen.len() - city.planted.len();
    let alarms = named.len() - hits;
    let mut by_signal: BTreeMap<SignalKind, usize> = BTreeMap::new();
    for signal in &found {
        let honest = signal.evidence.iter().filter(|id| !city.planted.contains_key(*id));
        *by_signal.entry(signal.kind).or_default() += honest.count();
    }
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    println!("{by_kind:?}; {alarms} false alarms among {honest} honest calls: {by_signal:?}");
    assert!(honest > 10_000 && city.planted.len() > 1_000);
    assert!(share(hits, city.planted.len()) >= 0.95, "{by_kind:?}");
    assert!(share(alarms, honest) <= 0.01, "{alarms} of {honest}: {by_signal:?}");
    // What keeps below every published threshold is not found, and nobody should think so.
    let (patient, _) = by_kind["patient"];
    assert!(patient < 10);
    assert_eq!(found, signals(&rules(), &city.seen, &past), "the same again");
}

/// Calls of one officer about different people, so many seconds after one another, on a Wednesday from ten on.
fn row(number: u32, seconds: i64, bend: impl Fn(i64, &mut Seen)) -> Vec<Seen> {
    let mut city = City { dice: Dice(1), seen: Vec::new(), planted: BTreeMap::new() };
    for place in 0..i64::from(number) {
        let one = city.add(None, 1, 36_000 + place * seconds, 65);
        one.subject = Some(format!("s{place}"));
        bend(place, one);
    }
    city.seen
}

fn kinds(seen: &[Seen], past: &Past) -> Vec<(SignalKind, usize)> {
    let found = signals(&rules(), seen, past);
    found.iter().map(|signal| (signal.kind, signal.evidence.len())).collect()
}

fn known(habit: Habit) -> Past {
    Past { callers: [("officer1".to_owned(), habit)].into(), ..Past::default() }
}

#[test]
fn thresholds_are_the_published_ones() {
    let (rules, none) = (rules(), Past::default());
    let exact = |number: &rules::Threshold, kind, bend: &dyn Fn(i64, &mut Seen)| {
        let least = number.value;
        assert_eq!(kinds(&row(least, 30, bend), &none), [(kind, least as usize)]);
        assert_eq!(kinds(&row(least - 1, 30, bend), &none), []);
    };
    exact(&rules.outside_calls, SignalKind::Hours, &|_, one| one.outside = true);
    exact(&rules.case_calls, SignalKind::Case, &|_, one| one.case = CaseFit::NotOpen);
    exact(&rules.repeated, SignalKind::Repeated, &|_, one| one.subject = Some("s".to_owned()));
    exact(&rules.refused, SignalKind::Refused, &|_, one| one.answered = false);
    exact(&rules.subjects_new, SignalKind::Subjects, &|_, _| {});
    exact(&rules.crowd, SignalKind::Crowd, &|place, one| {
        (one.who, one.subject) = (format!("o{place}"), Some("s".to_owned()));
    });
    let slow = row(rules.refused.value, 3_600, |_, one| one.answered = false);
    assert_eq!(kinds(&slow, &none), [], "over hours");
    let interrupted = row(rules.refused.value * 2 - 1, 30, |place, one| {
        one.answered = place == i64::from(rules.refused.value) - 1;
    });
    assert_eq!(kinds(&interrupted, &none), [], "not in a row");
    let few = row(rules.case_calls.value * 5, 30, |place, one| {
        one.case = if place < 5 { CaseFit::Unknown } else { CaseFit::Fits };
    });
    assert_eq!(kinds(&few, &known(Habit { days: 30, busiest: 200, ..Habit::default() })), []);
}

#[test]
fn a_habit_is_no_signal() {
    let rules = rules();
    let night = row(rules.outside_calls.value * 2, 30, |_, one| one.outside = true);
    let habit = Habit { days: 30, calls: 100, outside: 90, busiest: 50 };
    assert_eq!(kinds(&night, &known(habit)), []);
    let seldom = Habit { outside: 1, ..habit };
    assert_eq!(kinds(&night, &known(seldom))[0].0, SignalKind::Hours);
    let twice = habit.busiest * rules.subjects_share.value / 100;
    assert_eq!(kinds(&row(twice, 30, |_, _| {}), &known(habit))[0].0, SignalKind::Subjects);
    assert_eq!(kinds(&row(twice - 1, 30, |_, _| {}), &known(habit)), []);
}

#[test]
fn a_grant_wakes_after_silence_alone() {
    let rules = rules();
    let calls = row(rules.silent_calls.value, 30, |_, _| {});
    let used = |days: i64| Past {
        grants: [("g1".to_owned(), calls[0].at - Duration::days(days))].into(),
        ..known(Habit { days: 30, calls: 900, outside: 0, busiest: 500 })
    };
    let silent = i64::from(rules.silent_days.value);
    assert_eq!(kinds(&calls, &used(silent)), [(SignalKind::Silent, calls.len())]);
    assert_eq!(kinds(&calls, &used(silent - 1)), []);
    assert_eq!(kinds(&calls[1..], &used(silent + 1)), [], "too few");
}

#[test]
fn hours_are_those_of_the_body_and_nothing_is_guessed_beyond_the_calendar() {
    let (mut rules, ground) = (rules(), ground());
    let outside = |rules: &ReadingSignalRules, body: &str, at: &str| {
        rules.outside(&ground.calendar, body, at.parse().unwrap())
    };
    assert!(!outside(&rules, "b", "2026-03-11T02:00:00Z"));
    assert!(outside(&rules, "b", "2026-03-11T13:00:00Z"), "nine in the evening");
    assert!(outside(&rules, "b", "2026-03-14T02:00:00Z"), "a Saturday");
    assert!(!outside(&rules, "b", "2026-02-28T02:00:00Z"), "a Saturday that is worked");
    let mut hall = rules.hours[0].clone();
    (hall.body, hall.every_day) = (Some("hall".to_owned()), true);
    rules.hours.push(hall);
    assert!(!outside(&rules, "hall", "2026-03-14T02:00:00Z"));
    assert!(!outside(&rules, "b", "2099-03-11T02:00:00Z"));
    assert!(rules.check().is_ok());
    rules.hours.remove(0);
    assert!(rules.check().is_err());
}

#[test]
fn a_method_that_contradicts_itself_is_refused() {
    let refused = |bend: &dyn Fn(&mut ReadingSignalRules)| {
        let mut rules = rules();
        bend(&mut rules);
        rules.check().unwrap_err()
    };
    assert!(refused(&|rules| rules.source = " ".to_owned()).contains("no source"));
    assert!(refused(&|rules| rules.hours.push(rules.hours[0].clone())).contains("twice"));
    assert!(refused(&|rules| rules.hours[0].closes = rules.hours[0].opens).contains("closes"));
    assert!(refused(&|rules| rules.case_share.value = 101).contains("above 100"));
    assert!(refused(&|rules| rules.crowd.value = 0).contains("is 0"));
    assert!(refused(&|rules| rules.refused.meaning.clear()).contains("meaning"));
}
