//! The order of events, whatever is asked and however often.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use tongban_contracts::draws::{
    CancelKind, DrawEvent, DrawOrganiser, DrawResult, DrawWitness, RandomValue,
};
use tongban_draw::{Candidate, Randomness, Source, commitment};
use tongban_kernel::{Context, Faults, Principal, SystemEntropy};
use tongban_proof::{Checkpoint, Signer};

use super::*;
use crate::proposal::{Proposal, Times};

const ORIGINS: [&str; 2] = ["tongban/matters/1", "tongban/licences/1"];
const ACCOUNTS: [&str; 2] = ["inspection", "notary"];

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_194_400 + second, 0).unwrap()
}

fn proposal() -> Proposal {
    Proposal {
        purpose: "plan-1".into(),
        title: "抽查".into(),
        candidates: (0..9).map(|one| Candidate::new(&format!("c{one}"), 1)).collect(),
        exclusions: Vec::new(),
        number: 2,
        strata: None,
        quotas: Vec::new(),
        group_limit: None,
        max_replacements: 1,
        organiser: DrawOrganiser { party: "bureau".into(), name: "局".into() },
        witnesses: ACCOUNTS
            .map(|name| DrawWitness { party: name.into(), name: name.into(), account: name.into() })
            .into(),
        quorum: Some(1),
        again: None,
        source: None,
        times: None,
    }
}

/// A draw under way: 100 seconds to commit, 10 to announce, 100 to open.
struct Held {
    history: Option<History>,
    events: Vec<DrawEvent>,
    signers: [Signer; 2],
}

impl Held {
    fn new(beacon: bool) -> Self {
        let signers = ORIGINS.map(|name| Signer::generate(name, &SystemEntropy).unwrap());
        let mut held = Self { history: None, events: Vec::new(), signers };
        let times = Times {
            commit: Duration::from_secs(100),
            announce: Duration::from_secs(10),
            open: Duration::from_secs(100),
        };
        let schedule = times.from(at(0));
        let named = |after, of: &str| Source::Checkpoint { above: 5, after, of: of.into() };
        let open_until = schedule.open_until;
        let randomness = match beacon {
            true => Randomness {
                fallback: None,
                open_until,
                value: Source::Beacon { after: open_until, of: "b".into() },
            },
            false => Randomness {
                fallback: Some(named(open_until, ORIGINS[1])),
                open_until,
                value: named(schedule.announce_until, ORIGINS[0]),
            },
        };
        let told = terms_of(proposal(), None, randomness, schedule, Faults::new()).unwrap().told;
        let command = Command::Propose { purpose: "plan-1".into(), terms: Box::new(told) };
        held.ask(command, "service", 0).unwrap();
        held
    }

    fn one(&self) -> &Attempt {
        self.history.as_ref().unwrap().latest().unwrap()
    }

    /// How many events a command leads to.
    fn ask(
        &mut self,
        command: Command,
        account: &str,
        second: i64,
    ) -> Result<usize, tongban_kernel::Fault> {
        let actor = Principal { account: account.into(), ..Principal::service("x") };
        let context = Context { now: at(second), actor };
        let events = History::decide(self.history.as_ref(), command, &context)?;
        let count = events.len();
        for event in events {
            self.history =
                Some(History::evolve(self.history.take(), &event, "plan-1", at(second)).unwrap());
            self.events.push(event);
        }
        Ok(count)
    }

    fn note(&self, of: usize, second: i64) -> RandomValue {
        let made =
            Checkpoint { origin: ORIGINS[of].into(), size: 9, root: [3; 32], at: at(second) };
        RandomValue::Checkpoint { note: made.sign(&self.signers[of]).unwrap() }
    }

