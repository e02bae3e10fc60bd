//! Parked events get another try.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Ledger;

use crate::carrying::carry_out;
use crate::consumer::Consumer;
use crate::entity::parked::{self, Column};
use crate::inbox::{Inbox, Turn};
use crate::parked::holds_back;
use crate::understood::Event;

/// Which of a consumer's parked events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// All.
    All,
    /// Those of one aggregate.
    Of {
        /// Topic they came on.
        topic: &'a str,
        /// The aggregate.
        subject: &'a str,
    },
}

/// What a replay led to.
#[derive(Debug, Default)]
pub struct Replayed {
    /// How many were carried out.
    pub done: usize,
    /// Those at which an aggregate stands still, by the identifier they are parked under, and why.
    pub refused: Vec<(i64, Fault)>,
}

/// Carries out the parked events of `consumer`, each in a transaction of its own and those of an aggregate
/// by version; gives the number carried out.
///
/// An event that still fails stays parked with those of its aggregate behind it; other aggregates go on.
/// Safe to call while the consumer runs, and twice at once.
///
/// # Errors
/// Why the first of those that stay could not be carried out, once all others are; or the database's absence.
pub async fn replay(ledger: &Ledger, consumer: &dyn Consumer) -> Result<usize, Fault> {
    let Replayed { done, refused } = replay_some(ledger, consumer, Which::All).await?;
    refused.into_iter().next().map_or(Ok(done), |(_, fault)| Err(fault))
}

/// As [`replay`], for some of them, and with what became of every aggregate.
///
/// # Errors
/// When the database is away.
pub async fn replay_some(
    ledger: &Ledger,
    consumer: &dyn Consumer,
    which: Which<'_>,
) -> Result<Replayed, Fault> {
    let mut wanted = Condition::all().add(Column::Consumer.eq(consumer.name()));
    if let Which::Of { topic, subject } = which {
        wanted = wanted.add(Column::Topic.eq(topic)).add(Column::Subject.eq(subject));
    }
    let rows = parked::Entity::find()
        .filter(wanted)
        .order_by_asc(Column::Id)
        .all(ledger.db().read())
        .await
        .map_err(tongban_db::to_fault)?;
    let mut aggregates: Vec<Vec<parked::Model>> = Vec::new();
    let mut places = HashMap::new();
    for row in rows {
        let place = *places.entry((row.topic.clone(), row.subject.clone())).or_insert_with(|| {
            aggregates.push(Vec::new());
            aggregates.len() - 1
        });
        aggregates[place].push(row);
    }
    let mut replayed = Replayed::default();
    for mut waiting in aggregates {
        waiting.sort_by_key(|row| row.version);
        for row in waiting {
            match replay_one(ledger, consumer, &row).await {
                Ok(carried_out) => replayed.done += usize::from(carried_out),
                Err(fault) if fault.kind() == FaultKind::Unavailable => return Err(fault),
                Err(fault) => {
                    tracing::warn!(consumer = row.consumer, row.id, %fault, "event stays parked");
                    let beside = [FORGED, UNREADABLE].contains(&fault.code());
                    replayed.refused.push((row.id, fault));
                    // What is no event of the chain stands in nobody's way.
                    if !beside {
                        break;
                    }
                }
            }
        }
    }
    Ok(replayed)
}

/// Code of the refusal of an event that contradicts the chain.
const FORGED: &str = "forged_event";
/// Code of the refusal of what is no event.
const UNREADABLE: &str = "unreadable_event";

/// Carries out one parked event; `false` when that was done before.
async fn replay_one(
    ledger: &Ledger,
    consumer: &dyn Consumer,
    row: &parked::Model,
) -> Result<bool, Fault> {
    let (topic, subject) = (row.topic.as_str(), row.subject.as_str());
    let event = Event::of(topic, subject, &row.payload)
        .map_err(|why| Fault::conflict(UNREADABLE, "该消息无法识别").internally(why))?;
    let transaction = ledger.db().begin().await.map_err(tongban_db::to_fault)?;
    let mut inbox = Inbox::lock(&transaction, consumer.name(), [(topic, subject)].into()).await?;
    let progress = inbox.of(topic, subject);
    let turn = progress.turn(&event);
    let gap = || {
        Fault::conflict("gap", "该对象之前的事件尚缺，不能继续").internally(format!(
            "{topic} {subject}: event {} follows on missing ones",
            event.version
        ))
    };
    match turn {
        Turn::First if holds_back(&transaction, consumer.name(), &event).await? => {
            return Err(gap());
        }
        Turn::Now | Turn::First => {
            progress.take(&event);
            carry_out(consumer, &event, &transaction).await?;
            inbox.note(&transaction).await?;
        }
        Turn::Seen => {}
        Turn::Gap => return Err(gap()),
        Turn::Forged(why) => {
            return Err(
                Fault::conflict(FORGED, "该事件与已办理的事件相矛盾，可能系伪造").internally(why)
            );
        }
    }
    parked::Entity::delete_by_id(row.id).exec(&transaction).await.map_err(tongban_db::to_fault)?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    ledger.announce();
    Ok(turn != Turn::Seen)
}
