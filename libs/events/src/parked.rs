//! Events that could not be carried out: kept, seen, replayed.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Ledger;

use crate::consumer::{Consumer, carry_out, understand};
use crate::entity::parked;
use crate::inbox::{Turn, turn};
use crate::log::Message;

pub(crate) async fn park(
    transaction: &DatabaseTransaction,
    consumer: &str,
    message: &Message,
    reason: &str,
    at: i64,
) -> Result<(), DbErr> {
    tracing::error!(consumer, topic = message.topic, subject = message.key, reason, "event parked");
    metrics::counter!("events_parked_total", "consumer" => consumer.to_owned()).increment(1);
    let row = parked::ActiveModel {
        id: NotSet,
        consumer: Set(consumer.to_owned()),
        topic: Set(message.topic.clone()),
        subject: Set(message.key.clone()),
        payload: Set(message.payload.clone()),
        reason: Set(reason.to_owned()),
        at: Set(at),
    };
    parked::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// What is parked of one aggregate, in the order of parking.
pub(crate) async fn parked_of(
    connection: &impl ConnectionTrait,
    consumer: &str,
    topic: &str,
    subject: &str,
) -> Result<Vec<parked::Model>, DbErr> {
    parked::Entity::find()
        .filter(parked::Column::Consumer.eq(consumer))
        .filter(parked::Column::Topic.eq(topic))
        .filter(parked::Column::Subject.eq(subject))
        .order_by_asc(parked::Column::Id)
        .all(connection)
        .await
}

/// The version of a parked event; `None` when it is no readable event.
pub(crate) fn version_of(row: &parked::Model) -> Option<i64> {
    understand(&row.topic, &row.subject, &row.payload).ok().map(|(_, version)| version)
}

/// All parked events of a service, in the order of parking.
///
/// # Errors
/// When the database is away.
pub async fn list(connection: &impl ConnectionTrait) -> Result<Vec<parked::Model>, Fault> {
    parked::Entity::find()
        .order_by_asc(parked::Column::Id)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// How many events are parked.
///
/// # Errors
/// When the database is away.
pub async fn count(connection: &impl ConnectionTrait) -> Result<u64, Fault> {
    parked::Entity::find().count(connection).await.map_err(tongban_db::to_fault)
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
    let rows = list(ledger.db().read()).await?;
    let mut aggregates: Vec<Vec<parked::Model>> = Vec::new();
    let mut places = HashMap::new();
    for row in rows.into_iter().filter(|row| row.consumer == consumer.name()) {
        let place = places.entry((row.topic.clone(), row.subject.clone()));
        let place = *place.or_insert_with(|| {
            aggregates.push(Vec::new());
            aggregates.len() - 1
        });
        aggregates[place].push(row);
    }
    let (mut done, mut refusal) = (0, None);
    for mut waiting in aggregates {
        waiting.sort_by_key(version_of);
        for row in waiting {
            match replay_one(ledger, consumer, &row).await {
                Ok(carried_out) => done += usize::from(carried_out),
                Err(fault) if fault.kind() == FaultKind::Unavailable => return Err(fault),
                Err(fault) => {
                    tracing::warn!(consumer = row.consumer, row.id, %fault, "event stays parked");
                    refusal = refusal.or(Some(fault));
                    break;
                }
            }
        }
    }
    refusal.map_or(Ok(done), Err)
}

/// Carries out one parked event; `false` when that was done before.
async fn replay_one(
    ledger: &Ledger,
    consumer: &dyn Consumer,
    row: &parked::Model,
) -> Result<bool, Fault> {
    let away = |error: DbErr| tongban_db::to_fault(error);
    let (topic, subject) = (row.topic.as_str(), row.subject.as_str());
    let (envelope, version) = understand(topic, subject, &row.payload)
        .map_err(|why| Fault::conflict("unreadable_event", "该消息无法识别").internally(why))?;
    let transaction = ledger.db().begin().await.map_err(away)?;
    let turn = turn(&transaction, consumer.name(), topic, subject, version).await.map_err(away)?;
    match turn {
        Turn::Now | Turn::First => {
            carry_out(consumer, topic, &envelope, version, &transaction).await?;
        }
        Turn::Seen => {}
        Turn::Gap => {
            return Err(Fault::conflict("gap", "该对象之前的事件尚缺，不能继续").internally(
                format!("{topic} {subject}: event {version} follows on missing ones"),
            ));
        }
    }
    parked::Entity::delete_by_id(row.id).exec(&transaction).await.map_err(away)?;
    transaction.commit().await.map_err(away)?;
    ledger.announce();
    Ok(turn != Turn::Seen)
}
