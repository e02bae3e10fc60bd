//! Exactly once: how far a consumer has come with each aggregate, committed with the effect.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, DbErr, EntityTrait, QuerySelect};

use crate::entity::inbox;

/// The version of an aggregate of which no event was carried out yet.
const NONE_YET: i64 = 0;

/// What to do with an event, by the version of the last one carried out of its aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is the next one.
    Now,
    /// It is the first that is seen of the aggregate.
    First,
    /// It was carried out before.
    Seen,
    /// Some before it are missing, or parked.
    Gap,
}

/// Whose turn an event of `version` is.
///
/// The first event ever seen of an aggregate may be taken whatever its version: a consumer that joins
/// late reads a log that may no longer reach back to the beginning.
pub(crate) async fn turn(
    transaction: &DatabaseTransaction,
    consumer: &str,
    topic: &str,
    subject: &str,
    version: i64,
) -> Result<Turn, DbErr> {
    // While a group is being rebalanced two members may hold the same event: the row is made if need be
    // and locked, so that the second waits for the first and then finds the event taken.
    inbox::Entity::insert(row(consumer, topic, subject, NONE_YET))
        .on_conflict(conflict().do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    let key = (consumer.to_owned(), topic.to_owned(), subject.to_owned());
    let last = inbox::Entity::find_by_id(key).lock_exclusive().one(transaction).await?;
    Ok(match last.map(|row| row.version).filter(|last| *last != NONE_YET) {
        Some(last) if version <= last => Turn::Seen,
        Some(last) if version > last + 1 => Turn::Gap,
        Some(_) => Turn::Now,
        None => Turn::First,
    })
}

/// Notes that the event of `version` is carried out in this transaction, which asked for its [`turn`] before.
pub(crate) async fn take(
    transaction: &DatabaseTransaction,
    consumer: &str,
    topic: &str,
    subject: &str,
    version: i64,
) -> Result<(), DbErr> {
    inbox::Entity::insert(row(consumer, topic, subject, version))
        .on_conflict(conflict().update_column(inbox::Column::Version).to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

fn row(consumer: &str, topic: &str, subject: &str, version: i64) -> inbox::ActiveModel {
    inbox::ActiveModel {
        consumer: Set(consumer.to_owned()),
        topic: Set(topic.to_owned()),
        subject: Set(subject.to_owned()),
        version: Set(version),
    }
}

fn conflict() -> OnConflict {
    OnConflict::columns([inbox::Column::Consumer, inbox::Column::Topic, inbox::Column::Subject])
}
