//! Consumers: what a service does when something happened elsewhere.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use sea_orm::DatabaseTransaction;
use tokio_util::sync::CancellationToken;
use tongban_contracts::Envelope;
use tongban_kernel::Fault;
use tongban_ledger::{Ledger, Stopped};

use crate::carrying::{Failure, Outcome, carry_out_alone, carry_out_together};
use crate::log::{Delivery, Log, LogError, Message, Subscription};
use crate::parked::park;
use crate::understood::Event;

/// First pause after a failure that may pass; it doubles from one to the next.
const REST: Duration = Duration::from_millis(50);
/// Longest pause.
const LONG_REST: Duration = Duration::from_secs(5);
/// How often an event is tried whose effect fails while the database answers.
const ATTEMPTS: u32 = 6;
/// Fewer deliveries for each lane than this are not worth another one.
const LANE: usize = 25;

/// What a service does with the events of some topics.
#[async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// Name, unique in the deployment; also the group on the log. Never changed once in use.
    fn name(&self) -> &'static str;

    /// Topics it reads, without the deployment's prefix.
    fn topics(&self) -> Vec<String>;

    /// Tables that nothing but its effects fills, and to which they all go: its read model, which can be made
    /// anew from the log. None when its effects are commands, or more than that.
    ///
    /// What the tables hold in the end must not depend on the order in which different aggregates come.
    fn projects(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether effects of different aggregates write the same rows, as counts are. They are then carried out one after
    /// the other: side by side they would wait for each other, often in a circle.
    fn shares_rows(&self) -> bool {
        false
    }

    /// Carries out the effect of one event inside `transaction`, and nowhere else: what is written there
    /// stands or falls with the note that the event was taken, and with the effects of other events that
    /// were ready at the same time. It may be called again for the same event after a rollback. Use
    /// [`Ledger::execute_within`](tongban_ledger::Ledger::execute_within) for commands.
    ///
    /// # Errors
    /// [`FaultKind::Unavailable`](tongban_kernel::FaultKind::Unavailable) to be called again, some times
    /// within seconds, and as long as the database is away; anything else parks the event.
    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault>;

    /// As [`Consumer::consume`], for several events in their order and in one transaction: consumers of many
    /// events let them share statements, see
    /// [`Ledger::execute_all_within`](tongban_ledger::Ledger::execute_all_within).
    ///
    /// # Errors
    /// The place of the event that stands in the way, and why; the transaction is then rolled back.
    async fn consume_all(
        &self,
        events: &[&Envelope],
        transaction: &DatabaseTransaction,
    ) -> Result<(), Stopped> {
        for (place, event) in events.iter().enumerate() {
            self.consume(event, transaction).await.map_err(|fault| (place, fault))?;
        }
        Ok(())
    }
}

/// Feeds `consumer` until `stop`.
pub async fn run_consumer(
    consumer: Arc<dyn Consumer>,
    ledger: Ledger,
    log: Arc<dyn Log>,
    stop: CancellationToken,
) {
    let work = async {
        let mut rest = REST;
        loop {
            if let Err(error) = follow(consumer.as_ref(), &ledger, log.as_ref(), &mut rest).await {
                tracing::warn!(consumer = consumer.name(), %error, "will subscribe again");
                pause(&mut rest).await;
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

async fn follow(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    log: &dyn Log,
    rest: &mut Duration,
) -> Result<(), LogError> {
    let topics = consumer.topics();
    log.ensure(&topics).await?;
    let mut subscription: Box<dyn Subscription> = log.subscribe(consumer.name(), &topics).await?;
    loop {
        let deliveries = subscription.next().await?;
        *rest = REST;
        let most = if consumer.shares_rows() { 1 } else { ledger.db().lanes() };
        let lanes = lanes(&deliveries, most);
        join_all(lanes.iter().map(|lane| settle(consumer, ledger, lane))).await;
        subscription.acknowledge(&deliveries).await?;
    }
}

/// Divides many deliveries into some lanes that are settled side by side, those of an aggregate in one.
///
/// A statement of an effect is mostly waiting for its answer; one lane would leave database and processor idle.
fn lanes(deliveries: &[Delivery], most: usize) -> Vec<Vec<&Delivery>> {
    let count = most.min(deliveries.len() / LANE).max(1);
    let mut lanes = vec![Vec::new(); count];
    for delivery in deliveries {
        let mut hasher = DefaultHasher::new();
        (&delivery.message.topic, &delivery.message.key).hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % count as u64).unwrap_or(0);
        lanes[lane].push(delivery);
    }
    lanes
}

async fn pause(rest: &mut Duration) {
    tokio::time::sleep(*rest).await;
    *rest = (*rest * 2).min(LONG_REST);
}

/// Takes deliveries, however long the database is away: as many together as it can, and each one that fails
/// alone, so that it fails for itself only.
async fn settle(consumer: &dyn Consumer, ledger: &Ledger, deliveries: &[&Delivery]) {
    let understood: Vec<_> = deliveries
        .iter()
        .map(|Delivery { message, .. }| Event::of(&message.topic, &message.key, &message.payload))
        .collect();
    let (mut at, mut end) = (0, deliveries.len());
    while at < deliveries.len() {
        let events: Vec<&Event> =
            understood[at..end].iter().map_while(|event| event.as_ref().ok()).collect();
        let failed = if events.is_empty() {
            Some(0)
        } else {
            match carry_out_together(consumer, ledger, &events).await {
                Ok(done) => {
                    at += done;
                    None
                }
                Err(failed) => Some(failed),
            }
        };
        end = match failed {
            Some(0) => {
                settle_alone(consumer, ledger, &deliveries[at].message, &understood[at]).await;
                at += 1;
                deliveries.len()
            }
            // Those before it go together again, without it.
            Some(failed) => at + failed,
            None => deliveries.len(),
        };
    }
}

/// Carries out or parks one message.
async fn settle_alone(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    message: &Message,
    understood: &Result<Event, String>,
) {
    let event = match understood {
        Ok(event) => event,
        Err(reason) => return park_surely(consumer, ledger, message, None, reason).await,
    };
    let (mut rest, mut attempts) = (REST, 0);
    loop {
        let (fault, away) = match carry_out_alone(consumer, ledger, event).await {
            Ok(Outcome::Done) => return,
            Ok(Outcome::Refused(reason)) => {
                return park_surely(consumer, ledger, message, Some(event), &reason).await;
            }
            Err(Failure::Away(fault)) => (fault, true),
            Err(Failure::MayPass(fault)) => (fault, false),
        };
        attempts += u32::from(!away);
        if attempts >= ATTEMPTS {
            let reason = format!("failed {attempts} times, at last: {fault}");
            return park_surely(consumer, ledger, message, Some(event), &reason).await;
        }
        metrics::counter!("events_retried_total", "consumer" => consumer.name()).increment(1);
        tracing::warn!(consumer = consumer.name(), %fault, attempts, "event waits");
        pause(&mut rest).await;
    }
}

/// Parks a message, however long the database is away: what is not written down is not acknowledged.
async fn park_surely(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    message: &Message,
    event: Option<&Event>,
    reason: &str,
) {
    let mut rest = REST;
    while let Err(fault) = park(consumer.name(), ledger, message, event, reason).await {
        tracing::error!(consumer = consumer.name(), %fault, "event cannot be parked yet");
        pause(&mut rest).await;
    }
}
