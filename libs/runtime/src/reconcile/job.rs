//! The periodic count: each process tells what its services hold.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Ledger;

use crate::service::Job;

/// Between two counts. A count reads through the indexes of a ledger.
const EVERY: Duration = Duration::from_secs(300);

/// Counts one service's events, for its metrics and its log.
pub(crate) struct Count {
    pub(crate) service: &'static str,
    pub(crate) ledger: Ledger,
    pub(crate) consumers: Vec<Arc<dyn Consumer>>,
}

#[async_trait]
impl Job for Count {
    fn name(&self) -> &'static str {
        "reconciliation"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    async fn run(&self) -> Result<(), Fault> {
        let service = self.service;
        let snapshot = self.ledger.db().snapshot().await.map_err(tongban_db::to_fault)?;
        let tallies = tongban_ledger::tally(&snapshot).await?;
        let answers = tongban_ledger::tally_answers(&snapshot).await?;
        let progress = tongban_events::progress(&snapshot).await?;
        drop(snapshot);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let gauge = |count: i64| count as f64;
        metrics::gauge!("reconciled_answers", "service" => service).set(gauge(answers));
        let (mut stored, mut waiting, mut broken) = (0, 0, 0);
        for (aggregate, tally) in &tallies {
            stored += tally.stored;
            waiting += tally.waiting;
            broken += (tally.stored - tally.versions).abs();
            let labels = [("service", service.to_owned()), ("aggregate", aggregate.clone())];
            metrics::gauge!("reconciled_stored", &labels).set(gauge(tally.stored));
            metrics::gauge!("reconciled_published", &labels)
                .set(gauge(tally.stored - tally.waiting));
        }
        metrics::gauge!("reconciled_broken", "service" => service).set(gauge(broken));
        let (mut consumed, mut parked) = (0, 0);
        for consumer in &self.consumers {
            for topic in consumer.topics() {
                let of = |one: &&tongban_events::Progress| {
                    one.consumer == consumer.name() && one.topic == topic
                };
                let found = progress.iter().find(of);
                consumed += found.map_or(0, |one| one.consumed);
                parked += found.map_or(0, |one| one.parked);
                let labels = [("consumer", consumer.name().to_owned()), ("topic", topic)];
                metrics::gauge!("reconciled_consumed", &labels)
                    .set(gauge(found.map_or(0, |one| one.consumed)));
            }
        }
        if broken > 0 {
            tracing::error!(service, stored, broken, "events and heads of aggregates disagree");
        }
        tracing::info!(service, answers, stored, waiting, consumed, parked, "counted");
        Ok(())
    }
}
