//! A parked event that is never to be carried out, by somebody's decision.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tongban_kernel::Fault;
use tongban_ledger::Ledger;

use crate::entity::{parked, set_aside as aside};
use crate::inbox::{Inbox, Turn};
use crate::parked::of_aggregate;
use crate::understood::Event;

/// Who sets an event aside, and why.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// Account.
    pub by: &'a str,
    /// Reason, for those who look at it later.
    pub why: &'a str,
}

/// Sets the parked event `id` aside for good and gives what is kept of it; asked again, gives the same.
///
/// When it has its place in the chain, its consumer's inbox moves past it, and the later events of its
/// aggregate may be replayed. What is no event, or contradicts what was carried out, moves nothing: the event
/// that truly has its place may still come.
///
/// # Errors
/// Not found; a conflict while earlier events of the aggregate are parked; the database's absence.
pub async fn set_aside(
    ledger: &Ledger,
    id: i64,
    decision: Decision<'_>,
) -> Result<aside::Model, Fault> {
    let unknown = || Fault::not_found("该挂起事件");
    let found = parked::Entity::find_by_id(id)
        .one(ledger.db().read())
        .await
        .map_err(tongban_db::to_fault)?;
    let Some(row) = found else { return earlier_decision(ledger, id).await?.ok_or_else(unknown) };
    let transaction = ledger.db().begin().await.map_err(tongban_db::to_fault)?;
    let aggregate = (row.topic.as_str(), row.subject.as_str());
    let mut inbox = Inbox::lock(&transaction, &row.consumer, [aggregate].into()).await?;
    let taken =
        parked::Entity::delete_by_id(id).exec(&transaction).await.map_err(tongban_db::to_fault)?;
    if taken.rows_affected == 0 {
        drop(transaction);
        return earlier_decision(ledger, id).await?.ok_or_else(unknown);
    }
    if let Ok(event) = Event::of(&row.topic, &row.subject, &row.payload) {
        let progress = inbox.of(&row.topic, &row.subject);
        if matches!(progress.turn(&event), Turn::Now | Turn::First | Turn::Gap) {
            let earlier = of_aggregate(&row.consumer, &row.topic, &row.subject)
                .filter(parked::Column::Version.lt(event.version))
                .count(&transaction);
            if earlier.await.map_err(tongban_db::to_fault)? > 0 {
                return Err(Fault::conflict(
                    "earlier_events_parked",
                    "该对象之前还有挂起的事件，请先处理",
                ));
            }
            progress.take(&event);
            inbox.note(&transaction).await?;
        }
    }
    let kept = aside::Model {
        id,
        consumer: row.consumer,
        topic: row.topic,
        subject: row.subject,
        version: row.version,
        payload: row.payload,
        reason: row.reason,
        parked_at: row.at,
        by: decision.by.to_owned(),
        why: decision.why.to_owned(),
        at: ledger.clock().now().timestamp_micros(),
    };
    let insertion = aside::Entity::insert(aside::ActiveModel::from(kept.clone()).reset_all());
    insertion.exec_without_returning(&transaction).await.map_err(tongban_db::to_fault)?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    tracing::warn!(
        consumer = kept.consumer,
        topic = kept.topic,
        subject = kept.subject,
        version = kept.version,
        by = kept.by,
        why = kept.why,
        "event set aside for good"
    );
    metrics::counter!("events_set_aside_total", "consumer" => kept.consumer.clone()).increment(1);
    Ok(kept)
}

async fn earlier_decision(ledger: &Ledger, id: i64) -> Result<Option<aside::Model>, Fault> {
    aside::Entity::find_by_id(id).one(ledger.db().read()).await.map_err(tongban_db::to_fault)
}
