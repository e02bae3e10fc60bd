//! A city with planted manipulation, and rules at their limits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeZone as _;

use super::*;

/// The rule of the sample data: what is published is what is tested.
fn rule() -> SignalRule {
    serde_json::from_str(include_str!("../../../../../data/reviews/signal-rule.json")).unwrap()
}

fn none(_: &str, _: &str) -> Past {
    Past::default()
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

const BODIES: i64 = 10;
const OFFICERS: i64 = 4;
const MATTERS: i64 = 6;
const PAST: i64 = 180;
const DAYS: i64 = 30;

/// Nine in the morning of a day of the city.
fn morning(day: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 1, 0, 0).unwrap() + Duration::days(day)
}

struct City {
    dice: Dice,
    seen: Vec<Seen>,
    planted: BTreeMap<String, &'static str>,
}

impl City {
    fn add(&mut self, planted: Option<&'static str>, bend: impl FnOnce(&mut Seen, &mut Dice)) {
        let number = self.seen.len();
        let (body, officer) = (self.dice.below(BODIES), self.dice.below(OFFICERS));
        let matter = self.dice.below(MATTERS);
        let at = morning(PAST);
        let mut one = Seen {
            id: format!("r{number:06}"),
            matter: format!("m{matter}"),
            body: format!("b{body}"),
            officer: Some(format!("b{body}o{officer}")),
            channel: ReviewChannel::QrCode,
            device: Some(format!("own{number}")),
            network: Some(format!("mobile{}", self.dice.below(100_000))),
            level: Level::VerySatisfied,
            text: None,
            closed_at: at,
            given_at: at,
        };
        bend(&mut one, &mut self.dice);
        if let Some(planted) = planted {
            self.planted.insert(one.id.clone(), planted);
        }
        self.seen.push(one);
    }

    /// Officers close a case every 8 to 25 minutes; one applicant in three has something to say.
    fn honest(&mut self, day: i64) {
        for body in 0..BODIES {
            for officer in 0..OFFICERS {
                let mut minute = self.dice.below(20);
                while minute < 8 * 60 {
                    minute += 8 + self.dice.below(17);
                    if !self.dice.percent(33) {
                        continue;
                    }
                    self.add(None, |one, dice| {
                        one.body = format!("b{body}");
                        one.officer = Some(format!("b{body}o{officer}"));
                        one.closed_at =
                            morning(day) + Duration::seconds(minute * 60 + dice.below(60));
                        let delay = match dice.below(1_000) {
                            // Somebody presses without reading.
                            0..3 => 8 + dice.below(7),
                            3..600 => 20 + dice.below(600),
                            _ => 600 + dice.below(60 * 60 * 30),
                        };
                        one.given_at = one.closed_at + Duration::seconds(delay);
                        let stars = match dice.below(100) {
                            0..2 => 1,
                            2..4 => 2,
                            4..8 => 3,
                            8..18 => 4,
                            _ => 5,
                        };
                        one.level = Level::of(stars).unwrap();
                        if dice.percent(40) {
                            one.network = Some(format!("hall{body}"));
                        }
                        if dice.percent(20) {
                            one.channel = ReviewChannel::Tablet;
                            one.device = Some(format!("tablet{body}"));
                            one.network = Some(format!("hall{body}"));
                        }
                        // Three in four write nothing that says much; some say what many say.
                        one.text = match dice.below(100) {
                            0..15 => Some(format!("own words {}", one.id)),
                            15..25 => Some(format!("common words {}", dice.below(30))),
                            _ => None,
                        };
                    });
                }
            }
        }
        // An agent hands in for others; now and then for as many as the rule asks about.
        let cases = if day % 10 == 0 { 4 } else { 2 };
        for case in 0..cases {
            self.add(None, |one, dice| {
                one.device = Some("agent".into());
                one.closed_at = morning(day) + Duration::minutes(90 * case + dice.below(30));
                one.given_at = one.closed_at + Duration::minutes(5);
            });
        }
    }

