//! The relay: from a service's outbox to the log, in order, until everything is there.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tongban_db::Lease;
use tongban_ledger::{Ledger, forget, unsent};

use crate::log::{Log, Message};

/// Events published in one go.
const BATCH: u64 = 500;
/// How often the relay looks by itself, for events other processes have appended.
const LOOK: Duration = Duration::from_millis(250);
/// How long it waits after a failure.
const REST: Duration = Duration::from_secs(1);

/// Publishes the events of `service` until `stop`.
///
/// Killed between the log's acknowledgement and the outbox row's removal, it publishes again after the
/// restart; consumers notice by the event's version.
pub async fn run_relay(
    service: &str,
    ledger: Ledger,
    log: Arc<dyn Log>,
    lease: Arc<Lease>,
    stop: CancellationToken,
) {
    let mut ensured = HashSet::new();
    loop {
        let round = tokio::select! {
            () = stop.cancelled() => return,
            round = publish_some(service, &ledger, log.as_ref(), &lease, &mut ensured) => round,
        };
        let pause = match round {
            Ok(count) if count == BATCH => continue,
            Ok(_) => LOOK,
            Err(error) => {
                tracing::warn!(service, %error, "events wait in the outbox");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = ledger.appended() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn publish_some(
    service: &str,
    ledger: &Ledger,
    log: &dyn Log,
    lease: &Lease,
    ensured: &mut HashSet<String>,
) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
    if !lease.held().await? {
        return Ok(0);
    }
    let events = unsent(ledger.db().read(), service, BATCH).await?;
    if events.is_empty() {
        return Ok(0);
    }
    let mut messages = Vec::with_capacity(events.len());
    for event in &events {
        messages.push(Message {
            topic: event.envelope.topic().ok_or("an event of unknown type in the outbox")?,
            key: event.envelope.subject.clone(),
            payload: serde_json::to_string(&event.envelope)?,
        });
    }
    // Made by us, a topic has the partitions and limits of the settings and not the broker's defaults.
    let fresh: BTreeSet<_> = messages.iter().map(|message| message.topic.clone()).collect();
    let fresh: Vec<_> = fresh.into_iter().filter(|topic| !ensured.contains(topic)).collect();
    if !fresh.is_empty() {
        log.ensure(&fresh).await?;
        ensured.extend(fresh);
    }
    log.publish(&messages).await?;
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    forget(ledger.db().write(), &positions).await?;
    metrics::counter!("events_published_total", "service" => service.to_owned())
        .increment(events.len() as u64);
    Ok(events.len() as u64)
}
