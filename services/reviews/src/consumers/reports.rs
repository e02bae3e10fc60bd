//! Tells the higher platform of services and evaluations: records are added in the transaction that takes the event.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::handlings::HandlingEvent;
use tongban_contracts::intake::CaseEvent;
use tongban_contracts::review_sources::ReviewChannel;
use tongban_contracts::reviews::ReviewEvent;
use tongban_contracts::{DomainEvent, Envelope};
use tongban_events::Consumer;
use tongban_exports::{Exports, NewRecord};
use tongban_kernel::Fault;
use tongban_ledger::Stopped;

use crate::domain::level::Level;
use crate::domain::report::{Evaluated, EvaluationReport, Report, ServiceReport, record_id};
use crate::store::{report as store, review};

/// Follows cases.
pub struct ServiceReports(pub Exports);

/// Follows reviews.
pub struct EvaluationReports(pub Exports);

/// Follows handlings.
pub struct AnswerReports(pub Exports);

#[async_trait]
impl Consumer for ServiceReports {
    fn name(&self) -> &'static str {
        "reviews.service-reports"
    }

    fn topics(&self) -> Vec<String> {
        vec![CaseEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let case = &event.subject;
        match event.read::<CaseEvent>().map_err(Fault::internal)? {
            CaseEvent::Accepted { .. } => store::accepted(transaction, case, event.time).await,
            CaseEvent::Decided(decision) => {
                let accepted = store::accepted_at(transaction, case).await?;
                for target in self.0.targets() {
                    let personal = target.natural_persons;
                    let report = ServiceReport::of(&decision, accepted, event.time, personal);
                    let report = Report::Service(Box::new(report));
                    add(&self.0, transaction, &target.name, ("service", case), event, &report)
                        .await?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Consumer for EvaluationReports {
    fn name(&self) -> &'static str {
        "reviews.evaluation-reports"
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
        let first = |fault| (0, fault);
        let mut ids: Vec<String> = events.iter().map(|event| event.subject.clone()).collect();
        ids.dedup();
        let numbers = review::numbers(transaction, &ids).await.map_err(first)?;
        let (mut records, mut excluded) = (Vec::new(), Vec::new());
        for (place, event) in events.iter().enumerate() {
            let here = |fault| (place, fault);
            let read = event.read().map_err(|error| here(Fault::internal(error)))?;
            if matches!(read, ReviewEvent::Excluded { .. }) {
                excluded.push((place, *event));
                continue;
            }
            let Some(numbers) = numbers.get(&event.subject) else { continue };
            let report = evaluation(&read, event, numbers).map_err(here)?;
            for (report, target) in report
                .iter()
                .flat_map(|report| self.0.targets().iter().map(move |target| (report, target)))
            {
                let subject = ("evaluation", event.subject.as_str());
                records.push(record(&target.name, subject, event, report).map_err(here)?);
            }
        }
        self.0.add(transaction, records).await.map_err(first)?;
        for (place, event) in excluded {
            let change = EvaluationReport::excluded;
            let done = again(&self.0, transaction, &event.subject, event, change).await;
            done.map_err(|fault| (place, fault))?;
        }
        Ok(())
    }
}

/// What an event says of an evaluation, if it does.
fn evaluation(
    what: &ReviewEvent,
    event: &Envelope,
    (case_number, service_number): &(String, String),
) -> Result<Option<Report>, Fault> {
    let level = |stars| Level::of(stars).ok_or_else(|| Fault::internal("stars beyond five"));
    let service_number = Some(service_number.as_str()).filter(|number| !number.is_empty());
    let said = match what {
        ReviewEvent::Given(given) => Evaluated {
            case_number,
            service_number,
            level: level(given.stars)?,
            tags: &given.tags,
            text: given.text.as_deref(),
            at: given.pushed.as_ref().map_or(event.time, |pushed| pushed.said_at),
            channel: given.source.as_ref().map_or(ReviewChannel::Portal, |source| source.channel),
            is_default: false,
        },
        ReviewEvent::Defaulted { stars, at, .. } => Evaluated {
            case_number,
            service_number,
            level: level(*stars)?,
            tags: &[],
            text: None,
            at: *at,
            channel: ReviewChannel::Other,
            is_default: true,
        },
        _ => return Ok(None),
    };
    Ok(Some(Report::Evaluation(Box::new(EvaluationReport::of(&said)))))
}

#[async_trait]
impl Consumer for AnswerReports {
    fn name(&self) -> &'static str {
        "reviews.answer-reports"
    }

    fn topics(&self) -> Vec<String> {
        vec![HandlingEvent::topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        match event.read::<HandlingEvent>().map_err(Fault::internal)? {
            HandlingEvent::Received { bad, .. } => {
                store::received(transaction, &event.subject, &bad.review).await
            }
            HandlingEvent::Answered { .. } => {
                let Some(review) = store::review_of(transaction, &event.subject).await? else {
                    return Ok(());
                };
                again(&self.0, transaction, &review, event, EvaluationReport::answered).await
            }
            _ => Ok(()),
        }
    }
}

/// Tells anew of an evaluation that was told of before, changed.
async fn again(
    exports: &Exports,
    transaction: &DatabaseTransaction,
    review: &str,
    event: &Envelope,
    change: fn(EvaluationReport) -> EvaluationReport,
) -> Result<(), Fault> {
    let subject = subject_of("evaluation", review);
    for target in exports.targets() {
        let Some(last) = exports.last(transaction, &target.name, &subject).await? else {
            // The evaluation comes by another topic; it is told of first.
            return Err(Fault::unavailable("the evaluation has not been reported yet"));
        };
        let report = serde_json::from_str(&last).map_err(Fault::internal)?;
        let Report::Evaluation(evaluation) = report else { continue };
        let report = Report::Evaluation(Box::new(change(*evaluation)));
        add(exports, transaction, &target.name, ("evaluation", review), event, &report).await?;
    }
    Ok(())
}

fn subject_of(kind: &str, id: &str) -> String {
    format!("{kind}/{id}")
}

async fn add(
    exports: &Exports,
    transaction: &DatabaseTransaction,
    target: &str,
    subject: (&str, &str),
    event: &Envelope,
    report: &Report,
) -> Result<(), Fault> {
    exports.add(transaction, [record(target, subject, event, report)?]).await
}

fn record(
    target: &str,
    (kind, id): (&str, &str),
    event: &Envelope,
    report: &Report,
) -> Result<NewRecord, Fault> {
    // Answers and exclusions come by different topics: their order here is that of their times.
    let version = event.time.timestamp_micros();
    Ok(NewRecord {
        id: record_id(target, kind, &format!("{id}/{}", event.id), version).to_string(),
        target: target.to_owned(),
        subject: subject_of(kind, id),
        version,
        body: serde_json::to_string(report).map_err(Fault::internal)?,
    })
}
