//! A consumer's read model made anew from the log, in tables beside the live ones.
//!
//! The live inbox says which events took effect: of every aggregate those up to its version, but for those
//! that were set aside. The shadow has an inbox of its own, by the same rules; that the two say the same in the
//! end, hash by hash, shows that nothing was left out or put in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, FromQueryResult, Statement, TransactionTrait as _, Value,
};
use tongban_db::Shadow;
use tongban_kernel::{Fault, FaultKind, Faults};

use crate::carrying::{carry_out, carry_out_all};
use crate::consumer::Consumer;
use crate::inbox::{Inbox, Turn};
use crate::log::{Log, LogError, Message, Reading};
use crate::understood::Event;

/// Length of a trail that no longer reaches back to where it began.
const FULL_TRAIL: i64 = crate::inbox::LONGEST_TRAIL as i64;

/// Topic and subject.
type Aggregate = (String, String);

/// One consumer's read model on its way into a shadow.
pub struct Rebuilding<'a> {
    consumer: &'a dyn Consumer,
    reading: Box<dyn Reading>,
    /// Events that were read and have not taken effect: those that did not in the live model either, and
    /// those that came before their predecessors.
    waiting: BTreeMap<Aggregate, BTreeMap<i64, Vec<Event>>>,
    /// Aggregates of which an event that was set aside closed a gap.
    jumped: BTreeSet<Aggregate>,
}

/// What was set aside, by hash.
type Aside = HashSet<String>;

#[derive(FromQueryResult)]
struct Kept {
    topic: String,
    subject: String,
    payload: String,
}

#[derive(FromQueryResult)]
struct Reached {
    topic: String,
    subject: String,
    version: i64,
}

impl<'a> Rebuilding<'a> {
    /// Goes to the beginning of the log.
    ///
    /// # Errors
    /// When the log is away.
    pub async fn begin(consumer: &'a dyn Consumer, log: &dyn Log) -> Result<Self, LogError> {
        let topics = consumer.topics();
        log.ensure(&topics).await?;
        let reading = log.read(&topics).await?;
        Ok(Self { consumer, reading, waiting: BTreeMap::new(), jumped: BTreeSet::new() })
    }

    /// Carries out in the shadow what was carried out in the live model and is not there yet; reads the log as
    /// far as it goes.
    ///
    /// Notes in `faults` every aggregate whose events the log no longer has, and every event that once took
    /// effect and now cannot.
    ///
    /// # Errors
    /// When database or log are away.
    pub async fn advance(
        &mut self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
        faults: &mut Faults,
    ) -> Result<(), Fault> {
        let aside = self.aside(shadow, transaction).await?;
        // What waits may have taken effect in the live model since.
        let earlier: BTreeSet<Aggregate> = self.waiting.keys().cloned().collect();
        self.settle(shadow, transaction, &earlier, &aside, false, faults).await?;
        loop {
            let messages = self.reading.next().await.map_err(Fault::unavailable)?;
            if messages.is_empty() {
                break;
            }
            let touched = messages.iter().filter_map(|message| self.keep(message)).collect();
            self.settle(shadow, transaction, &touched, &aside, false, faults).await?;
        }
        let left: BTreeSet<Aggregate> = self.waiting.keys().cloned().collect();
        self.settle(shadow, transaction, &left, &aside, true, faults).await?;
        self.compare(shadow, transaction, faults).await
    }

    /// Lays an event ready; what is none took no effect.
    fn keep(&mut self, message: &Message) -> Option<Aggregate> {
        let event = Event::of(&message.topic, &message.key, &message.payload).ok()?;
        let aggregate = (message.topic.clone(), message.key.clone());
        let places = self.waiting.entry(aggregate.clone()).or_default();
        let place = places.entry(event.version).or_default();
        let again = |one: &Event| one.envelope.chainhash == event.envelope.chainhash;
        if !place.iter().any(again) {
            place.push(event);
        }
        Some(aggregate)
    }

    /// Carries out what has its turn of some aggregates. At the `end` of the log, events that were set aside
    /// may also close gaps, as they did in the live model.
    async fn settle(
        &mut self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
        aggregates: &BTreeSet<Aggregate>,
        aside: &Aside,
        end: bool,
        faults: &mut Faults,
    ) -> Result<(), Fault> {
        if aggregates.is_empty() {
            return Ok(());
        }
        let reached = self.reached(shadow, transaction, aggregates).await?;
        let places = aggregates.iter().map(|(topic, subject)| (topic.as_str(), subject.as_str()));
        let mut inbox = Inbox::lock(transaction, self.consumer.name(), places.collect()).await?;
        let mut due = Vec::new();
        for aggregate in aggregates {
            let last = reached.get(aggregate).copied().unwrap_or_default();
            let Some(waiting) = self.waiting.get_mut(aggregate) else { continue };
            let progress = inbox.of(&aggregate.0, &aggregate.1);
            let mut later = waiting.split_off(&(last + 1));
            let mut stuck = BTreeMap::new();
            for (version, events) in std::mem::take(waiting) {
                let mut unused = Vec::new();
                for event in events {
                    let skipped = aside.contains(&event.envelope.chainhash);
                    match progress.turn(&event) {
                        Turn::Seen | Turn::Forged(_) => continue,
                        Turn::Now => {}
                        Turn::First if version == 1 => {}
                        Turn::First | Turn::Gap if end && skipped => {
                            self.jumped.insert(aggregate.clone());
                        }
                        Turn::First | Turn::Gap => {
                            unused.push(event);
                            continue;
                        }
                    }
                    progress.take(&event);
                    if !skipped {
                        due.push(event);
                    }
                }
                if !unused.is_empty() {
                    stuck.insert(version, unused);
                }
            }
            stuck.append(&mut later);
            if stuck.is_empty() {
                self.waiting.remove(aggregate);
            } else {
                self.waiting.insert(aggregate.clone(), stuck);
            }
        }
        self.carry_out(transaction, &due, faults).await?;
        inbox.note(transaction).await
    }

