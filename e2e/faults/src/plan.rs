//! What breaks when: drawn from a seed, so that it can be played again.

use std::time::Duration;

use tongban_e2e::{Dice, SERVICES};

/// The servers that services stand on.
pub const SERVERS: [&str; 2] = ["postgres", "kafka"];
/// A relay that is silent for longer loses its lease; some stops must last longer, in milliseconds.
const SILENCE: u64 = 4_000;

/// How something breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9`, then started again.
    Kill,
    /// SIGSTOP, and SIGCONT after this time.
    Stop(Duration),
}

/// One thing that breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strike {
    /// After the one before it was mended.
    pub after: Duration,
    /// What breaks.
    pub target: &'static str,
    /// How.
    pub fault: Fault,
}

/// An endless row of strikes against some targets, in rounds: each target is killed once in a round and each
/// of some stopped once, in any order.
pub struct Plan {
    dice: Dice,
    targets: Vec<&'static str>,
    stops: usize,
    round: Vec<Strike>,
}

impl Plan {
    /// Against the services: all are killed and two are stopped in a round.
    pub fn services(seed: u64) -> Self {
        Self { dice: Dice::new(seed), targets: SERVICES.to_vec(), stops: 2, round: Vec::new() }
    }

    /// Against PostgreSQL and Kafka: both are killed and stopped in a round.
    pub fn servers(seed: u64) -> Self {
        let dice = Dice::new(seed ^ 0x5EED);
        Self { dice, targets: SERVERS.to_vec(), stops: SERVERS.len(), round: Vec::new() }
    }

    /// Strikes of one round.
    pub fn round(&self) -> usize {
        self.targets.len() + self.stops
    }

    fn draw(&mut self) {
        let mut stopped = self.targets.clone();
        self.dice.shuffle(&mut stopped);
        let kills = self.targets.iter().map(|target| (*target, Fault::Kill));
        let mut broken: Vec<_> = kills.collect();
        for (place, target) in stopped.into_iter().take(self.stops).enumerate() {
            // The first of a round outlasts a lease, the others mostly do not.
            let least = if place == 0 { SILENCE + 500 } else { 1_000 };
            let lasting = Duration::from_millis(self.dice.between(least, 8_000));
            broken.push((target, Fault::Stop(lasting)));
        }
        self.dice.shuffle(&mut broken);
        for (target, fault) in broken {
            let after = Duration::from_millis(self.dice.between(300, 2_500));
            self.round.push(Strike { after, target, fault });
        }
    }
}

impl Iterator for Plan {
    type Item = Strike;

    fn next(&mut self) -> Option<Strike> {
        if self.round.is_empty() {
            self.draw();
        }
        self.round.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_plan() {
        let plan = |seed| Plan::services(seed).take(30).collect::<Vec<_>>();
        assert_eq!(plan(7), plan(7));
        assert_ne!(plan(7), plan(8));
    }

    #[test]
    fn every_round_has_every_kind() {
        for seed in 0..200 {
            for plan in [Plan::services(seed), Plan::servers(seed)] {
                let (targets, count) = (plan.targets.clone(), plan.round());
                let round: Vec<Strike> = plan.take(count).collect();
                for target in targets {
                    let killed = |one: &&Strike| one.target == target && one.fault == Fault::Kill;
                    assert_eq!(round.iter().filter(killed).count(), 1, "{target}: {round:?}");
                }
                let stops = round.iter().filter_map(|one| match one.fault {
                    Fault::Stop(lasting) => Some(lasting),
                    Fault::Kill => None,
                });
                let stops: Vec<Duration> = stops.collect();
                let within = Duration::from_secs(1)..Duration::from_secs(8);
                assert!(stops.iter().all(|lasting| within.contains(lasting)), "{stops:?}");
                let outlasts = |one: &&Duration| **one > Duration::from_millis(SILENCE);
                assert!(stops.iter().find(outlasts).is_some(), "{stops:?}");
            }
        }
    }
}
