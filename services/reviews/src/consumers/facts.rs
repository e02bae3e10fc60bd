//! Keeps facts and figures up to date with reviews.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use tongban_contracts::review_sources::ReviewChannel;
use tongban_contracts::reviews::{ReviewEvent, ReviewGiven, ReviewRight};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Stopped;
use tongban_seal::Prints;

use crate::app::Desk;
use crate::domain::figures::{Cell, Counts, DefaultRating, Fact, GivenFact, cells, change};
use crate::domain::level::Level;
use crate::domain::signals::compared;
use crate::store::{fact, rollup};

/// Follows reviews.
pub struct Facts {
    /// Hashes texts, so that the same ones are found without keeping any.
    texts: Prints,
    /// Shorter texts are not compared.
    least_text: usize,
}

#[async_trait]
impl Consumer for Facts {
    fn name(&self) -> &'static str {
        "reviews.figures"
    }

    fn topics(&self) -> Vec<String> {
        vec![ReviewEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        self.consume_all(&[event], transaction).await.map_err(|(_, fault)| fault)
    }

    async fn consume_all(
        &self,
        events: &[&Envelope],
        transaction: &DatabaseTransaction,
    ) -> Result<(), Stopped> {
        let ids: BTreeSet<String> = events.iter().map(|event| event.subject.clone()).collect();
        let first = |fault| (0, fault);
        let before = fact::by_id(transaction, ids).await.map_err(first)?;
        let mut after = before.clone();
        for (place, event) in events.iter().enumerate() {
            let read = event.read().map_err(|error| (place, Fault::internal(error)))?;
            let fact = after.remove(&event.subject);
            if let Some(fact) = self.followed(fact, &event.subject, read, event.time) {
                after.insert(event.subject.clone(), fact);
            }
        }
        let mut changes: BTreeMap<Cell, Counts> = BTreeMap::new();
        after.retain(|id, fact| before.get(id) != Some(fact));
        for (id, fact) in &after {
            let earlier = before.get(id).map(cells).unwrap_or_default();
            for (cell, counts) in change(earlier, cells(fact)) {
                *changes.entry(cell).or_default() += counts;
            }
        }
        fact::put(transaction, after.into_values()).await.map_err(first)?;
        rollup::add(transaction, &changes).await.map_err(first)
    }
}

impl Facts {
    /// For `desk`.
    pub fn new(desk: &Desk) -> Self {
        let texts = desk.host.prints("reviews/texts");
        Self { texts, least_text: desk.figures.signals.least_text }
    }

    /// The fact after an event. What happened before anybody followed is not known, and left out.
    fn followed(
        &self,
        fact: Option<Fact>,
        id: &str,
        event: ReviewEvent,
        at: DateTime<Utc>,
    ) -> Option<Fact> {
        match (event, fact) {
            (ReviewEvent::Opened(right), _) => Some(opened(id, *right, at)),
            (ReviewEvent::Given(given), Some(fact)) => {
                Some(Fact { given: self.given(*given, at), ..fact })
            }
            (ReviewEvent::Defaulted { stars, at, .. }, Some(fact)) => {
                let defaulted = Level::of(stars).map(|level| DefaultRating { level, at });
                Some(Fact { defaulted, ..fact })
            }
            (ReviewEvent::Excluded { .. }, Some(fact)) => Some(Fact { excluded: true, ..fact }),
            (_, None) => None,
        }
    }

    fn given(&self, given: ReviewGiven, at: DateTime<Utc>) -> Option<GivenFact> {
        let text = given.text.as_deref().and_then(|text| compared(text, self.least_text));
        let source = given.source;
        Some(GivenFact {
            level: Level::of(given.stars)?,
            tags: given.tags,
            // A review that was pushed was given when it was said, not when it came.
            at: given.pushed.map_or(at, |pushed| pushed.said_at),
            channel: source.as_ref().map_or(ReviewChannel::Portal, |source| source.channel),
            device: source.as_ref().and_then(|source| source.device.clone()),
            network: source.and_then(|source| source.network),
            text: text.map(|text| self.texts.of(&text)),
        })
    }
}

fn opened(id: &str, right: ReviewRight, at: DateTime<Utc>) -> Fact {
    Fact {
        id: id.to_owned(),
        case_number: right.case_number,
        matter: (right.matter_id.to_string(), right.matter_name),
        body: (right.body, right.body_name),
        region: right.region.to_string(),
        window: right.window,
        officers: right.officers,
        opened_at: at,
        given: None,
        defaulted: None,
        excluded: false,
    }
}
