//! What stands before every provider, so that a slow or broken one costs nobody else anything (隔离舱).
//!
//! A limit on calls under way, a circuit breaker, and an end to each call's time. A call beyond the limit does not
//! wait: it is told to come back. Every provider has its own; they share nothing but the machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tongban_kernel::Clock;

use crate::breaker::{Breaker, BreakerRule, Outcome, Standing, Ticket};
use crate::error::ProviderFault;
use crate::provider::{Answer, Ask, Provider};

/// How many calls may be under way (并发上限).
#[derive(Debug, Clone)]
pub struct Bulkhead {
    places: Arc<Semaphore>,
    retry_after: Duration,
}

impl Bulkhead {
    /// Places for `most` calls, 1 or more; whoever finds none is told to come back after `retry_after`.
    pub fn new(most: usize, retry_after: Duration) -> Self {
        let places = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        Self { places, retry_after }
    }

    /// Takes a place, until what is given is dropped.
    ///
    /// # Errors
    /// [`ProviderFault::Busy`].
    pub fn enter(&self) -> Result<OwnedSemaphorePermit, ProviderFault> {
        let place = self.places.clone().try_acquire_owned();
        place.map_err(|_| ProviderFault::Busy { retry_after: self.retry_after })
    }

    /// How many places are free.
    pub fn free(&self) -> usize {
        self.places.available_permits()
    }
}

/// A provider behind its bulkhead and breaker.
pub struct Guarded<P> {
    inner: P,
    bulkhead: Bulkhead,
    breaker: Mutex<Breaker>,
    fair: Duration,
    clock: Arc<dyn Clock>,
}

impl<P: Provider> Guarded<P> {
    /// Puts both before `inner`.
    pub fn new(inner: P, bulkhead: Bulkhead, rule: BreakerRule, clock: Arc<dyn Clock>) -> Self {
        let fair = Duration::from_millis(rule.fair_ms);
        Self { inner, bulkhead, breaker: Mutex::new(Breaker::new(rule)), fair, clock }
    }

    /// Where its breaker stands.
    pub fn standing(&self) -> Standing {
        self.with(|breaker| breaker.standing(self.clock.now()))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Breaker) -> T) -> T {
        work(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn outcome(&self, done: &Result<Answer, ProviderFault>) -> Outcome {
        match done {
            Ok(_) => Outcome::Good,
            Err(ProviderFault::TimedOut(after)) if *after < self.fair => Outcome::Unknown,
            Err(fault) if fault.is_outage() => Outcome::Bad,
            Err(ProviderFault::Asked(_) | ProviderFault::Internal(_)) => Outcome::Unknown,
            // One of several in front of the provider: it is not the provider that was asked.
            Err(ProviderFault::Busy { .. } | ProviderFault::Open { .. }) => Outcome::Unknown,
            Err(_) => Outcome::Good,
        }
    }
}

/// A ticket that comes back also when the call is given up.
struct Held<'a, P: Provider> {
    guarded: &'a Guarded<P>,
    ticket: Option<Ticket>,
}

impl<P: Provider> Held<'_, P> {
    fn report(&mut self, outcome: Outcome) {
        let Some(ticket) = self.ticket.take() else { return };
        let now = self.guarded.clock.now();
        self.guarded.with(|breaker| breaker.report(ticket, outcome, now));
    }
}

impl<P: Provider> Drop for Held<'_, P> {
    fn drop(&mut self) {
        self.report(Outcome::Unknown);
    }
}

#[async_trait]
impl<P: Provider> Provider for Guarded<P> {
    async fn ask(&self, ask: &Ask) -> Result<Answer, ProviderFault> {
        let place = self.bulkhead.enter()?;
        let ticket = self.with(|breaker| breaker.admit(self.clock.now()));
        let ticket = ticket.map_err(|retry_after| ProviderFault::Open { retry_after })?;
        let mut held = Held { guarded: self, ticket: Some(ticket) };
        let done = tokio::time::timeout(ask.patience, self.inner.ask(ask)).await;
        let done = done.unwrap_or(Err(ProviderFault::TimedOut(ask.patience)));
        held.report(self.outcome(&done));
        drop(place);
        done
    }
}
