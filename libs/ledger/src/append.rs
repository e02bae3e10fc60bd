//! The append path: everything a command leads to, in one transaction.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn,
    QueryFilter,
};
use tongban_contracts::event::split;
use tongban_contracts::{DomainEvent, Meta};
use tongban_kernel::{Entropy, Fault, entropy::time_ordered_id};

use crate::aggregate::{Caller, Committed, Loaded, Stored};
use crate::chain::{GENESIS, Link, hash_of};
use crate::entity::{aggregate, event, outbox, request};

/// Why an append did not happen.
pub(crate) enum AppendError {
    /// Somebody else appended to the aggregate, or used the same idempotency key, in the meantime.
    Raced,
    /// Anything else.
    Fault(Fault),
}

impl From<Fault> for AppendError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<DbErr> for AppendError {
    fn from(error: DbErr) -> Self {
        if tongban_db::is_duplicate(&error) {
            Self::Raced
        } else {
            Self::Fault(tongban_db::to_fault(error))
        }
    }
}

/// New events with all that will be written for them, made before any transaction is open.
pub(crate) struct Prepared<A: Stored> {
    pub(crate) committed: Committed<A>,
    rows: Vec<event::ActiveModel>,
    head: aggregate::Model,
    expected: i64,
}

/// Evolves the state over `events` and links them into the chain.
pub(crate) fn prepare<A: Stored>(
    id: &str,
    current: Option<Loaded<A>>,
    events: Vec<A::Event>,
    now: chrono::DateTime<chrono::Utc>,
    caller: &Caller,
    entropy: &dyn Entropy,
) -> Result<Prepared<A>, Fault> {
    let kind = <A::Event as DomainEvent>::AGGREGATE;
    let actor = serde_json::to_string(&caller.principal).map_err(Fault::internal)?;
    let (mut state, expected, mut hash, last) = match current {
        Some(loaded) => (Some(loaded.state), loaded.version, loaded.hash, loaded.at),
        None => (None, 0, GENESIS.to_vec(), i64::MIN),
    };
    // A clock that was set back must not let a later event look earlier than the one before it.
    let at = now.timestamp_micros().max(last);
    let moment = chrono::DateTime::from_timestamp_micros(at).unwrap_or(now);
    let mut version = expected;
    let mut rows = Vec::with_capacity(events.len());
    let mut recorded = Vec::with_capacity(events.len());
    for happened in events {
        version += 1;
        let meta = Meta {
            event_id: time_ordered_id(moment, entropy),
            aggregate: kind.to_owned(),
            aggregate_id: id.to_owned(),
            version,
            at: moment,
            actor: caller.principal.clone(),
            traceparent: caller.traceparent.clone(),
        };
        let (name, data) = split(&happened).map_err(Fault::internal)?;
        let data = data.to_string();
        let event_id = meta.event_id.to_string();
        let link = Link {
            previous: &hash,
            event_id: &event_id,
            aggregate: kind,
            aggregate_id: id,
            version,
            name: &name,
            at,
            actor: &actor,
            data: &data,
        };
        let next = hash_of(&link).to_vec();
        rows.push(event::ActiveModel {
            position: NotSet,
            event_id: Set(event_id),
            aggregate: Set(kind.to_owned()),
            aggregate_id: Set(id.to_owned()),
            version: Set(version),
            name: Set(name),
            data: Set(data),
            actor: Set(actor.clone()),
            at: Set(at),
            traceparent: Set(caller.traceparent.clone()),
            previous: Set(hash),
            hash: Set(next.clone()),
        });
        hash = next;
        state = A::evolve(state, &happened, &meta);
        if state.is_none() {
            return Err(Fault::internal(format!("{kind} {id}: event {version} cannot follow")));
        }
        recorded.push((happened, meta));
    }
    let Some(state) = state else {
        return Err(Fault::internal(format!("{kind} {id}: no event, no state")));
    };
    let head = aggregate::Model {
        aggregate: kind.to_owned(),
        aggregate_id: id.to_owned(),
        version,
        state: serde_json::to_string(&state).map_err(Fault::internal)?,
        hash,
        at,
    };
    let committed = Committed { state, version, events: recorded };
    Ok(Prepared { committed, rows, head, expected })
}

/// Writes what was prepared, with the answer to keep, into an open transaction.
pub(crate) async fn write<A: Stored>(
    transaction: &DatabaseTransaction,
    prepared: &Prepared<A>,
    request: Option<request::ActiveModel>,
) -> Result<(), AppendError> {
    write_head(transaction, &prepared.head, prepared.expected).await?;
    let announced = prepared.committed.events.iter().map(|(_, meta)| outbox::ActiveModel {
        position: NotSet,
        event_id: Set(meta.event_id.to_string()),
    });
    event::Entity::insert_many(prepared.rows.clone()).exec_without_returning(transaction).await?;
    outbox::Entity::insert_many(announced).exec_without_returning(transaction).await?;
    write_row(transaction, prepared).await?;
    if let Some(request) = request {
        request::Entity::insert(request).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Moves the aggregate's head on; the version is the lock that only one of two racing writers gets.
async fn write_head(
    transaction: &DatabaseTransaction,
    head: &aggregate::Model,
    expected: i64,
) -> Result<(), AppendError> {
    use aggregate::Column;
    if expected == 0 {
        let row = aggregate::ActiveModel::from(head.clone()).reset_all();
        aggregate::Entity::insert(row).exec_without_returning(transaction).await?;
        return Ok(());
    }
    let moved = aggregate::Entity::update_many()
        .col_expr(Column::Version, head.version.into())
        .col_expr(Column::State, head.state.clone().into())
        .col_expr(Column::Hash, head.hash.clone().into())
        .col_expr(Column::At, head.at.into())
        .filter(Column::Aggregate.eq(&head.aggregate))
        .filter(Column::AggregateId.eq(&head.aggregate_id))
        .filter(Column::Version.eq(expected))
        .exec(transaction)
        .await?;
    if moved.rows_affected == 1 { Ok(()) } else { Err(AppendError::Raced) }
}

/// Writes the query columns, over those of an earlier version.
async fn write_row<A: Stored>(
    transaction: &DatabaseTransaction,
    prepared: &Prepared<A>,
) -> Result<(), AppendError> {
    let keys = <A::Row as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    let names: Vec<&'static str> =
        <A::Row as EntityTrait>::PrimaryKey::iter().map(|key| key.into_column().as_str()).collect();
    let columns =
        <A::Row as EntityTrait>::Column::iter().filter(|column| !names.contains(&column.as_str()));
    let row = prepared.committed.state.row(&prepared.head.aggregate_id, prepared.head.version);
    <A::Row as EntityTrait>::insert(row)
        .on_conflict(OnConflict::columns(keys).update_columns(columns).to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
