//! The append path: many appends in one transaction, a few statements for all of them.

use std::collections::{BTreeMap, HashSet};

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, DbErr, IdenStatic as _};
use tongban_db::Db;
use tongban_kernel::Fault;

use crate::append::{Append, Kept};
use crate::entity::{aggregate, request};
use crate::rows::{Row, insert, insert_returning};

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is on the disk.
    Written,
    /// Somebody else appended to the aggregate, or used the same idempotency key, in the meantime.
    Raced,
}

/// How often a batch is tried again that the database gave up for another transaction's sake.
const COLLISIONS: usize = 3;

/// Writes `appends`, together where that is possible; each stands or falls alone.
pub(crate) async fn write_all(db: &Db, appends: Vec<Append>) -> Vec<Result<Outcome, Fault>> {
    let mut outcomes: Vec<Option<Result<Outcome, Fault>>> = vec![None; appends.len()];
    let mut collisions = 0;
    loop {
        let waiting: Vec<usize> = turn(&appends, &outcomes);
        if waiting.is_empty() {
            break;
        }
        let batch: Vec<&Append> = waiting.iter().filter_map(|at| appends.get(*at)).collect();
        match together(db, &batch).await {
            Ok(raced) if raced.is_empty() => note(&mut outcomes, &waiting, Ok(Outcome::Written)),
            // Nothing of this batch was written: those that were too late leave it, the others try again.
            Ok(raced) => {
                let late: Vec<usize> =
                    raced.iter().filter_map(|at| waiting.get(*at).copied()).collect();
                note(&mut outcomes, &late, Ok(Outcome::Raced));
            }
            Err(error) if tongban_db::is_collision(&error) && collisions < COLLISIONS => {
                collisions += 1;
            }
            Err(error) if waiting.len() == 1 || tongban_db::is_away(&error) => {
                note(&mut outcomes, &waiting, refused(error));
            }
            // One of them cannot be written; alone, each shows whether it is the one.
            Err(_) => {
                for (at, append) in waiting.iter().zip(batch) {
                    let outcome = match together(db, &[append]).await {
                        Ok(raced) if raced.is_empty() => Ok(Outcome::Written),
                        Ok(_) => Ok(Outcome::Raced),
                        Err(error) => refused(error),
                    };
                    note(&mut outcomes, &[*at], outcome);
                }
            }
        }
    }
    let missing = || Err(Fault::internal("an append without an outcome"));
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(missing)).collect()
}

/// Those whose turn it is: of two that concern the same aggregate or the same request the earlier one.
fn turn(appends: &[Append], outcomes: &[Option<Result<Outcome, Fault>>]) -> Vec<usize> {
    let (mut aggregates, mut requests) = (HashSet::new(), HashSet::new());
    let mut chosen = Vec::with_capacity(appends.len());
    for (at, (append, outcome)) in appends.iter().zip(outcomes).enumerate() {
        if outcome.is_none()
            && aggregates.insert(&append.aggregate)
            && append.kept.as_ref().is_none_or(|kept| requests.insert(&kept.key))
        {
            chosen.push(at);
        }
    }
    chosen
}

fn note(
    outcomes: &mut [Option<Result<Outcome, Fault>>],
    places: &[usize],
    outcome: Result<Outcome, Fault>,
) {
    for place in places {
        if let Some(free) = outcomes.get_mut(*place) {
            *free = Some(outcome.clone());
        }
    }
}

fn refused(error: DbErr) -> Result<Outcome, Fault> {
    // A query column that must be unique: somebody else has the value, which the decision anew will see.
    if tongban_db::is_duplicate(&error) {
        return Ok(Outcome::Raced);
    }
    Err(tongban_db::to_fault(error))
}

/// Writes all of `batch` in one transaction, or none: then it names the places of those that were too late.
async fn together(db: &Db, batch: &[&Append]) -> Result<Vec<usize>, DbErr> {
    let transaction = db.begin().await?;
    let raced = write(&transaction, batch).await?;
    if raced.is_empty() {
        transaction.commit().await?;
        metrics::histogram!("ledger_batch_appends").record(batch.len() as f64);
    } else {
        transaction.rollback().await?;
    }
    Ok(raced)
}

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
    let events: Vec<&Row> = batch.iter().flat_map(|append| &append.events).collect();
    insert(connection, &events, None).await?;
    let outbox: Vec<&Row> = batch.iter().flat_map(|append| &append.outbox).collect();
    insert(connection, &outbox, None).await?;
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
    let rows: Vec<&Row> = requests.iter().map(|kept| &kept.row).collect();
    let Some(first) = rows.first() else { return Ok(HashSet::new()) };
    let written =
        insert_returning(connection, &rows, &first.conflict().do_nothing().to_owned()).await?;
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
        let rows: Vec<&Row> = appends.iter().map(|append| &append.head).collect();
        let Some(first) = rows.first() else { continue };
        // The version is the lock that only one of two racing writers gets.
        let version = Column::Version.as_str();
        let excluded = Expr::col((Alias::new("excluded"), Alias::new(version)));
        let here = Expr::col((Alias::new(first.table), Alias::new(version)));
        let conflict = first.replacing().action_and_where(here.eq(excluded.sub(added))).to_owned();
        for row in insert_returning(connection, &rows, &conflict).await? {
            let kind = row.try_get_by(Column::Aggregate.as_str())?;
            moved.insert((kind, row.try_get_by(Column::AggregateId.as_str())?));
        }
    }
    Ok(moved)
}