    /// The effects, together; if that fails each alone, which shows all that cannot be carried out.
    async fn carry_out(
        &self,
        transaction: &DatabaseTransaction,
        due: &[Event],
        faults: &mut Faults,
    ) -> Result<(), Fault> {
        if due.is_empty() {
            return Ok(());
        }
        let places: Vec<(usize, &Event)> = due.iter().enumerate().collect();
        let all = transaction.begin().await.map_err(tongban_db::to_fault)?;
        if carry_out_all(self.consumer, &places, &all).await.is_ok() {
            return all.commit().await.map_err(tongban_db::to_fault);
        }
        all.rollback().await.map_err(tongban_db::to_fault)?;
        for event in due {
            let one = transaction.begin().await.map_err(tongban_db::to_fault)?;
            match carry_out(self.consumer, event, &one).await {
                Ok(()) => one.commit().await.map_err(tongban_db::to_fault)?,
                Err(fault) if fault.kind() == FaultKind::Unavailable => return Err(fault),
                Err(fault) => {
                    one.rollback().await.map_err(tongban_db::to_fault)?;
                    let (topic, subject) = event.aggregate();
                    let pointer = format!("/{topic}/{subject}/{}", event.version);
                    let why = crate::discreet(&fault.to_string());
                    faults.add(pointer, "no_effect", format!("该事件曾经办理，如今不能：{why}"));
                }
            }
        }
        Ok(())
    }

    /// How far the live model is with some aggregates.
    async fn reached(
        &self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
        aggregates: &BTreeSet<Aggregate>,
    ) -> Result<HashMap<Aggregate, i64>, Fault> {
        let sql = format!(
            "SELECT i.topic, i.subject, i.version FROM \
             (SELECT value ->> 0 AS topic, value ->> 1 AS subject FROM {rows}) AS r \
             JOIN {inbox} AS i ON i.topic = r.topic AND i.subject = r.subject WHERE i.consumer = $2",
            rows = tongban_db::dialect(transaction).rows_of_json(),
            inbox = shadow.live("event_inbox"),
        );
        let values = [tongban_db::json_rows(aggregates)?.into(), self.consumer.name().into()];
        let found = all::<Reached>(transaction, sql, values).await?;
        Ok(found.into_iter().map(|one| ((one.topic, one.subject), one.version)).collect())
    }

    async fn aside(
        &self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
    ) -> Result<Aside, Fault> {
        let table = shadow.live("event_set_aside");
        let sql = format!(
            "SELECT topic, subject, payload FROM {table} WHERE consumer = $1 AND version IS NOT NULL"
        );
        let kept = all::<Kept>(transaction, sql, [self.consumer.name().into()]).await?;
        let events =
            kept.iter().filter_map(|row| Event::of(&row.topic, &row.subject, &row.payload).ok());
        Ok(events.map(|event| event.envelope.chainhash).collect())
    }

    /// Notes where the shadow's inbox is not where the live one is.
    async fn compare(
        &self,
        shadow: &Shadow,
        transaction: &DatabaseTransaction,
        faults: &mut Faults,
    ) -> Result<(), Fault> {
        let live = shadow.live("event_inbox");
        let sql = format!(
            "SELECT l.topic, l.subject, COALESCE(s.version, 0) AS version FROM {live} AS l \
             LEFT JOIN event_inbox AS s ON s.consumer = l.consumer AND s.topic = l.topic \
             AND s.subject = l.subject WHERE l.consumer = $1 AND l.version > 0 \
             AND (s.version IS NULL OR s.version <> l.version OR s.hash <> l.hash) \
             ORDER BY l.topic, l.subject"
        );
        for one in all::<Reached>(transaction, sql, [self.consumer.name().into()]).await? {
            let pointer = format!("/{}/{}/{}", one.topic, one.subject, one.version + 1);
            faults.add(pointer, "not_in_the_log", "日志中已没有该事件，读模型无法重建");
        }
        if self.jumped.is_empty() {
            return Ok(());
        }
        // Whether the live model, too, had nothing before the event that was set aside.
        let sql = format!(
            "SELECT l.topic, l.subject, l.version FROM \
             (SELECT value ->> 0 AS topic, value ->> 1 AS subject FROM {rows}) AS r \
             JOIN {live} AS l ON l.topic = r.topic AND l.subject = r.subject AND l.consumer = $2 \
             JOIN event_inbox AS s ON s.topic = l.topic AND s.subject = l.subject AND s.consumer = $2 \
             WHERE l.trail IS NULL OR l.trail <> s.trail OR LENGTH(l.trail) >= {FULL_TRAIL} \
             ORDER BY l.topic, l.subject",
            rows = tongban_db::dialect(transaction).rows_of_json(),
        );
        let values = [tongban_db::json_rows(&self.jumped)?.into(), self.consumer.name().into()];
        for one in all::<Reached>(transaction, sql, values).await? {
            let pointer = format!("/{}/{}", one.topic, one.subject);
            faults.add(pointer, "gap_in_the_log", "日志中缺少被搁置事件之前的事件，读模型无法重建");
        }
        Ok(())
    }
}

async fn all<M: FromQueryResult>(
    transaction: &DatabaseTransaction,
    sql: String,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<M>, Fault> {
    let backend = transaction.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    M::find_by_statement(statement).all(transaction).await.map_err(tongban_db::to_fault)
}