    fn plant(&mut self) {
        // Clerks press on a phone of their own for the day's applicants.
        for clerk in 0..20 {
            let day = PAST + 1 + clerk;
            for case in 0..12 {
                self.add(Some("one phone"), |one, dice| {
                    (one.body, one.officer) = ("b1".into(), Some(format!("b1o{}", clerk % 4)));
                    one.device = Some(format!("clerk{clerk}"));
                    one.closed_at = morning(day) + Duration::minutes(30 * case);
                    one.given_at =
                        morning(day) + Duration::seconds(8 * 3_600 + case * 300 + dice.below(60));
                });
            }
        }
        // The tablet under the desk is pressed as soon as a case is closed.
        for case in 0..200 {
            self.add(Some("under the desk"), |one, dice| {
                one.channel = ReviewChannel::Tablet;
                one.device = Some(format!("tablet{}", one.body));
                one.closed_at =
                    morning(PAST + 1 + case % 28) + Duration::seconds(dice.below(28_000));
                one.given_at = one.closed_at + Duration::seconds(2 + dice.below(10));
            });
        }
        // Colleagues' phones in one office.
        for office in 0..15 {
            for case in 0..10 {
                self.add(Some("one office"), |one, dice| {
                    (one.body, one.officer) = ("b2".into(), Some("b2o1".into()));
                    one.network = Some("office".into());
                    one.closed_at = morning(PAST + 2 + office);
                    one.given_at = morning(PAST + 2 + office)
                        + Duration::seconds(3_600 + case * 300 + dice.below(100));
                });
            }
        }
        // A script with ever new devices.
        for run in 0..10 {
            for _ in 0..15 {
                self.add(Some("script"), |one, dice| {
                    (one.body, one.matter) = ("b3".into(), "m1".into());
                    one.closed_at = morning(PAST + 3 + run);
                    one.given_at = one.closed_at + Duration::seconds(7_200 + dice.below(45));
                });
            }
        }
        // One text for all.
        for campaign in 0..20 {
            for _ in 0..8 {
                self.add(Some("copied"), |one, dice| {
                    one.body = format!("b{}", campaign % BODIES);
                    one.officer = Some(format!("b{}o{}", campaign % BODIES, campaign % 4));
                    one.text = Some(format!("copied {campaign}"));
                    one.closed_at = morning(PAST + 1 + campaign);
                    one.given_at = one.closed_at + Duration::minutes(10 + dice.below(3 * 24 * 60));
                });
            }
        }
        // A matter is lifted, another one is run down, over a day and from everywhere.
        for (day, stars, reviews) in [(4, 5, 40), (9, 5, 40), (15, 5, 60), (21, 1, 30), (26, 1, 45)]
        {
            for _ in 0..reviews {
                self.add(Some("flood"), |one, dice| {
                    (one.body, one.matter) = ("b4".into(), format!("m{}", day % MATTERS));
                    one.officer = None;
                    one.level = Level::of(stars).unwrap();
                    one.closed_at = morning(PAST + day);
                    one.given_at = one.closed_at + Duration::seconds(60 + dice.below(36_000));
                });
            }
        }
        // Some keep below every limit.
        for case in 0..30 {
            self.add(Some("patient"), |one, dice| {
                one.device = Some(format!("patient{}", case / 3));
                one.closed_at = morning(PAST + case % 28);
                one.given_at = one.closed_at + Duration::minutes(60 + dice.below(400));
            });
        }
    }
}

