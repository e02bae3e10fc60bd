//! What reviews do by the clock.

mod signals;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tongban_kernel::Fault;
use tongban_ledger::Caller;
use tongban_runtime::Job;

use crate::app::{Desk, reconcile};
use crate::domain::handling::{Command, Handling};
use crate::store::{handling, nonce};

/// Handlings looked at in one round.
const ROUND: u64 = 500;

/// All of them.
pub fn all(desk: &Desk) -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(Escalate(desk.clone())),
        Arc::new(MatchHeld(desk.clone())),
        Arc::new(ForgetNonces(desk.clone())),
        Arc::new(signals::Signals::new(desk.clone())),
        Arc::new(desk.exports.clone()),
    ]
}

/// Notes clocks of bad reviews that ran out, each once. Two processes may do it at once: of two the ledger lets one
/// through, and the other finds nothing left to do.
struct Escalate(Desk);

#[async_trait]
impl Job for Escalate {
    fn name(&self) -> &'static str {
        "escalate-bad-reviews"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let caller = Caller::service("reviews", None);
        let mut done = Ok(());
        for id in handling::late(host.db(), host.clock.now(), ROUND).await? {
            let told = host.ledger.execute::<Handling>(&id, Command::Tick, &caller).await;
            // One that cannot be carried out holds up none of the others.
            done = done.and(told.map(drop));
        }
        done
    }
}

/// Takes reviews that waited for their case.
struct MatchHeld(Desk);

#[async_trait]
impl Job for MatchHeld {
    fn name(&self) -> &'static str {
        "match-held-reviews"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> Result<(), Fault> {
        reconcile::reconcile(&self.0).await
    }
}

/// Forgets signed requests that are too old to be taken again.
struct ForgetNonces(Desk);

#[async_trait]
impl Job for ForgetNonces {
    fn name(&self) -> &'static str {
        "forget-nonces"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn run(&self) -> Result<(), Fault> {
        let host = &self.0.host;
        let window = i64::from(self.0.rules.rules.signature_window_seconds.value);
        // Twice the window: the clock of the other side may be that far ahead.
        let before = host.clock.now() - chrono::Duration::seconds(2 * window + 1);
        nonce::forget(host.db(), before.timestamp_micros()).await
    }
}
