//! Bad reviews go on the clock, and what two officers excluded no longer counts.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::handlings::{BadReview, HandlingEvent};
use tongban_contracts::reviews::{ReviewEvent, ReviewGiven};
use tongban_contracts::{DomainEvent as _, Envelope};
use tongban_events::Consumer;
use tongban_kernel::Fault;
use tongban_ledger::Caller;

use crate::app::Desk;
use crate::domain::handling::{Command, Handling, handling_id};
use crate::domain::level::Level;
use crate::domain::review::{self, Review};

/// Follows the service's own reviews and handlings.
pub struct BadReviews(pub Desk);

#[async_trait]
impl Consumer for BadReviews {
    fn name(&self) -> &'static str {
        "reviews.handlings"
    }

    fn topics(&self) -> Vec<String> {
        vec![ReviewEvent::topic(), HandlingEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        if event.kind.contains(".handling.") {
            return match event.read().map_err(Fault::internal)? {
                HandlingEvent::Excluded => self.exclude(event, transaction).await,
                _ => Ok(()),
            };
        }
        match event.read().map_err(Fault::internal)? {
            ReviewEvent::Given(given) if is_bad(&given) => {
                self.receive(event, *given, transaction).await
            }
            _ => Ok(()),
        }
    }
}

fn is_bad(given: &ReviewGiven) -> bool {
    Level::of(given.stars).is_some_and(|level| !level.is_content())
}

impl BadReviews {
    async fn receive(
        &self,
        event: &Envelope,
        given: ReviewGiven,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let ledger = &self.0.host.ledger;
        let loaded = ledger.load::<Review>(&event.subject).await?;
        let right = loaded.ok_or_else(|| Fault::internal("a review of nothing"))?.state.right;
        let bad = BadReview {
            review: event.subject.clone(),
            case_number: right.case_number,
            matter_id: right.matter_id,
            matter_name: right.matter_name,
            body: right.body,
            body_name: right.body_name,
            region: right.region,
            officers: right.officers,
            stars: given.stars,
            tags: given.tags,
            text: given.text,
            channel: given.source.map(|source| source.channel),
        };
        let command = Command::Receive(Box::new(bad), self.0.book());
        let caller = Caller::service("reviews", event.traceparent.clone());
        let id = handling_id(&event.subject);
        ledger.execute_within::<Handling>(transaction, &id, command, &caller).await.map(drop)
    }

    async fn exclude(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let ledger = &self.0.host.ledger;
        let loaded = ledger.load::<Handling>(&event.subject).await?;
        let review = loaded.ok_or_else(|| Fault::internal("an exclusion of nothing"))?;
        let command = review::Command::Exclude { handling: event.subject.clone() };
        let caller = Caller::service("reviews", event.traceparent.clone());
        let id = review.state.bad.review;
        ledger.execute_within::<Review>(transaction, &id, command, &caller).await.map(drop)
    }
}
