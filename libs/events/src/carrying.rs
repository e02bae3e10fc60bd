//! Carrying events out: effects and inbox in one transaction, for many events or for one.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use tokio::time::Instant;
use tongban_contracts::Envelope;
use tongban_kernel::fault::STORAGE_FULL;
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Ledger;
use tracing::{Instrument, Span};

use crate::consumer::Consumer;
use crate::inbox::{Inbox, Turn};
use crate::parked::holds_back;
use crate::understood::Event;

/// How long effects of many events share a transaction: what they lock waits for all of them.
const LONGEST: Duration = Duration::from_millis(50);
/// Events whose effects may share statements.
const SHARED: usize = 64;
/// How long a database that works may take to say so.
const ANSWER: Duration = Duration::from_secs(5);

/// What became of one event.
pub(crate) enum Outcome {
    /// Carried out, now or before.
    Done,
    /// It is to be parked; why.
    Refused(String),
}

/// Why an event was neither carried out nor refused.
pub(crate) enum Failure {
    /// The database is away, or gave the transaction up for another's sake.
    Away(Fault),
    /// Anything else that another attempt may not meet.
    MayPass(Fault),
}

impl Failure {
    fn of(fault: Fault) -> Self {
        match fault.kind() {
            FaultKind::Unavailable => Self::Away(fault),
            _ => Self::MayPass(fault),
        }
    }
}

/// Carries out `events` in one transaction, in their order; gives how many, which are fewer when their effects
/// take long.
///
/// # Errors
/// The index of the one that stands in the way: nothing was done, and it is to be taken alone.
pub(crate) async fn carry_out_together(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    events: &[&Event],
) -> Result<usize, usize> {
    let first = |_| 0_usize;
    let name = consumer.name();
    let transaction = ledger.db().begin().await.map_err(first)?;
    let aggregates = events.iter().map(|event| event.aggregate()).collect();
    let mut inbox = Inbox::lock(&transaction, name, aggregates).await.map_err(|_| 0_usize)?;
    let begun = Instant::now();
    let mut fresh = Vec::new();
    let mut done = 0;
    for some in events.chunks(SHARED) {
        let mut due = Vec::with_capacity(some.len());
        for (place, event) in (done..).zip(some) {
            let (topic, subject) = event.aggregate();
            let progress = inbox.of(topic, subject);
            match progress.turn(event) {
                Turn::Seen => {}
                turn @ (Turn::Now | Turn::First) => {
                    if turn == Turn::First {
                        fresh.push((place, topic, subject));
                    }
                    progress.take(event);
                    due.push((place, *event));
                }
                Turn::Gap | Turn::Forged(_) => return Err(place),
            }
        }
        carry_out_all(consumer, &due, &transaction).await?;
        done += some.len();
        if begun.elapsed() > LONGEST {
            break;
        }
    }
    if let Some(place) = behind_parked(&transaction, name, &fresh).await.map_err(|_| 0_usize)? {
        return Err(place);
    }
    inbox.note(&transaction).await.map_err(|_| 0_usize)?;
    transaction.commit().await.map_err(first)?;
    ledger.announce();
    metrics::counter!("events_consumed_total", "consumer" => name).increment(done as u64);
    Ok(done)
}

/// The first of some aggregates, none of whose events was carried out before, that has parked events: only
/// alone is it told whether it may go on.
async fn behind_parked(
    transaction: &DatabaseTransaction,
    consumer: &str,
    fresh: &[(usize, &str, &str)],
) -> Result<Option<usize>, Fault> {
    if fresh.is_empty() {
        return Ok(None);
    }
    let rows = tongban_db::dialect(transaction).rows_of_json();
    let statement = Statement::from_sql_and_values(
        transaction.get_database_backend(),
        format!(
            "SELECT MIN(r.place) AS place FROM (SELECT CAST(value ->> 0 AS BIGINT) AS place, \
             value ->> 1 AS topic, value ->> 2 AS subject FROM {rows}) AS r \
             CROSS JOIN event_parked AS p \
             WHERE p.consumer = $2 AND p.topic = r.topic AND p.subject = r.subject"
        ),
        [tongban_db::json_rows(fresh)?.into(), consumer.into()],
    );
    let found = transaction.query_one_raw(statement).await.map_err(tongban_db::to_fault)?;
    let place: Option<i64> = match found {
        Some(row) => row.try_get("", "place").map_err(tongban_db::to_fault)?,
        None => None,
    };
    Ok(place.and_then(|place| usize::try_from(place).ok()))
}

