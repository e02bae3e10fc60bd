//! Consumers: what a service does when something happened elsewhere.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use sea_orm::{DatabaseTransaction, DbErr};
use tokio_util::sync::CancellationToken;
use tongban_contracts::Envelope;
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::{Ledger, Stopped};
use tracing::Instrument;

use crate::inbox::{Turn, take, turn};
use crate::log::{Delivery, Log, LogError, Message, Subscription};
use crate::parked::{park, parked_of, version_of};

/// First pause after a failure that may pass.
const REST: Duration = Duration::from_millis(100);
/// Longest pause.
const LONG_REST: Duration = Duration::from_secs(5);

/// What a service does with the events of some topics.
#[async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// Name, unique in the deployment; also the group on the log. Never changed once in use.
    fn name(&self) -> &'static str;

    /// Topics it reads, without the deployment's prefix.
    fn topics(&self) -> Vec<String>;

    /// Carries out the effect of one event inside `transaction`, and nowhere else: what is written there
    /// stands or falls with the note that the event was taken. Use
    /// [`Ledger::execute_within`](tongban_ledger::Ledger::execute_within) for commands.
    ///
    /// # Errors
    /// [`FaultKind::Unavailable`] to be called again later; anything else parks the event.
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
        loop {
            if let Err(error) = follow(consumer.as_ref(), &ledger, log.as_ref()).await {
                tracing::warn!(consumer = consumer.name(), %error, "will subscribe again");
                tokio::time::sleep(LONG_REST).await;
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

async fn follow(consumer: &dyn Consumer, ledger: &Ledger, log: &dyn Log) -> Result<(), LogError> {
    let topics = consumer.topics();
    log.ensure(&topics).await?;
    let mut subscription: Box<dyn Subscription> = log.subscribe(consumer.name(), &topics).await?;
    loop {
        let delivery = subscription.next().await?;
        settle(consumer, ledger, &delivery).await;
        subscription.acknowledge(&delivery).await?;
    }
}

/// Takes one delivery, however long the database is away.
async fn settle(consumer: &dyn Consumer, ledger: &Ledger, delivery: &Delivery) {
    let mut rest = REST;
    loop {
        match take_once(consumer, ledger, &delivery.message).await {
            Ok(()) => return,
            Err(fault) => {
                tracing::warn!(consumer = consumer.name(), %fault, "event waits");
                tokio::time::sleep(rest).await;
                rest = (rest * 2).min(LONG_REST);
            }
        }
    }
}

/// Carries out or parks one message; an error means that neither could be written down.
async fn take_once(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    message: &Message,
) -> Result<(), Fault> {
    let away = |error: DbErr| tongban_db::to_fault(error);
    let (mut envelope, version) = match understand(&message.topic, &message.key, &message.payload) {
        Ok(understood) => understood,
        Err(reason) => return park_alone(consumer, ledger, message, None, &reason).await,
    };
    let span = tracing::info_span!(
        "consume",
        consumer = consumer.name(),
        event = envelope.kind,
        subject = envelope.subject,
        otel.kind = "consumer"
    );
    tongban_telemetry::continue_from(&span, envelope.traceparent.as_deref());
    // What the consumer appends was caused by this step, not by the one before it.
    if let Some(here) = span.in_scope(tongban_telemetry::current_traceparent) {
        envelope.traceparent = Some(here);
    }
    let name = consumer.name();
    let refused = async {
        let transaction = ledger.db().begin().await.map_err(away)?;
        let (topic, key) = (message.topic.as_str(), message.key.as_str());
        match turn(&transaction, name, topic, key, version).await.map_err(away)? {
            Turn::Seen => return Ok(None),
            Turn::Gap => return Ok(Some("events before it are missing or parked".to_owned())),
            Turn::Now => {}
            Turn::First => {
                let waiting = parked_of(&transaction, name, topic, key).await.map_err(away)?;
                if waiting.iter().any(|row| version_of(row).is_none_or(|other| other < version)) {
                    return Ok(Some(
                        "waits behind a parked event of the same aggregate".to_owned(),
                    ));
                }
            }
        }
        match carry_out(consumer, topic, &envelope, version, &transaction).await {
            Ok(()) => {}
            Err(fault) if fault.kind() == FaultKind::Unavailable => return Err(fault),
            Err(fault) => return Ok(Some(fault.to_string())),
        }
        transaction.commit().await.map_err(away)?;
        ledger.announce();
        metrics::counter!("events_consumed_total", "consumer" => name).increment(1);
        Ok(None)
    }
    .instrument(span)
    .await?;
    match refused {
        None => Ok(()),
        Some(reason) => park_alone(consumer, ledger, message, Some(version), &reason).await,
    }
}

/// The effect of one event and the note that it was carried out; the caller commits.
pub(crate) async fn carry_out(
    consumer: &dyn Consumer,
    topic: &str,
    envelope: &Envelope,
    version: i64,
    transaction: &DatabaseTransaction,
) -> Result<(), Fault> {
    // A panic would end the consumer for good, but it concerns this event alone: it is parked for it.
    AssertUnwindSafe(consumer.consume(envelope, transaction))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Fault::internal("the consumer panicked")))?;
    take(transaction, consumer.name(), topic, &envelope.subject, version)
        .await
        .map_err(tongban_db::to_fault)
}

/// The event in a message, and its version; or why it is none.
pub(crate) fn understand(topic: &str, key: &str, payload: &str) -> Result<(Envelope, i64), String> {
    let envelope: Envelope =
        serde_json::from_str(payload).map_err(|error| format!("no event: {error}"))?;
    let version = envelope.version().map_err(|error| error.to_string())?;
    if version < 1 {
        return Err(format!("version {version} of an aggregate, which begins with 1"));
    }
    if envelope.topic().as_deref() != Some(topic) {
        return Err(format!("an event of type {} does not belong on this topic", envelope.kind));
    }
    if envelope.subject != key {
        return Err(format!("its subject {} is not the message's key", envelope.subject));
    }
    Ok((envelope, version))
}

/// Parks a message, once, in a transaction of its own: whatever its consumer wrote has been rolled back.
///
/// The inbox stays where it is, so that an earlier event that comes late still gets its turn.
async fn park_alone(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    message: &Message,
    version: Option<i64>,
    reason: &str,
) -> Result<(), Fault> {
    let at = ledger.clock().now().timestamp_micros();
    let write = async {
        let transaction = ledger.db().begin().await?;
        let waiting =
            parked_of(&transaction, consumer.name(), &message.topic, &message.key).await?;
        // Delivered again, it is there already; an unreadable one is known by its text alone.
        let there = waiting.iter().any(|row| {
            row.payload == message.payload || version.is_some() && version_of(row) == version
        });
        if !there {
            park(&transaction, consumer.name(), message, reason, at).await?;
        }
        transaction.commit().await
    };
    write.await.map_err(tongban_db::to_fault)
}
