//! What the counts have to say of each other.

use serde::Serialize;
use tongban_events::Progress;
use tongban_ledger::Tally;

/// The events of one kind of aggregate: stored by their service, published on their topic.
#[derive(Debug, Clone, Serialize)]
pub struct Topic {
    /// The topic, without the deployment's prefix.
    pub topic: String,
    /// What the service's ledger holds.
    #[serde(flatten)]
    pub tally: Tally,
    /// Messages that the topic ever had.
    pub published: i64,
}

impl Topic {
    /// Messages that the topic had more than once: a relay that was killed at the wrong moment publishes again.
    pub fn repeated(&self) -> i64 {
        (self.published - self.tally.stored).max(0)
    }
}

/// A consumer, and how far it has come with one of its topics.
#[derive(Debug, Clone, Serialize)]
pub struct Reader {
    /// The service it belongs to.
    pub service: &'static str,
    /// How far it has come.
    #[serde(flatten)]
    pub progress: Progress,
    /// Events there are; absent when the service that stores them was not asked.
    pub stored: Option<i64>,
    /// Aggregates that have them.
    pub stored_aggregates: Option<i64>,
}

/// Events of one name, as counted by somebody who was told of them.
#[derive(Debug, Clone, Serialize)]
pub struct Acknowledged {
    /// The topic.
    pub topic: String,
    /// Name of the event.
    pub name: String,
    /// How many were acknowledged to them.
    pub acknowledged: i64,
    /// How many are stored.
    pub stored: i64,
}

/// What was kept for one service's callers.
#[derive(Debug, Clone, Serialize)]
pub struct Answers {
    /// The service.
    pub service: &'static str,
    /// Answers kept for requests that may come again.
    pub kept: i64,
    /// Events stored, of all kinds.
    pub stored: i64,
}

/// Everything that was counted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reconciliation {
    /// Stored and published.
    pub topics: Vec<Topic>,
    /// Consumed.
    pub readers: Vec<Reader>,
    /// Acknowledged, as the services themselves remember it.
    pub answers: Vec<Answers>,
    /// Acknowledged, as a caller counted it.
    pub acknowledged: Vec<Acknowledged>,
}

impl Reconciliation {
    /// Every difference, in words; none when acknowledged, stored, published and consumed are the same.
    pub fn differences(&self) -> Vec<String> {
        let mut found = Vec::new();
        for Acknowledged { topic, name, acknowledged, stored } in &self.acknowledged {
            if acknowledged != stored {
                found.push(format!("{topic} {name}: {acknowledged} acknowledged, {stored} stored"));
            }
        }
        for topic in &self.topics {
            let Topic { topic: name, tally, published } = topic;
            let Tally { stored, versions, waiting, .. } = tally;
            if stored != versions {
                found.push(format!("{name}: {stored} events stored, {versions} by the heads"));
            }
            if *waiting > 0 {
                found.push(format!("{name}: {waiting} stored events wait in the outbox"));
            }
            if published + waiting < *stored {
                found.push(format!(
                    "{name}: {stored} stored, {waiting} of them waiting, but {published} published"
                ));
            }
        }
        for reader in &self.readers {
            let Progress { consumer, topic, aggregates, consumed, parked } = &reader.progress;
            if reader.stored.is_some_and(|stored| stored != *consumed) {
                let stored = reader.stored.unwrap_or_default();
                found.push(format!("{consumer} of {topic}: {stored} stored, {consumed} consumed"));
            } else if reader.stored_aggregates.is_some_and(|stored| stored != *aggregates) {
                let stored = reader.stored_aggregates.unwrap_or_default();
                found.push(format!(
                    "{consumer} of {topic}: of {stored} aggregates, {aggregates} consumed"
                ));
            }
            if *parked > 0 {
                found.push(format!("{consumer} of {topic}: {parked} parked"));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted() -> Reconciliation {
        let tally = Tally { aggregates: 2, stored: 5, versions: 5, waiting: 0 };
        let topic = "tongban.intake.case".to_owned();
        let progress = Progress {
            consumer: "reviews.cases".into(),
            topic: topic.clone(),
            aggregates: 2,
            consumed: 5,
            parked: 0,
        };
        let reader =
            Reader { service: "reviews", progress, stored: Some(5), stored_aggregates: Some(2) };
        let name = "submitted".to_owned();
        let told = Acknowledged { topic: topic.clone(), name, acknowledged: 2, stored: 2 };
        Reconciliation {
            topics: vec![Topic { topic, tally, published: 5 }],
            readers: vec![reader],
            answers: vec![Answers { service: "intake", kept: 5, stored: 5 }],
            acknowledged: vec![told],
        }
    }

    #[test]
    fn equal_counts_have_no_difference() {
        assert_eq!(counted().differences(), Vec::<String>::new());
    }

    #[test]
    fn what_was_published_again_is_no_difference_but_is_told() {
        let mut again = counted();
        again.topics[0].published = 7;
        assert_eq!(again.differences(), Vec::<String>::new());
        assert_eq!(again.topics[0].repeated(), 2);
    }

    #[test]
    fn each_count_that_differs_is_named() {
        type Bend = fn(&mut Reconciliation);
        let bent: [(&str, Bend); 8] = [
            ("2 stored", |all| all.acknowledged[0].acknowledged = 3),
            ("4 by the heads", |all| all.topics[0].tally.versions = 4),
            ("1 stored events wait", |all| all.topics[0].tally.waiting = 1),
            ("but 4 published", |all| all.topics[0].published = 4),
            ("4 consumed", |all| all.readers[0].progress.consumed = 4),
            ("6 consumed", |all| all.readers[0].progress.consumed = 6),
            ("1 consumed", |all| all.readers[0].progress.aggregates = 1),
            ("1 parked", |all| all.readers[0].progress.parked = 1),
        ];
        for (words, bend) in bent {
            let mut all = counted();
            bend(&mut all);
            let found = all.differences();
            assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
        }
    }

    #[test]
    fn a_reader_of_a_service_that_was_not_asked_is_not_judged() {
        let mut part = counted();
        part.readers[0].stored = None;
        part.readers[0].stored_aggregates = None;
        part.readers[0].progress.consumed = 9;
        assert_eq!(part.differences(), Vec::<String>::new());
    }
}
