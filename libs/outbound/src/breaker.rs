//! When a provider is left alone for a while (熔断). Pure: the time is given, and what happened is told.
//!
//! Closed, every call goes out. When `failures` of the last `calls` were outages, it opens: for `open_ms` none goes out.
//! Then it is half open: `probes` calls go out to see; if all do well it closes, if one does not it opens again, for
//! twice as long each time, up to `longest_open_ms`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Most calls that are looked back on: one bit each.
const MOST: u32 = 64;

/// When it opens, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerRule {
    /// So many of the last calls count, 1 to 64.
    pub calls: u32,
    /// So many outages among them open it, 1 to `calls`.
    pub failures: u32,
    /// How long it stays open the first time, in milliseconds.
    pub open_ms: u64,
    /// How long it stays open at most, in milliseconds.
    pub longest_open_ms: u64,
    /// So many calls have to do well before it closes, 1 or more.
    pub probes: u32,
    /// A time-out says something of the provider only if it had at least so long, in milliseconds: nobody closes a
    /// provider for others by having no patience.
    pub fair_ms: u64,
}

impl Default for BreakerRule {
    fn default() -> Self {
        Self {
            calls: 20,
            failures: 10,
            open_ms: 5_000,
            longest_open_ms: 60_000,
            probes: 2,
            fair_ms: 1_000,
        }
    }
}

impl BreakerRule {
    /// The rule within its limits.
    fn sound(mut self) -> Self {
        self.calls = self.calls.clamp(1, MOST);
        self.failures = self.failures.clamp(1, self.calls);
        self.probes = self.probes.max(1);
        // A day at most: more would not fit into all that is added up here.
        self.longest_open_ms = self.longest_open_ms.clamp(1, 86_400_000);
        self.open_ms = self.open_ms.clamp(1, self.longest_open_ms);
        self
    }
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 闭合: calls go out.
    Closed,
    /// 断开: none goes out.
    Open,
    /// 半开: a few go out to see.
    HalfOpen,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The provider answered, whatever it said.
    Good,
    /// An outage.
    Bad,
    /// Nothing that speaks of the provider: given up by the caller, or never sent.
    Unknown,
}

/// Leave for one call, to be handed back with its outcome.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Ticket {
    round: u64,
}

#[derive(Debug, Clone)]
enum State {
    /// The last outcomes, the newest in the lowest bit, an outage being 1.
    Closed {
        recent: u64,
    },
    Open {
        until: DateTime<Utc>,
    },
    HalfOpen {
        under_way: u32,
        good: u32,
    },
}

/// A circuit breaker of one provider.
#[derive(Debug, Clone)]
pub struct Breaker {
    rule: BreakerRule,
    state: State,
    /// Changes with the state: who reports on a ticket of an earlier one is not heard.
    round: u64,
    /// How often it opened since it was last closed.
    times: u32,
}

impl Breaker {
    /// A closed one. Values of the rule outside of their limits are taken for the nearest within.
    pub fn new(rule: BreakerRule) -> Self {
        Self { rule: rule.sound(), state: State::Closed { recent: 0 }, round: 0, times: 0 }
    }

    /// Where it stands at a moment.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        match &self.state {
            State::Closed { .. } => Standing::Closed,
            State::Open { until } if self.remaining(*until, now).is_some() => Standing::Open,
            State::Open { .. } | State::HalfOpen { .. } => Standing::HalfOpen,
        }
    }

    /// Whether a call may go out.
    ///
    /// # Errors
    /// How long to wait.
    pub fn admit(&mut self, now: DateTime<Utc>) -> Result<Ticket, Duration> {
        if let State::Open { until } = self.state {
            if let Some(wait) = self.remaining(until, now) {
                return Err(wait);
            }
            self.turn(State::HalfOpen { under_way: 0, good: 0 });
        }
        if let State::HalfOpen { under_way, good } = &mut self.state {
            if *under_way + *good >= self.rule.probes {
                return Err(Duration::from_millis(self.rule.open_ms));
            }
            *under_way += 1;
        }
        Ok(Ticket { round: self.round })
    }

    /// Takes a ticket back.
    pub fn report(&mut self, ticket: Ticket, outcome: Outcome, now: DateTime<Utc>) {
        if ticket.round != self.round {
            return;
        }
        match (&mut self.state, outcome) {
            (State::Closed { .. }, Outcome::Unknown) | (State::Open { .. }, _) => {}
            (State::Closed { recent }, outcome) => {
                let mask = u64::MAX >> (MOST - self.rule.calls);
                *recent = (*recent << 1 | u64::from(outcome == Outcome::Bad)) & mask;
                if recent.count_ones() >= self.rule.failures {
                    self.open(now);
                }
            }
            (State::HalfOpen { under_way, .. }, Outcome::Unknown) => *under_way -= 1,
            (State::HalfOpen { under_way, good }, Outcome::Good) => {
                *under_way -= 1;
                *good += 1;
                if *good >= self.rule.probes {
                    self.times = 0;
                    self.turn(State::Closed { recent: 0 });
                }
            }
            (State::HalfOpen { .. }, Outcome::Bad) => self.open(now),
        }
    }

    fn open(&mut self, now: DateTime<Utc>) {
        let doubled = self.rule.open_ms.saturating_mul(1 << self.times.min(31));
        let open = doubled.min(self.rule.longest_open_ms);
        self.times += 1;
        let open = TimeDelta::milliseconds(i64::try_from(open).unwrap_or(i64::MAX / 2));
        self.turn(State::Open { until: now + open });
    }

    fn turn(&mut self, state: State) {
        self.state = state;
        self.round += 1;
    }

    /// How long it stays open, if it does. A clock that was set back does not keep it open for longer than the rule.
    fn remaining(&self, until: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
        let wait = (until - now).to_std().ok().filter(|wait| !wait.is_zero())?;
        (wait <= Duration::from_millis(self.rule.longest_open_ms)).then_some(wait)
    }
}