/// Carries out one event in a transaction of its own.
pub(crate) async fn carry_out_alone(
    consumer: &dyn Consumer,
    ledger: &Ledger,
    event: &Event,
) -> Result<Outcome, Failure> {
    let away = |error| Failure::of(tongban_db::to_fault(error));
    let transaction = ledger.db().begin().await.map_err(away)?;
    let (topic, subject) = event.aggregate();
    let mut inbox = Inbox::lock(&transaction, consumer.name(), [(topic, subject)].into())
        .await
        .map_err(Failure::of)?;
    let progress = inbox.of(topic, subject);
    match progress.turn(event) {
        Turn::Seen => return Ok(Outcome::Done),
        Turn::Gap => {
            return Ok(Outcome::Refused("events before it are missing or parked".to_owned()));
        }
        Turn::Forged(why) => return Ok(Outcome::Refused(why.to_owned())),
        Turn::Now => {}
        Turn::First => {
            if holds_back(&transaction, consumer.name(), event).await.map_err(Failure::of)? {
                let reason = "waits behind a parked event of the same aggregate";
                return Ok(Outcome::Refused(reason.to_owned()));
            }
        }
    }
    progress.take(event);
    if let Err(fault) = carry_out(consumer, event, &transaction).await {
        drop(transaction);
        return match fault.kind() {
            // A full disk answers all the same; parked would be what succeeds as soon as there is room.
            FaultKind::Unavailable if fault.code() == STORAGE_FULL || is_away(ledger).await => {
                Err(Failure::Away(fault))
            }
            FaultKind::Unavailable => Err(Failure::MayPass(fault)),
            _ => Ok(Outcome::Refused(fault.to_string())),
        };
    }
    inbox.note(&transaction).await.map_err(Failure::of)?;
    transaction.commit().await.map_err(away)?;
    ledger.announce();
    metrics::counter!("events_consumed_total", "consumer" => consumer.name()).increment(1);
    Ok(Outcome::Done)
}

/// Whether it is the database that an effect lacked: only that is waited out without bound.
async fn is_away(ledger: &Ledger) -> bool {
    !matches!(tokio::time::timeout(ANSWER, ledger.db().ping()).await, Ok(Ok(())))
}

/// The span of carrying one event out, and the event as its consumer is to see it.
fn step(consumer: &dyn Consumer, event: &Event) -> (Span, Envelope) {
    let mut envelope = event.envelope.clone();
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
    (span, envelope)
}

/// The effects of several events, with their places, which their consumer may let share statements.
///
/// # Errors
/// The place of the one that stands in the way.
pub(crate) async fn carry_out_all(
    consumer: &dyn Consumer,
    due: &[(usize, &Event)],
    transaction: &DatabaseTransaction,
) -> Result<(), usize> {
    let Some((first, _)) = due.first() else { return Ok(()) };
    // The spans last as long as the effects.
    let steps: Vec<(Span, Envelope)> = due.iter().map(|(_, event)| step(consumer, event)).collect();
    let envelopes: Vec<&Envelope> = steps.iter().map(|(_, envelope)| envelope).collect();
    // After a panic each is taken alone, which shows whose it is.
    let carried = AssertUnwindSafe(consumer.consume_all(&envelopes, transaction))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err((0, Fault::internal("the consumer panicked"))));
    carried.map_err(|(at, _)| due.get(at).map_or(*first, |(place, _)| *place))
}

/// The effect of one event; the caller notes it in the inbox and commits.
pub(crate) async fn carry_out(
    consumer: &dyn Consumer,
    event: &Event,
    transaction: &DatabaseTransaction,
) -> Result<(), Fault> {
    let (span, envelope) = step(consumer, event);
    // A panic would end the consumer for good, but it concerns this event alone: it is parked for it.
    AssertUnwindSafe(consumer.consume(&envelope, transaction))
        .catch_unwind()
        .instrument(span)
        .await
        .unwrap_or_else(|_| Err(Fault::internal("the consumer panicked")))
}
