//! What the relay reads: events the log does not have yet.
//!
//! A row enters in the transaction of its event and leaves once the log has acknowledged the event. A
//! transaction that commits late is thus never skipped: its rows are simply found in a later round.
//! Order per aggregate holds because an event's successor can only be written after it was committed.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use tongban_contracts::Envelope;
use tongban_kernel::Fault;

use crate::entity::{event, outbox};
use crate::history::meta;

/// An event on its way to the log.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its place in the outbox.
    pub position: i64,
    /// What is to be published.
    pub envelope: Envelope,
}

/// Up to `limit` events of `service` that the log does not have yet, oldest first.
///
/// # Errors
/// When the database is away or a stored event is unreadable.
pub async fn unsent(
    connection: &impl ConnectionTrait,
    service: &str,
    limit: u64,
) -> Result<Vec<Outgoing>, Fault> {
    let waiting = outbox::Entity::find()
        .order_by_asc(outbox::Column::Position)
        .limit(limit)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    let ids = waiting.iter().map(|row| row.event_id.as_str());
    let events = event::Entity::find()
        .filter(event::Column::EventId.is_in(ids))
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    let mut by_id: std::collections::HashMap<_, _> =
        events.into_iter().map(|row| (row.event_id.clone(), row)).collect();
    waiting
        .into_iter()
        .map(|row| {
            let found = by_id.remove(&row.event_id).ok_or_else(|| {
                Fault::internal(format!("outbox names no event {}", row.event_id))
            })?;
            let data = serde_json::from_str(&found.data).map_err(Fault::internal)?;
            let envelope = Envelope::wrap(service, &found.name, data, meta(&found)?);
            Ok(Outgoing { position: row.position, envelope })
        })
        .collect()
}

/// Takes events out that the log has acknowledged.
///
/// # Errors
/// When the database is away.
pub async fn forget(connection: &impl ConnectionTrait, positions: &[i64]) -> Result<(), Fault> {
    outbox::Entity::delete_many()
        .filter(outbox::Column::Position.is_in(positions.iter().copied()))
        .exec(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    Ok(())
}

/// How many events the log does not have yet.
///
/// # Errors
/// When the database is away.
pub async fn pending(connection: &impl ConnectionTrait) -> Result<u64, Fault> {
    outbox::Entity::find().count(connection).await.map_err(tongban_db::to_fault)
}
