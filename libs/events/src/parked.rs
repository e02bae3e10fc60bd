//! Events that could not be carried out: kept, seen, replayed.

use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use tongban_contracts::Envelope;
use tongban_kernel::Fault;
use tongban_ledger::Ledger;

use crate::consumer::Consumer;
use crate::entity::parked;
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

/// Whether an earlier event of the aggregate is parked, so that later ones have to wait behind it.
pub(crate) async fn blocked(
    transaction: &DatabaseTransaction,
    consumer: &str,
    topic: &str,
    subject: &str,
) -> Result<bool, DbErr> {
    let waiting = parked::Entity::find()
        .filter(parked::Column::Consumer.eq(consumer))
        .filter(parked::Column::Topic.eq(topic))
        .filter(parked::Column::Subject.eq(subject))
        .count(transaction)
        .await?;
    Ok(waiting > 0)
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

/// Carries out the parked events of `consumer` in their order, each in a transaction of its own, and
/// stops at the first that still fails; gives the number carried out.
///
/// # Errors
/// What the consumer says of the first event that still fails; it stays parked with those behind it.
pub async fn replay(ledger: &Ledger, consumer: &dyn Consumer) -> Result<usize, Fault> {
    let mut done = 0;
    for row in list(ledger.db().read()).await? {
        if row.consumer != consumer.name() {
            continue;
        }
        let envelope: Envelope = serde_json::from_str(&row.payload).map_err(Fault::internal)?;
        let transaction = ledger.db().begin().await.map_err(tongban_db::to_fault)?;
        consumer.consume(&envelope, &transaction).await?;
        parked::Entity::delete_by_id(row.id)
            .exec(&transaction)
            .await
            .map_err(tongban_db::to_fault)?;
        transaction.commit().await.map_err(tongban_db::to_fault)?;
        ledger.announce();
        done += 1;
    }
    Ok(done)
}
