//! Consumers: what a service does when something happened elsewhere.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, DbErr};
use tokio_util::sync::CancellationToken;
use tongban_contracts::Envelope;
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Ledger;
use tracing::Instrument;

use crate::inbox::{Turn, take, turn};
use crate::log::{Delivery, Log, LogError, Message, Subscription};
use crate::parked::{blocked, park};

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
pub(crate) async fn take_once(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    message: &Message,
) -> Result<(), Fault> {
    let away = |error: DbErr| tongban_db::to_fault(error);
    let (envelope, version) = match understand(message) {
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
    let name = consumer.name();
    let refused = async {
        let transaction = ledger.db().begin().await.map_err(away)?;
        match turn(&transaction, name, &message.topic, &message.key, version).await.map_err(away)? {
            Turn::Seen => return Ok(None),
            Turn::Gap => return Ok(Some("events before it are missing".to_owned())),
            Turn::Now => {}
        }
        if blocked(&transaction, name, &message.topic, &message.key).await.map_err(away)? {
            return Ok(Some("waits behind a parked event of the same aggregate".to_owned()));
        }
        match consumer.consume(&envelope, &transaction).await {
            Ok(()) => {}
            Err(fault) if fault.kind() == FaultKind::Unavailable => return Err(fault),
            Err(fault) => return Ok(Some(fault.to_string())),
        }
        take(&transaction, name, &message.topic, &message.key, version).await.map_err(away)?;
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

fn understand(message: &Message) -> Result<(Envelope, i64), String> {
    let envelope: Envelope =
        serde_json::from_str(&message.payload).map_err(|error| format!("no event: {error}"))?;
    let version = envelope.version().map_err(|error| error.to_string())?;
    if envelope.topic().as_deref() != Some(message.topic.as_str()) {
        return Err(format!("an event of type {} does not belong on this topic", envelope.kind));
    }
    if envelope.subject != message.key {
        return Err(format!("its subject {} is not the message's key", envelope.subject));
    }
    Ok((envelope, version))
}

/// Parks a message in a transaction of its own: whatever its consumer wrote has been rolled back.
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
        park(&transaction, consumer.name(), message, reason, at).await?;
        if let Some(version) = version {
            take(&transaction, consumer.name(), &message.topic, &message.key, version).await?;
        }
        transaction.commit().await
    };
    write.await.map_err(tongban_db::to_fault)
}
