//! Giving events their places.

use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement, Value};
use tongban_db::Db;
use tongban_kernel::Fault;
use tongban_proof::merkle::root_over;
use tongban_proof::plan::{Span, WIDTH};

use super::{read, tree_size};
use crate::entity::subtree;

/// Gives up to `limit` waiting events their places; says how many there were.
///
/// Safe to run in several processes at once: one does it while the others wait, in the database itself.
///
/// # Errors
/// When the database is away.
pub async fn sequence(db: &Db, limit: u64) -> Result<u64, Fault> {
    // Most rounds find nothing: no transaction, and on SQLite no turn of the one writer, for those.
    if super::unsequenced_any(db.read()).await? {
        let transaction = db.begin().await.map_err(tongban_db::to_fault)?;
        let added = add(&transaction, limit).await?;
        transaction.commit().await.map_err(tongban_db::to_fault)?;
        return Ok(added);
    }
    Ok(0)
}

async fn add(transaction: &DatabaseTransaction, limit: u64) -> Result<u64, Fault> {
    super::lock(transaction).await?;
    let before = tree_size(transaction).await?;
    let first = i64::try_from(before).map_err(Fault::internal)?;
    let limit = i64::try_from(limit).map_err(Fault::internal)?;
    // What waits but is no longer there stays: it is what shows that an event was taken away. The least
    // position says the same as the join; it keeps any plan from reading events that have places already.
    let taken = run(
        transaction,
        "INSERT INTO ledger_leaf (place, position, event_id, hash) \
         SELECT $1 + row_number() OVER (ORDER BY waiting.position) - 1, \
                waiting.position, waiting.event_id, waiting.hash \
         FROM (SELECT event.position, event.event_id, event.hash \
               FROM ledger_unsequenced AS queue \
               JOIN ledger_event AS event ON event.position = queue.position \
               AND event.position >= (SELECT MIN(position) FROM ledger_unsequenced) \
               ORDER BY queue.position LIMIT $2) AS waiting",
        [first.into(), limit.into()],
    )
    .await?;
    run(
        transaction,
        "DELETE FROM ledger_unsequenced WHERE position IN \
         (SELECT position FROM ledger_leaf WHERE place >= $1)",
        [first.into()],
    )
    .await?;
    complete(transaction, before, before + taken).await?;
    Ok(taken)
}

async fn run<const N: usize>(
    transaction: &DatabaseTransaction,
    sql: &str,
    values: [Value; N],
) -> Result<u64, Fault> {
    let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
    let done = transaction.execute_raw(statement).await.map_err(tongban_db::to_fault)?;
    Ok(done.rows_affected())
}

/// Stores the hashes of the subtrees that the new leaves complete.
async fn complete(transaction: &DatabaseTransaction, before: u64, after: u64) -> Result<(), Fault> {
    let (mut level, mut old, mut new) = (0_u32, before / WIDTH, after / WIDTH);
    while new > old {
        let span = Span { level, places: old * WIDTH..new * WIDTH };
        let under = read(transaction, &span).await?;
        let mut rows = Vec::new();
        for place in old..new {
            let hashes: Option<Vec<_>> = (place * WIDTH..(place + 1) * WIDTH)
                .map(|below| under.get(&(level, below)).copied())
                .collect();
            let hashes = hashes.ok_or_else(|| Fault::internal("the tree has a gap"))?;
            rows.push(subtree::ActiveModel {
                level: Set(i32::try_from(level + 1).map_err(Fault::internal)?),
                place: Set(i64::try_from(place).map_err(Fault::internal)?),
                hash: Set(root_over(hashes).to_vec()),
            });
        }
        let insert = subtree::Entity::insert_many(rows).exec_without_returning(transaction);
        insert.await.map_err(tongban_db::to_fault)?;
        (level, old, new) = (level + 1, old / WIDTH, new / WIDTH);
    }
    Ok(())
}
