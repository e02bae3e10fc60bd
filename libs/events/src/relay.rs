//! The relay: from a service's outbox to the log, in order, until everything is there.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tongban_db::Lease;
use tongban_ledger::{Ledger, Outgoing, forget, unsent};

use crate::log::{Log, LogError, Message};

/// Most events published in one go.
const BATCH: u64 = 2000;
/// Beyond so many events in a round the next one follows at once.
const MANY: usize = 200;
/// How long the events after those of a smaller round may gather for the next one.
const GATHER: Duration = Duration::from_millis(20);
/// How often the relay looks by itself, for events other processes have appended.
const LOOK: Duration = Duration::from_millis(100);
/// How often it says that it is still there while the log lets it wait.
const SIGN: Duration = Duration::from_secs(1);
/// How long it waits after a failure.
const REST: Duration = Duration::from_millis(500);

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
    let mut relay = Relay {
        service,
        ledger,
        log,
        lease,
        ensured: HashSet::new(),
        lacking: BTreeSet::new(),
        told: HashSet::new(),
    };
    loop {
        let round = tokio::select! {
            () = stop.cancelled() => return,
            round = relay.publish_some() => round,
        };
        match round {
            // Where many were there are more.
            Ok(count) if count > MANY => {}
            // A few by themselves cost the database, the log and every reader as much as many together.
            Ok(count) if count > 0 => tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(GATHER) => {}
            },
            Ok(_) => tokio::select! {
                () = stop.cancelled() => return,
                () = relay.ledger.appended() => {}
                () = tokio::time::sleep(LOOK) => {}
            },
            // New events are no reason to try again sooner.
            Err(error) => {
                tracing::warn!(service, %error, "events wait in the outbox");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(REST) => {}
                }
            }
        }
    }
}

struct Relay<'a> {
    service: &'a str,
    ledger: Ledger,
    log: Arc<dyn Log>,
    lease: Arc<Lease>,
    ensured: HashSet<String>,
    /// Topics that the log has not been able to make yet.
    lacking: BTreeSet<String>,
    told: HashSet<i64>,
}

impl Relay<'_> {
    async fn publish_some(&mut self) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
        if !self.lease.held().await? {
            return Ok(0);
        }
        // While the log is away, that is found out before the backlog is read and not after.
        self.ensure().await?;
        let unsent = unsent(self.ledger.db().read(), self.service, BATCH).await?;
        for position in unsent.held {
            if self.told.insert(position) {
                let service = self.service;
                tracing::error!(service, position, "event too large for any log, or behind one");
            }
        }
        if unsent.events.is_empty() {
            return Ok(0);
        }
        let mut messages = Vec::with_capacity(unsent.events.len());
        for Outgoing { envelope, .. } in &unsent.events {
            messages.push(Message {
                topic: envelope.topic().ok_or("an event of unknown type in the outbox")?,
                key: envelope.subject.clone(),
                payload: serde_json::to_string(envelope)?,
            });
        }
        let positions: Vec<i64> = unsent.events.iter().map(|event| event.position).collect();
        let topics = messages.iter().map(|message| &message.topic);
        self.lacking.extend(topics.filter(|topic| !self.ensured.contains(*topic)).cloned());
        self.ensure().await?;
        self.publish(&messages).await?;
        forget(self.ledger.db().write(), &positions).await?;
        metrics::counter!("events_published_total", "service" => self.service.to_owned())
            .increment(positions.len() as u64);
        Ok(positions.len())
    }

    /// Made by us, a topic has the partitions and limits of the settings and not the broker's defaults.
    async fn ensure(&mut self) -> Result<(), LogError> {
        if !self.lacking.is_empty() {
            let lacking: Vec<_> = self.lacking.iter().cloned().collect();
            self.log.ensure(&lacking).await?;
            self.lacking.clear();
            self.ensured.extend(lacking);
        }
        Ok(())
    }

    /// Waits for the log's acknowledgement, however long, and keeps the lease meanwhile.
    ///
    /// Given up and begun again, the same messages would pile up in the client library while the log is away.
    async fn publish(&self, messages: &[Message]) -> Result<(), LogError> {
        let publishing = self.log.publish(messages);
        tokio::pin!(publishing);
        loop {
            tokio::select! {
                done = &mut publishing => return done,
                () = tokio::time::sleep(SIGN) => {
                    // Should it be lost, another publishes these as well, and consumers notice.
                    if let Err(error) = self.lease.held().await {
                        tracing::warn!(service = self.service, %error, "the relay's lease is in doubt");
                    }
                }
            }
        }
    }
}
