//! Reading what happened, and checking that nobody changed it.

use chrono::DateTime;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};
use tongban_contracts::event::join;
use tongban_contracts::{DomainEvent, Meta, Unreadable};
use tongban_kernel::{Fault, FaultKind};

use crate::chain::{ChainFault, GENESIS, Link, hash_of};
use crate::entity::event;

/// An event with what the ledger knows of it.
#[derive(Debug, Clone)]
pub struct Recorded<E> {
    /// What happened.
    pub event: E,
    /// When, by whom, in which place.
    pub meta: Meta,
    /// Hash of the event, in hexadecimal.
    pub hash: String,
}

impl<E> Recorded<E> {
    /// Hash of the event.
    ///
    /// # Errors
    /// When what is stored is not a hash.
    pub fn hash_bytes(&self) -> Result<[u8; 32], Fault> {
        let mut hash = [0; 32];
        hex::decode_to_slice(&self.hash, &mut hash).map_err(Fault::internal)?;
        Ok(hash)
    }
}

/// The history of one aggregate, oldest first; empty when there is none.
pub(crate) async fn read<E: DomainEvent>(
    connection: &impl ConnectionTrait,
    id: &str,
) -> Result<Vec<Recorded<E>>, Fault> {
    let rows = rows(connection, E::AGGREGATE, id, 0).await?;
    rows.into_iter().map(|row| recorded(&row)).collect()
}

/// Recomputes the chain of one aggregate and names the first place where it does not hold.
///
/// Events and head are read from one `snapshot`: read one after the other, an event appended in between
/// would look like one that somebody took away or put in.
pub(crate) async fn check(
    snapshot: &DatabaseTransaction,
    aggregate: &str,
    id: &str,
) -> Result<Result<i64, ChainFault>, Fault> {
    let rows = rows(snapshot, aggregate, id, 0).await?;
    let fault = |version, problem| ChainFault {
        aggregate: aggregate.to_owned(),
        aggregate_id: id.to_owned(),
        version,
        problem,
    };
    let mut previous = GENESIS.to_vec();
    for (row, version) in rows.iter().zip(1..) {
        if row.version != version {
            return Ok(Err(fault(version, "missing")));
        }
        if row.previous != previous {
            return Ok(Err(fault(version, "does not follow the event before it")));
        }
        if row.hash != hash_of(&link(row)) {
            return Ok(Err(fault(version, "changed after it was written")));
        }
        previous.clone_from(&row.hash);
    }
    let head = crate::entity::aggregate::Entity::find_by_id((aggregate.to_owned(), id.to_owned()))
        .one(snapshot)
        .await
        .map_err(tongban_db::to_fault)?;
    let count = i64::try_from(rows.len()).map_err(Fault::internal)?;
    Ok(match head {
        None if count == 0 => Ok(0),
        None => Err(fault(count, "its state is missing")),
        Some(head) if head.version > count => Err(fault(count + 1, "missing")),
        Some(head) if head.version < count => {
            Err(fault(head.version + 1, "added behind the last event"))
        }
        Some(head) if head.hash != previous => Err(fault(count, "not the one its state is of")),
        Some(_) => Ok(count),
    })
}

/// The events of an aggregate that came after the version `after`.
pub(crate) async fn rows(
    connection: &impl ConnectionTrait,
    aggregate: &str,
    id: &str,
    after: i64,
) -> Result<Vec<event::Model>, Fault> {
    event::Entity::find()
        .filter(event::Column::Aggregate.eq(aggregate))
        .filter(event::Column::AggregateId.eq(id))
        .filter(event::Column::Version.gt(after))
        .order_by_asc(event::Column::Version)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

pub(crate) fn link(row: &event::Model) -> Link<'_> {
    Link {
        previous: &row.previous,
        event_id: &row.event_id,
        aggregate: &row.aggregate,
        aggregate_id: &row.aggregate_id,
        version: row.version,
        name: &row.name,
        at: row.at,
        actor: &row.actor,
        data: &row.data,
    }
}

fn recorded<E: DomainEvent>(row: &event::Model) -> Result<Recorded<E>, Fault> {
    Ok(Recorded { event: event_of(row)?, meta: meta(row)?, hash: hex::encode(&row.hash) })
}

/// What a row says happened, brought up to today's version of its event.
pub(crate) fn event_of<E: DomainEvent>(row: &event::Model) -> Result<E, Fault> {
    let data = serde_json::from_str(&row.data).map_err(Fault::internal)?;
    join(&row.name, data).map_err(|error| {
        let told =
            format!("{} {}, event {}: {error}", row.aggregate, row.aggregate_id, row.version);
        match error {
            // While versions are exchanged, another process can tell; this one does not guess.
            Unreadable::Newer { .. } => Fault::new(
                FaultKind::Unavailable,
                "newer_event",
                "该对象含有更新版本系统写入的记录，本进程尚不能读取，请稍后重试",
            )
            .internally(told),
            _ => Fault::internal(told),
        }
    })
}

/// What the ledger knows of a stored event.
pub(crate) fn meta(row: &event::Model) -> Result<Meta, Fault> {
    Ok(Meta {
        event_id: row.event_id.parse().map_err(Fault::internal)?,
        aggregate: row.aggregate.clone(),
        aggregate_id: row.aggregate_id.clone(),
        version: row.version,
        at: DateTime::from_timestamp_micros(row.at)
            .ok_or_else(|| Fault::internal("time out of range"))?,
        actor: serde_json::from_str(&row.actor).map_err(Fault::internal)?,
        traceparent: row.traceparent.clone(),
    })
}
