//! The Merkle tree over all events of a service, in storage.
//!
//! An event waits in `ledger_unsequenced` from the transaction that wrote it; a trigger sees to that. The
//! sequencer takes what waits, oldest position first, gives each the next place and forgets that it waited,
//! all in one transaction. A transaction that commits late is found in a later round, so nothing is
//! skipped; places have no gaps, and never change. Order per aggregate holds because an event's successor
//! can only be written after it was committed.

pub(crate) mod migration;
mod sequence;

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use tongban_db::Dialect;
use tongban_kernel::Fault;
use tongban_proof::merkle::{Hash, leaf_hash};
use tongban_proof::plan::{self, Span};

pub use sequence::sequence;

use crate::entity::{event, leaf, subtree, unsequenced};

/// Stored hashes, by level and place.
pub type StoredHashes = HashMap<(u32, u64), Hash>;

/// How many leaves the tree has.
///
/// # Errors
/// When the database is away.
pub async fn tree_size(connection: &impl ConnectionTrait) -> Result<u64, Fault> {
    let last: Option<i64> = leaf::Entity::find()
        .select_only()
        .column(leaf::Column::Place)
        .order_by_desc(leaf::Column::Place)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await
        .map_err(tongban_db::to_fault)?;
    u64::try_from(last.map_or(0, |place| place + 1)).map_err(Fault::internal)
}

/// The leaf of an event, if it has one yet.
///
/// # Errors
/// When the database is away.
pub async fn leaf_of(
    connection: &impl ConnectionTrait,
    event_id: &str,
) -> Result<Option<leaf::Model>, Fault> {
    let query = leaf::Entity::find().filter(leaf::Column::EventId.eq(event_id));
    query.one(connection).await.map_err(tongban_db::to_fault)
}

/// How many events wait for their place.
///
/// # Errors
/// When the database is away.
pub async fn unsequenced(connection: &impl ConnectionTrait) -> Result<u64, Fault> {
    unsequenced::Entity::find().count(connection).await.map_err(tongban_db::to_fault)
}

/// Keeps others from changing the tree until `transaction` ends; on SQLite it is the only writer anyway.
///
/// # Errors
/// When the database is away.
pub async fn lock(transaction: &DatabaseTransaction) -> Result<(), Fault> {
    if tongban_db::dialect(transaction) == Dialect::Postgres {
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended('tongban-tree-' || current_schema(), 0))";
        transaction.execute_unprepared(lock).await.map_err(tongban_db::to_fault)?;
    }
    Ok(())
}

/// Whether an event was recorded and still waits for its place.
///
/// # Errors
/// When the database is away.
pub async fn waits(connection: &impl ConnectionTrait, event_id: &str) -> Result<bool, Fault> {
    let query = event::Entity::find().filter(event::Column::EventId.eq(event_id));
    query.count(connection).await.map(|count| count > 0).map_err(tongban_db::to_fault)
}

/// Whether any event waits.
pub(crate) async fn unsequenced_any(connection: &impl ConnectionTrait) -> Result<bool, Fault> {
    let found = unsequenced::Entity::find().limit(1).one(connection).await;
    found.map(|row| row.is_some()).map_err(tongban_db::to_fault)
}

/// Root of the tree of the first `size` leaves.
///
/// # Errors
/// When the database is away or lacks a hash.
pub async fn root(connection: &impl ConnectionTrait, size: u64) -> Result<Hash, Fault> {
    let hashes = hashes_over(connection, std::slice::from_ref(&(0..size))).await?;
    hashes.into_iter().next().ok_or_else(|| Fault::internal("a range without a hash"))
}

/// Hash over the leaves of each range, of those that [`plan`] gives.
///
/// # Errors
/// When the database is away or lacks a hash.
pub async fn hashes_over(
    connection: &impl ConnectionTrait,
    ranges: &[std::ops::Range<u64>],
) -> Result<Vec<Hash>, Fault> {
    let mut stored = StoredHashes::new();
    for span in plan::needed(ranges) {
        stored.extend(read(connection, &span).await?);
    }
    let resolve = |range| plan::resolve(range, |level, place| stored.get(&(level, place)).copied());
    ranges
        .iter()
        .map(|range| {
            resolve(range)
                .ok_or_else(|| Fault::internal(format!("the tree lacks hashes of {range:?}")))
        })
        .collect()
}

async fn read(connection: &impl ConnectionTrait, span: &Span) -> Result<StoredHashes, Fault> {
    let from = i64::try_from(span.places.start).map_err(Fault::internal)?;
    let to = i64::try_from(span.places.end).map_err(Fault::internal)?;
    let rows: Vec<(i64, Vec<u8>)> = if span.level == 0 {
        leaf::Entity::find()
            .select_only()
            .columns([leaf::Column::Place, leaf::Column::Hash])
            .filter(leaf::Column::Place.gte(from))
            .filter(leaf::Column::Place.lt(to))
            .into_tuple()
            .all(connection)
            .await
    } else {
        let level = i32::try_from(span.level).map_err(Fault::internal)?;
        subtree::Entity::find()
            .select_only()
            .columns([subtree::Column::Place, subtree::Column::Hash])
            .filter(subtree::Column::Level.eq(level))
            .filter(subtree::Column::Place.gte(from))
            .filter(subtree::Column::Place.lt(to))
            .into_tuple()
            .all(connection)
            .await
    }
    .map_err(tongban_db::to_fault)?;
    rows.into_iter()
        .map(|(place, hash)| {
            let place = u64::try_from(place).map_err(Fault::internal)?;
            let hash = if span.level == 0 {
                leaf_hash(&hash)
            } else {
                hash.try_into().map_err(|_| Fault::internal("a subtree's hash has not 32 bytes"))?
            };
            Ok(((span.level, place), hash))
        })
        .collect()
}
