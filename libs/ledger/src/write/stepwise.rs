//! Any database: the tables one after the other, in an open transaction.

use std::collections::{BTreeMap, HashSet};

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, IdenStatic as _, IntoActiveModel};

use super::rows::{Row, insert, insert_returning};
use crate::append::{Append, Event, Kept};
use crate::entity::{aggregate, event, outbox, request};

/// Writes `batch` into an open transaction; names the places of those that were too late, in which case the
/// transaction must be rolled back.
pub(crate) async fn write(
    connection: &impl ConnectionTrait,
    batch: &[&Append],
) -> Result<Vec<usize>, DbErr> {
    let requests: Vec<&Kept> = batch.iter().filter_map(|append| append.kept.as_ref()).collect();
    let kept = keep(connection, &requests).await?;
    let moved = move_heads(connection, batch).await?;
    let late = |append: &Append| {
        !moved.contains(&(append.aggregate.0.to_owned(), append.aggregate.1.clone()))
            || append.kept.as_ref().is_some_and(|request| !kept.contains(&request.key))
    };
    let places = batch.iter().enumerate();
    let raced: Vec<usize> =
        places.filter(|(_, append)| late(append)).map(|(place, _)| place).collect();
    if !raced.is_empty() {
        return Ok(raced);
    }
    let events =
        || batch.iter().flat_map(|append| append.events.iter().map(move |one| (append, one)));
    let rows: Vec<Row> = events().map(|(append, one)| event_row(append, one)).collect();
    insert(connection, &rows.iter().collect::<Vec<_>>(), None).await?;
    let rows: Vec<Row> = events().map(|(_, one)| outbox_row(one)).collect();
    insert(connection, &rows.iter().collect::<Vec<_>>(), None).await?;
    let mut columns: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for append in batch {
        columns.entry(append.columns.table).or_default().push(&append.columns);
    }
    for rows in columns.values() {
        let replacing = rows.first().map(|row| row.replacing());
        insert(connection, rows, replacing.as_ref()).await?;
    }
    Ok(raced)
}

/// Keeps answers; gives the keys of those that were kept, which are not those kept before.
pub(crate) async fn keep(
    connection: &impl ConnectionTrait,
    requests: &[&Kept],
) -> Result<HashSet<(String, String)>, DbErr> {
    use request::Column;
    let mut requests = requests.to_vec();
    // Everywhere in the same order, so that two batches cannot wait for each other.
    requests.sort_by(|one, other| one.key.cmp(&other.key));
    let rows: Vec<Row> = requests.iter().map(|kept| request_row(kept)).collect();
    let Some(first) = rows.first() else { return Ok(HashSet::new()) };
    let unless_there = first.conflict().do_nothing().to_owned();
    let rows: Vec<&Row> = rows.iter().collect();
    let written = insert_returning(connection, &rows, &unless_there).await?;
    let mut kept = HashSet::with_capacity(written.len());
    for row in written {
        let account = row.try_get_by(Column::Account.as_str())?;
        kept.insert((account, row.try_get_by(Column::Key.as_str())?));
    }
    Ok(kept)
}

/// Moves the aggregates' heads on; gives those that stood where their append expects them.
async fn move_heads(
    connection: &impl ConnectionTrait,
    batch: &[&Append],
) -> Result<HashSet<(String, String)>, DbErr> {
    use aggregate::Column;
    let mut by_added: BTreeMap<i64, Vec<&Append>> = BTreeMap::new();
    for append in batch {
        by_added.entry(append.added).or_default().push(append);
    }
    let mut moved = HashSet::with_capacity(batch.len());
    for (added, mut appends) in by_added {
        appends.sort_by(|one, other| one.aggregate.cmp(&other.aggregate));
        let head = |append: &&Append| Row::of(append.head.clone().into_active_model().reset_all());
        let rows: Vec<Row> = appends.iter().map(head).collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let Some(first) = rows.first() else { continue };
        let here =
            |column: Column| Expr::col((Alias::new(first.table), Alias::new(column.as_str())));
        let excluded =
            |column: Column| Expr::col((Alias::new("excluded"), Alias::new(column.as_str())));
        let others = [Column::Version, Column::Hash, Column::At];
        let state = Expr::case(excluded(Column::State).eq(""), here(Column::State))
            .finally(excluded(Column::State));
        // The version is the lock that only one of two racing writers gets.
        let free = here(Column::Version).eq(excluded(Column::Version).sub(added));
        let conflict = first
            .conflict()
            .update_columns(others.map(|column| Alias::new(column.as_str())))
            .value(Alias::new(Column::State.as_str()), state)
            .action_and_where(free)
            .to_owned();
        for row in insert_returning(connection, &rows, &conflict).await? {
            let kind = row.try_get_by(Column::Aggregate.as_str())?;
            moved.insert((kind, row.try_get_by(Column::AggregateId.as_str())?));
        }
    }
    Ok(moved)
}

fn event_row(append: &Append, one: &Event) -> Row {
    let (aggregate, aggregate_id) = &append.aggregate;
    Row::of(event::ActiveModel {
        position: NotSet,
        event_id: Set(one.event_id.clone()),
        aggregate: Set((*aggregate).to_owned()),
        aggregate_id: Set(aggregate_id.clone()),
        version: Set(one.version),
        name: Set(one.name.clone()),
        data: Set(one.data.clone()),
        actor: Set(one.actor.clone()),
        at: Set(one.at),
        traceparent: Set(one.traceparent.clone()),
        previous: Set(one.previous.clone()),
        hash: Set(one.hash.clone()),
    })
}

fn outbox_row(one: &Event) -> Row {
    Row::of(outbox::ActiveModel { position: NotSet, event_id: Set(one.event_id.clone()) })
}

fn request_row(kept: &Kept) -> Row {
    Row::of(request::ActiveModel {
        account: Set(kept.key.0.clone()),
        key: Set(kept.key.1.clone()),
        fingerprint: Set(kept.fingerprint.clone()),
        status: Set(kept.status),
        body: Set(kept.body.clone()),
        at: Set(kept.at),
    })
}
