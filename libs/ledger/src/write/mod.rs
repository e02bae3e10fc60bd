//! The append path: many appends in one transaction, a few statements for all of them.

mod at_once;
mod rows;
mod stepwise;

use std::collections::HashSet;

use sea_orm::DbErr;
use tongban_db::{Db, Dialect};
use tongban_kernel::Fault;

pub(crate) use self::rows::{Row, replace};
pub(crate) use self::stepwise::{keep, write};
use crate::append::Append;

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
            Ok(raced) if raced.is_empty() => {
                metrics::histogram!("ledger_batch_appends").record(batch.len() as f64);
                note(&mut outcomes, &waiting, Ok(Outcome::Written));
            }
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
    if db.dialect() == Dialect::Postgres && at_once::can_write(batch) {
        match at_once::write(db, batch).await {
            Ok(()) => {
                metrics::counter!("ledger_batches_total", "how" => "at_once").increment(1);
                return Ok(Vec::new());
            }
            Err(error) if tongban_db::is_away(&error) => return Err(error),
            // Some of them cannot be written; step by step it shows which.
            Err(_) => {}
        }
    }
    let transaction = db.begin().await?;
    let raced = write(&transaction, batch).await?;
    if raced.is_empty() {
        transaction.commit().await?;
        metrics::counter!("ledger_batches_total", "how" => "step_by_step").increment(1);
    } else {
        transaction.rollback().await?;
    }
    Ok(raced)
}
