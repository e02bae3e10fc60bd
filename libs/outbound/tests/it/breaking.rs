//! The circuit breaker, step by step and by property.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::{Just, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use tongban_outbound::breaker::{Breaker, BreakerRule, Outcome, Standing};

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_773_193_330_000 + millis).unwrap()
}

fn rule() -> BreakerRule {
    BreakerRule {
        calls: 4,
        failures: 2,
        open_ms: 100,
        longest_open_ms: 300,
        probes: 2,
        ..BreakerRule::default()
    }
}

fn call(breaker: &mut Breaker, outcome: Outcome, now: i64) {
    let ticket = breaker.admit(at(now)).unwrap();
    breaker.report(ticket, outcome, at(now));
}

#[test]
fn it_opens_after_failures_and_closes_after_probes() {
    let mut breaker = Breaker::new(rule());
    for outcome in [Outcome::Bad, Outcome::Good, Outcome::Good, Outcome::Good, Outcome::Bad] {
        call(&mut breaker, outcome, 0);
    }
    assert_eq!(breaker.standing(at(0)), Standing::Closed, "the first is long ago");
    call(&mut breaker, Outcome::Bad, 0);
    assert_eq!(breaker.standing(at(0)), Standing::Open);
    assert_eq!(breaker.admit(at(30)), Err(Duration::from_millis(70)));
    let first = breaker.admit(at(100)).unwrap();
    let second = breaker.admit(at(100)).unwrap();
    assert!(breaker.admit(at(100)).is_err(), "two probes, no more");
    breaker.report(first, Outcome::Good, at(110));
    assert_eq!(breaker.standing(at(110)), Standing::HalfOpen);
    breaker.report(second, Outcome::Good, at(110));
    assert_eq!(breaker.standing(at(110)), Standing::Closed);
}

#[test]
fn each_time_it_stays_open_for_longer_up_to_a_limit() {
    let mut breaker = Breaker::new(rule());
    call(&mut breaker, Outcome::Bad, 0);
    call(&mut breaker, Outcome::Bad, 0);
    let mut now = 0;
    for open in [100, 200, 300, 300] {
        assert_eq!(breaker.admit(at(now)), Err(Duration::from_millis(open)));
        now += i64::try_from(open).unwrap();
        call(&mut breaker, Outcome::Bad, now);
    }
}

#[test]
fn a_probe_that_is_given_up_makes_room_and_a_late_report_is_not_heard() {
    let mut breaker = Breaker::new(rule());
    let late = breaker.admit(at(0)).unwrap();
    call(&mut breaker, Outcome::Bad, 0);
    call(&mut breaker, Outcome::Bad, 0);
    let (one, two) = (breaker.admit(at(100)).unwrap(), breaker.admit(at(100)).unwrap());
    breaker.report(one, Outcome::Unknown, at(150));
    breaker.report(two, Outcome::Unknown, at(150));
    breaker.report(late, Outcome::Bad, at(150));
    assert_eq!(breaker.standing(at(150)), Standing::HalfOpen);
    call(&mut breaker, Outcome::Good, 150);
    call(&mut breaker, Outcome::Good, 150);
    assert_eq!(breaker.standing(at(150)), Standing::Closed);
}

#[test]
fn a_clock_that_is_set_back_does_not_keep_it_open() {
    let mut breaker = Breaker::new(rule());
    call(&mut breaker, Outcome::Bad, 1_000_000);
    call(&mut breaker, Outcome::Bad, 1_000_000);
    assert!(breaker.admit(at(0)).is_ok());
}

/// What may happen next.
#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    Call,
    Report(usize, Outcome),
}

fn step() -> impl Strategy<Value = Step> {
    let outcome = prop_oneof![Just(Outcome::Good), Just(Outcome::Bad), Just(Outcome::Unknown)];
    prop_oneof![
        (0_i64..150).prop_map(Step::Wait),
        Just(Step::Call),
        (0_usize..8, outcome).prop_map(|(which, outcome)| Step::Report(which, outcome)),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_its_rules_hold(
        steps in prop::collection::vec(step(), 0..300), calls in 1_u32..70, failures in 1_u32..70,
        probes in 0_u32..4, open_ms in 0_u64..200,
    ) {
        let longest = 300;
        let rule = BreakerRule {
            calls, failures, open_ms, longest_open_ms: longest, probes, ..BreakerRule::default()
        };
        let mut breaker = Breaker::new(rule);
        let (mut now, mut tickets, mut probing) = (0, Vec::new(), 0);
        for step in steps {
            let before = breaker.standing(at(now));
            match step {
                Step::Wait(millis) => now += millis,
                Step::Call => match breaker.admit(at(now)) {
                    Ok(ticket) => {
                        prop_assert!(before != Standing::Open, "open, none goes out");
                        tickets.push(ticket);
                        if before == Standing::HalfOpen {
                            probing += 1;
                            prop_assert!(probing <= probes.max(1), "no more than the probes");
                        }
                    }
                    Err(wait) => {
                        prop_assert!(before != Standing::Closed, "closed, every call goes out");
                        prop_assert!(wait > Duration::ZERO && wait <= Duration::from_millis(longest));
                    }
                },
                Step::Report(which, outcome) if !tickets.is_empty() => {
                    let ticket = tickets.remove(which % tickets.len());
                    breaker.report(ticket, outcome, at(now));
                    if outcome == Outcome::Good {
                        prop_assert!(breaker.standing(at(now)) != Standing::Open || before == Standing::Open);
                    }
                    if outcome == Outcome::Unknown && probing > 0 {
                        probing -= 1;
                    }
                }
                Step::Report(..) => {}
            }
            if breaker.standing(at(now)) != Standing::HalfOpen {
                probing = 0;
            }
        }
        // When all that was under way is given up and the longest time has passed, it always lets somebody out to see.
        for ticket in tickets {
            breaker.report(ticket, Outcome::Unknown, at(now));
        }
        let later = at(now) + TimeDelta::milliseconds(longest as i64 + 1);
        prop_assert!(breaker.admit(later).is_ok());
    }

    #[test]
    fn who_answers_is_never_left_alone(good in 1_usize..500) {
        let mut breaker = Breaker::new(rule());
        for _ in 0..good {
            call(&mut breaker, Outcome::Good, 0);
            call(&mut breaker, Outcome::Unknown, 0);
        }
        prop_assert_eq!(breaker.standing(at(0)), Standing::Closed);
    }
}