    /// One of the things that can be asked.
    fn command(&self, which: u8, second: i64) -> (Command, &'static str) {
        let (draw, terms) = (self.one().terms.draw.clone(), self.one().terms.terms.clone());
        let seed = |party: &str| vec![u8::try_from(party.len()).unwrap(); 32];
        let committed = |party: &str| {
            commitment(&draw, terms.parse().unwrap(), party, &seed(party)).to_string()
        };
        let opened = |party: &str| hex::encode(seed(party));
        let keys = Arc::new(self.signers.iter().map(|one| one.public().clone()).collect());
        let result = DrawResult {
            draw: draw.clone(),
            announcement: String::new(),
            count: 0,
            digest: String::new(),
            drawn: None,
        };
        match which {
            0 => (Command::CommitOrganiser { commitment: committed("bureau"), draw }, "service"),
            1 | 2 => {
                let party = ACCOUNTS[usize::from(which) - 1];
                let commitment = committed(party);
                (Command::Commit { draw, terms, commitment }, party)
            }
            3 => (Command::Announce { draw }, "service"),
            4 => (Command::Lapse { draw }, "service"),
            5 => {
                let value = match self.one().seeds_first() {
                    true => {
                        RandomValue::Beacon { at: at(second), bytes: "ab".repeat(32), round: 7 }
                    }
                    false => self.note(0, second),
                };
                (Command::RecordValue { draw, value, keys }, "service")
            }
            6 => (Command::OpenOrganiser { seed: opened("bureau"), draw }, "service"),
            7 | 8 => {
                let party = ACCOUNTS[usize::from(which) - 7];
                (Command::Open { seed: opened(party), draw }, party)
            }
            9 => (Command::Close { draw }, "service"),
            10 => {
                let value = self.note(1, second);
                (Command::RecordFallback { draw, value, keys }, "service")
            }
            11 => (Command::Cancel { draw, reason: "计划调整".into() }, "service"),
            _ => (Command::Draw(Box::new(result)), "service"),
        }
    }

    fn place(&self, of: impl Fn(&DrawEvent) -> bool) -> Option<usize> {
        self.events.iter().position(of)
    }
}

fn check_order(held: &Held, beacon: bool) {
    let announced = held.place(|one| matches!(one, DrawEvent::Announced { .. }));
    let value = held.place(|one| matches!(one, DrawEvent::ValueRecorded { .. }));
    let opened = held.place(|one| matches!(one, DrawEvent::Opened { .. }));
    let closed = held.place(|one| matches!(one, DrawEvent::Closed { .. }));
    let fallback = held.place(|one| matches!(one, DrawEvent::FallbackRecorded { .. }));
    let drawn = held.place(|one| matches!(one, DrawEvent::Drawn(_)));
    let cancelled = held.place(|one| matches!(one, DrawEvent::Cancelled { .. }));
    // Each of these has to follow the one before it, if it happened.
    let order = match beacon {
        true => [announced, opened, closed, value, drawn, drawn],
        false => [announced, value, opened, closed, fallback, drawn],
    };
    let happened: Vec<usize> = order.into_iter().flatten().collect();
    assert!(happened.is_sorted(), "{:?}", held.events);
    assert!(announced.is_some() || happened.is_empty());
    assert!(drawn.is_none() || (value.is_some() && closed.is_some()));
    if !beacon {
        assert!(opened.is_none() || value.is_some(), "a seed before the value");
    }
    // Given up only while every seed is secret.
    if let Some(place) = cancelled {
        assert_eq!(place, held.events.len() - 1, "nothing follows");
        assert!(opened.is_none() && value.is_none());
    }
    let committed = |one: &DrawEvent| matches!(one, DrawEvent::Committed { .. });
    let late = held.events.iter().rposition(committed);
    assert!(announced.is_none() || late < announced, "a commitment after the announcement");
}

