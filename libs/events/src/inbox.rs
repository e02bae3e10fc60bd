//! Exactly once: how far a consumer has come with each aggregate, committed with the effect.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};
use tongban_db::Dialect;
use tongban_kernel::Fault;

use crate::understood::Event;

/// How many of an aggregate's latest events are remembered one by one, to tell a repetition from a forgery.
const REMEMBERED: usize = 64;
/// Characters of the memory of one event: the beginning of its hash and the end of its identifier.
const MEMORY: usize = 32;
/// Characters of a trail that may have lost its beginning.
pub(crate) const LONGEST_TRAIL: usize = REMEMBERED * MEMORY;
/// What the first event of an aggregate names as the hash before it.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What to do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is the next one.
    Now,
    /// It is the first that is seen of the aggregate.
    First,
    /// It was carried out before.
    Seen,
    /// Some before it are missing, or parked.
    Gap,
    /// It contradicts what was carried out; why.
    Forged(&'static str),
}

/// How far a consumer has come with one aggregate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// Version of the last event carried out; 0 before the first.
    version: i64,
    /// Its hash; unknown when it was taken by a program that did not keep it.
    hash: Option<String>,
    /// The memories of the latest events, the last one's at the end.
    trail: String,
    changed: bool,
}

impl Progress {
    /// Whose turn `event` is.
    ///
    /// The first event ever seen of an aggregate may be taken whatever its version: a consumer that joins
    /// late reads a log that may no longer reach back to the beginning.
    pub(crate) fn turn(&self, event: &Event) -> Turn {
        let (version, last) = (event.version, self.version);
        if version == 1 && event.envelope.previoushash != GENESIS {
            return Turn::Forged("the first event of an aggregate follows on none");
        }
        if last == 0 {
            return Turn::First;
        }
        if version <= last {
            let known = usize::try_from(last - version).ok().and_then(|back| self.memory(back));
            let same = known.is_none_or(|known| known == memory(event));
            return if same { Turn::Seen } else { Turn::Forged("another event has its place") };
        }
        if version > last + 1 {
            return Turn::Gap;
        }
        if self.hash.as_ref().is_some_and(|hash| *hash != event.envelope.previoushash) {
            return Turn::Forged("it does not follow on the event before it");
        }
        let id = &memory(event)[MEMORY / 2..];
        if (0..).map_while(|back| self.memory(back)).any(|known| &known[MEMORY / 2..] == id) {
            return Turn::Forged("another event has its identifier");
        }
        Turn::Now
    }

    /// Moves on to `event`, whose turn it is.
    pub(crate) fn take(&mut self, event: &Event) {
        if self.version + 1 != event.version {
            self.trail.clear();
        }
        self.trail.push_str(&memory(event));
        let surplus = self.trail.len().saturating_sub(LONGEST_TRAIL);
        self.trail.drain(..surplus);
        self.version = event.version;
        self.hash = Some(event.envelope.chainhash.clone());
        self.changed = true;
    }

    /// The memory of the event so many before the last one.
    fn memory(&self, back: usize) -> Option<&str> {
        let end = self.trail.len().checked_sub(back * MEMORY)?;
        self.trail.get(end.checked_sub(MEMORY)?..end)
    }
}

fn memory(event: &Event) -> String {
    let id = event.envelope.id.simple().to_string();
    format!("{}{}", &event.envelope.chainhash[..MEMORY / 2], &id[id.len() - MEMORY / 2..])
}

/// A consumer's progress with some aggregates, locked until its transaction ends.
pub(crate) struct Inbox<'a> {
    consumer: &'a str,
    progress: HashMap<(String, String), Progress>,
}