#[test]
fn a_city_with_planted_manipulation() {
    let mut city = City { dice: Dice(20_260_311), seen: Vec::new(), planted: BTreeMap::new() };
    for day in 0..PAST {
        city.honest(day);
    }
    let mut past: BTreeMap<(String, String), Past> = BTreeMap::new();
    for one in city.seen.drain(..) {
        let past = past.entry((one.matter, one.body)).or_default();
        past.days = PAST;
        past.by_stars[usize::from(one.level.stars()) - 1] += 1;
    }
    for day in PAST..PAST + DAYS {
        city.honest(day);
    }
    city.plant();
    let known = |matter: &str, body: &str| {
        past.get(&(matter.to_owned(), body.to_owned())).copied().unwrap_or_default()
    };
    let found = signals(&rule(), &city.seen, &known);
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
    println!("{by_kind:?}; {alarms} false alarms among {honest} honest reviews: {by_signal:?}");
    assert!(honest > 5_000 && city.planted.len() > 1_000);
    assert!(share(hits, city.planted.len()) >= 0.95, "{by_kind:?}");
    assert!(share(alarms, honest) <= 0.01, "{alarms} of {honest}: {by_signal:?}");
    // What keeps below every published limit is not found, and nobody should think so.
    let (patient, _) = by_kind["patient"];
    assert!(patient < 10);
    assert_eq!(found, signals(&rule(), &city.seen, &known), "the same again");
}

/// Reviews, so many seconds after one another.
fn row(number: i64, seconds: i64, bend: impl Fn(i64, &mut Seen)) -> Vec<Seen> {
    let at = morning(0);
    let each = (0..number).map(|place| {
        let mut one = Seen {
            id: format!("{place}"),
            matter: format!("m{place}"),
            body: "b".into(),
            officer: None,
            channel: ReviewChannel::QrCode,
            device: None,
            network: None,
            level: Level::Satisfied,
            text: None,
            closed_at: at,
            given_at: at + Duration::seconds(1_000 + place * seconds),
        };
        bend(place, &mut one);
        one
    });
    each.collect()
}

fn kinds(seen: &[Seen]) -> Vec<(SignalKind, usize)> {
    let found = signals(&rule(), seen, &none);
    found.iter().map(|signal| (signal.kind, signal.evidence.len())).collect()
}

#[test]
fn limits_are_the_published_ones() {
    let rule = rule();
    let device = |number, seconds| row(number, seconds, |_, one| one.device = Some("d".into()));
    let least = i64::try_from(rule.device.reviews).unwrap();
    assert_eq!(kinds(&device(least, 60)), [(SignalKind::Device, rule.device.reviews)]);
    assert_eq!(kinds(&device(least - 1, 60)), []);
    assert_eq!(kinds(&device(least, 60 * 60 * 24)), [], "over days");
    let shared = row(least, 60, |_, one| {
        (one.device, one.channel) = (Some("d".into()), ReviewChannel::Kiosk);
    });
    assert_eq!(kinds(&shared), [], "a kiosk is everybody's");

    let soon = |seconds| {
        row(1, 0, move |_, one| one.given_at = one.closed_at + Duration::seconds(seconds))
    };
    assert_eq!(kinds(&soon(rule.soon_seconds - 1)), [(SignalKind::Soon, 1)]);
    assert_eq!(kinds(&soon(rule.soon_seconds)), []);
    assert_eq!(kinds(&soon(-5)), [], "a clock that runs ahead is no signal");
}

#[test]
fn a_signal_shows_its_numbers_and_its_reviews_in_order() {
    let mut seen = row(6, 60, |_, one| one.officer = Some("o".into()));
    seen.reverse();
    let found = signals(&rule(), &seen, &none);
    let signal = &found[0];
    assert_eq!((signal.kind, signal.common.as_str()), (SignalKind::Officer, "o"));
    assert_eq!(signal.evidence, ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(signal.until - signal.from, Duration::minutes(5));
    assert!(signal.method.contains("10 分钟") && signal.method.contains("共 6 件"));
    assert!(signals(&rule(), &[], &none).is_empty());
}

#[test]
fn texts_are_compared_without_blanks_and_punctuation() {
    assert_eq!(compared("窗口人员，很耐心！ OK", 8).as_deref(), Some("窗口人员很耐心ok"));
    assert_eq!(compared("很好！！！！！！！", 8), None);
}