proptest! {
    #[test]
    fn whatever_is_asked_the_order_holds(
        beacon: bool,
        asked in proptest::collection::vec((0_u8..13, 0_i64..25), 0..80),
    ) {
        let mut held = Held::new(beacon);
        let mut now = 0;
        for (which, pause) in asked {
            now += pause;
            let (command, account) = held.command(which, now);
            let before = held.history.clone();
            let done = held.ask(command.clone(), account, now);
            if done.is_ok() {
                // The same again changes nothing: it was done, or has nothing to do.
                let after = held.history.clone();
                if let Ok(count) = held.ask(command, account, now) {
                    prop_assert_eq!(count, 0);
                }
                prop_assert_eq!(&held.history, &after);
            } else {
                prop_assert_eq!(&held.history, &before);
            }
            check_order(&held, beacon);
        }
    }

    #[test]
    fn the_service_alone_brings_every_draw_to_an_end(
        beacon: bool, commits in 0_u8..3, opens in 0_u8..3, pause in 1_i64..40,
    ) {
        let mut held = Held::new(beacon);
        let mut now = 1;
        for which in 0..commits {
            let (command, account) = held.command(1 + which, now);
            held.ask(command, account, now).unwrap();
        }
        while now < 1_000 {
            let which = match held.one().next(at(now)) {
                Step::MakeSeed => 0,
                Step::Announce => 3,
                Step::Lapse => 4,
                Step::TakeValue => 5,
                Step::OpenSeed => 6,
                Step::Close => 9,
                Step::TakeFallback => 10,
                Step::Draw => 12,
                Step::Wait(until) => {
                    prop_assert!(until >= at(now), "waits for what has passed");
                    for which in 0..opens.min(commits) {
                        let (command, account) = held.command(7 + which, now);
                        let _ = held.ask(command, account, now);
                    }
                    now += pause;
                    continue;
                }
                Step::Done => break,
            };
            let (command, account) = held.command(which, now);
            prop_assert_eq!(held.ask(command, account, now).unwrap(), 1, "step {} at {}", which, now);
        }
        let stage = held.one().stage();
        prop_assert!(matches!(stage, Stage::Drawn | Stage::Cancelled), "{stage:?} in the end");
        prop_assert_eq!(held.one().due(), None);
        check_order(&held, beacon);
    }
}

#[test]
fn a_value_is_not_taken_when_hardly_anybody_could_still_open() {
    let mut held = Held::new(false);
    for which in [0, 1, 2, 3] {
        let (command, account) = held.command(which, 1);
        assert_eq!(held.ask(command, account, 1).unwrap(), 1);
    }
    // Seeds are opened from 110 to 210; after half of that it is too late.
    let (command, account) = held.command(5, 160);
    assert_eq!(held.ask(command, account, 160).unwrap_err().code(), "too_early");
    let (lapse, account) = held.command(4, 160);
    assert_eq!(held.ask(lapse, account, 160).unwrap(), 1);
    assert_eq!(held.one().cancelled.as_ref().unwrap().kind, CancelKind::NoValue);
}

#[test]
fn a_value_needs_the_signature_of_its_history() {
    let mut held = Held::new(false);
    for which in [0, 1, 2, 3] {
        let (command, account) = held.command(which, 1);
        held.ask(command, account, 1).unwrap();
    }
    let draw = held.one().terms.draw.clone();
    let of = |value, keys| Command::RecordValue { draw: draw.clone(), value, keys };
    let own = held.note(0, 120);
    let fault = held.ask(of(own.clone(), Arc::default()), "service", 120).unwrap_err();
    assert_eq!(fault.code(), "no_keys");
    let stranger = Signer::generate(ORIGINS[0], &SystemEntropy).unwrap();
    let forged = Arc::new(vec![stranger.public().clone()]);
    let fault = held.ask(of(own.clone(), forged), "service", 120).unwrap_err();
    assert_eq!(fault.errors()[0].code, "bad_note");
    let keys = Arc::new(vec![held.signers[0].public().clone()]);
    let before = held.note(0, 110);
    let fault = held.ask(of(before, Arc::clone(&keys)), "service", 120).unwrap_err();
    assert_eq!(fault.errors()[0].code, "wrong_value");
    assert_eq!(held.ask(of(own, keys), "service", 120).unwrap(), 1);
}