impl<'a> Inbox<'a> {
    /// Locks the rows of `aggregates` (topic and subject), and makes those that are missing.
    ///
    /// While a group is being rebalanced two members may hold the same event: the second waits here for the
    /// first and then finds the event taken. All lock in the same order, so that none waits for another in a
    /// circle.
    pub(crate) async fn lock(
        transaction: &DatabaseTransaction,
        consumer: &'a str,
        aggregates: BTreeSet<(&str, &str)>,
    ) -> Result<Self, Fault> {
        let dialect = tongban_db::dialect(transaction);
        let rows = dialect.rows_of_json();
        let values = || -> Result<[sea_orm::Value; 2], Fault> {
            Ok([tongban_db::json_rows(&aggregates)?.into(), consumer.into()])
        };
        let statement = |sql: String| -> Result<Statement, Fault> {
            let backend = transaction.get_database_backend();
            Ok(Statement::from_sql_and_values(backend, sql, values()?))
        };
        let make = statement(format!(
            "INSERT INTO event_inbox (consumer, topic, subject, version) \
             SELECT $2, value ->> 0, value ->> 1, 0 FROM {rows} WHERE true ORDER BY 2, 3 \
             ON CONFLICT (consumer, topic, subject) DO NOTHING"
        ))?;
        transaction.execute_raw(make).await.map_err(tongban_db::to_fault)?;
        // One after the other by the whole key: joined, PostgreSQL may read all that the consumer ever took, as long
        // as it has not analysed a table that has grown.
        let read = statement(match dialect {
            Dialect::Sqlite => format!(
                "SELECT i.topic, i.subject, i.version, i.hash, i.trail FROM {rows} \
                 CROSS JOIN event_inbox AS i \
                 WHERE i.consumer = $2 AND i.topic = value ->> 0 AND i.subject = value ->> 1"
            ),
            Dialect::Postgres => format!(
                "SELECT i.topic, i.subject, i.version, i.hash, i.trail FROM \
                 (SELECT value ->> 0 AS topic, value ->> 1 AS subject FROM {rows} ORDER BY 1, 2) AS r \
                 CROSS JOIN LATERAL (SELECT * FROM event_inbox AS e \
                  WHERE e.consumer = $2 AND e.topic = r.topic AND e.subject = r.subject FOR UPDATE) AS i"
            ),
        })?;
        let found = transaction.query_all_raw(read).await.map_err(tongban_db::to_fault)?;
        let mut progress = HashMap::with_capacity(found.len());
        for row in found {
            let one = || -> Result<_, DbErr> {
                let key = (row.try_get("", "topic")?, row.try_get("", "subject")?);
                let trail: Option<String> = row.try_get("", "trail")?;
                let known = Progress {
                    version: row.try_get("", "version")?,
                    hash: row.try_get("", "hash")?,
                    trail: trail.unwrap_or_default(),
                    changed: false,
                };
                Ok((key, known))
            };
            let (key, known) = one().map_err(tongban_db::to_fault)?;
            progress.insert(key, known);
        }
        Ok(Self { consumer, progress })
    }

    /// The progress with an aggregate that was locked.
    pub(crate) fn of(&mut self, topic: &str, subject: &str) -> &mut Progress {
        self.progress.entry((topic.to_owned(), subject.to_owned())).or_default()
    }

    /// Writes down what was taken, in the transaction that holds the locks.
    pub(crate) async fn note(&self, transaction: &DatabaseTransaction) -> Result<(), Fault> {
        let changed = self.progress.iter().filter(|(_, progress)| progress.changed);
        let mut rows: Vec<_> = changed
            .map(|((topic, subject), known)| {
                (topic, subject, known.version, &known.hash, &known.trail)
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        rows.sort();
        let from = tongban_db::dialect(transaction).rows_of_json();
        let statement = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            format!(
                "INSERT INTO event_inbox (consumer, topic, subject, version, hash, trail) \
                 SELECT $2, value ->> 0, value ->> 1, CAST(value ->> 2 AS BIGINT), value ->> 3, \
                 value ->> 4 FROM {from} WHERE true \
                 ON CONFLICT (consumer, topic, subject) DO UPDATE SET \
                 version = excluded.version, hash = excluded.hash, trail = excluded.trail"
            ),
            [tongban_db::json_rows(rows)?.into(), self.consumer.into()],
        );
        transaction.execute_raw(statement).await.map_err(tongban_db::to_fault)?;
        Ok(())
    }
}
