//! 对账 Reconciliation: acknowledged, stored, published and consumed are counted and compared.

mod job;
mod judge;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tongban_contracts::Versioned;
use tongban_contracts::event::topic;
use tongban_events::{Log, Progress};
use tongban_kernel::Fault;
use tongban_ledger::Tally;
use tongban_web::token::Verifier;

use crate::process::{Ambient, Hosting, StartError, choose, open_log};
use crate::service::{Host, Service};
use crate::settings::Settings;

pub(crate) use job::Count;
pub use judge::{Acknowledged, Answers, Reader, Reconciliation, Topic};

/// Between two looks at a city that is still busy.
const LOOK: Duration = Duration::from_millis(500);

/// What a caller was told: how many events of each name, by topic.
pub type Told = BTreeMap<String, BTreeMap<String, i64>>;

/// A service and where its counts are.
struct Counted {
    service: &'static str,
    host: Host,
    /// Consumer and topic, of all its consumers.
    reads: Vec<(&'static str, String)>,
}

/// Counts the events of the chosen services, and `told` against them. Looks again for at most `settle` while
/// there are differences: what is on its way needs a moment.
///
/// May be called while the services run.
///
/// # Errors
/// When a database or the log is away.
pub async fn reconcile(
    settings: Settings,
    services: &[Arc<dyn Service>],
    ambient: &Ambient,
    told: &Told,
    settle: Duration,
) -> Result<Reconciliation, StartError> {
    let chosen = choose(&settings, services)?;
    let log = open_log(&settings).await?;
    let verifier = Verifier::new(Vec::new(), &settings.audience, Arc::clone(&ambient.clock));
    let hosting = Hosting::new(settings, verifier, ambient)?;
    let mut counted = Vec::new();
    for service in chosen {
        let host = hosting.open(service.as_ref()).await?;
        let consumers = service.start(&host).await?.consumers;
        let reads = consumers
            .iter()
            .flat_map(|one| one.topics().into_iter().map(|topic| (one.name(), topic)))
            .collect();
        counted.push(Counted { service: service.info().name, host, reads });
    }
    let began = tokio::time::Instant::now();
    loop {
        let found = count(&counted, log.as_ref(), told).await?;
        if began.elapsed() >= settle || found.differences().is_empty() {
            return Ok(found);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Readers first, then the log, then the ledgers: what happens meanwhile can then only look as if it were
/// on its way, never as if it came from nowhere.
async fn count(
    counted: &[Counted],
    log: &dyn Log,
    told: &Told,
) -> Result<Reconciliation, StartError> {
    let mut readers = Vec::new();
    for Counted { service, host, reads } in counted {
        let found = tongban_events::progress(host.db().read()).await?;
        readers.extend(everyone(service, reads, found));
    }
    let mut known = Vec::new();
    for service in counted {
        known.extend(topics_of(service).await?);
    }
    known.sort();
    let published = log.count(&known).await?;
    let mut published: BTreeMap<String, i64> = known.into_iter().zip(published).collect();

    let mut all = Reconciliation::default();
    let mut names = BTreeMap::new();
    for Counted { service, host, .. } in counted {
        let snapshot = host.db().snapshot().await.map_err(tongban_db::to_fault)?;
        let tallies = tongban_ledger::tally(&snapshot).await?;
        let kept = tongban_ledger::tally_answers(&snapshot).await?;
        if !told.is_empty() {
            let found = tongban_ledger::tally_names(&snapshot).await?;
            for ((kind, stored), count) in found {
                // A caller counts what happened, whatever version it was written in.
                let name = Versioned::parse(&stored).map_or(stored.as_str(), |found| found.name);
                *names.entry((topic(service, &kind), name.to_owned())).or_default() += count;
            }
        }
        let stored = tallies.values().map(|tally| tally.stored).sum();
        all.answers.push(Answers { service, kept, stored });
        for (kind, tally) in tallies {
            let topic = topic(service, &kind);
            let published = published.remove(&topic).unwrap_or_default();
            all.topics.push(Topic { topic, tally, published });
        }
    }
    let asked = |topic: &str| counted.iter().any(|one| belongs(topic, one.service));
    for mut reader in readers {
        let topic = &reader.progress.topic;
        if asked(topic) {
            let found = all.topics.iter().find(|one| one.topic == *topic).map(|one| &one.tally);
            let nothing = Tally::default();
            let tally = found.unwrap_or(&nothing);
            reader.stored = Some(tally.stored);
            reader.stored_aggregates = Some(tally.aggregates);
        }
        all.readers.push(reader);
    }
    for (topic, events) in told {
        for (name, acknowledged) in events {
            let stored = names.get(&(topic.clone(), name.clone())).copied().unwrap_or_default();
            let (topic, name, acknowledged) = (topic.clone(), name.clone(), *acknowledged);
            all.acknowledged.push(Acknowledged { topic, name, acknowledged, stored });
        }
    }
    Ok(all)
}

/// Topics of the kinds of aggregates that a service has.
async fn topics_of(counted: &Counted) -> Result<Vec<String>, Fault> {
    let tallies = tongban_ledger::tally(counted.host.db().read()).await?;
    Ok(tallies.into_keys().map(|kind| topic(counted.service, &kind)).collect())
}

fn belongs(topic: &str, service: &str) -> bool {
    topic.split('.').nth(1) == Some(service)
}

/// Every consumer with every topic it reads: those who have not had an event yet as well.
fn everyone(
    service: &'static str,
    reads: &[(&'static str, String)],
    mut found: Vec<Progress>,
) -> Vec<Reader> {
    for (consumer, topic) in reads {
        if !found.iter().any(|one| one.consumer == *consumer && one.topic == *topic) {
            let (consumer, topic) = ((*consumer).to_owned(), topic.clone());
            found.push(Progress { consumer, topic, aggregates: 0, consumed: 0, parked: 0 });
        }
    }
    let reader = |progress| Reader { service, progress, stored: None, stored_aggregates: None };
    found.into_iter().map(reader).collect()
}
