//! Exactly once: how far a consumer has come with each aggregate, committed with the effect.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, DbErr, EntityTrait};

use crate::entity::inbox;

/// What to do with an event, by the version of the last one taken of its aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is the next one.
    Now,
    /// It was taken before.
    Seen,
    /// Some before it are missing.
    Gap,
}

/// Whose turn an event of `version` is.
///
/// The first event ever seen of an aggregate is taken whatever its version: a consumer that joins late
/// reads a log that may no longer reach back to the beginning.
pub(crate) async fn turn(
    transaction: &DatabaseTransaction,
    consumer: &str,
    topic: &str,
    subject: &str,
    version: i64,
) -> Result<Turn, DbErr> {
    let key = (consumer.to_owned(), topic.to_owned(), subject.to_owned());
    let last = inbox::Entity::find_by_id(key).one(transaction).await?;
    Ok(match last.map(|row| row.version) {
        Some(last) if version <= last => Turn::Seen,
        Some(last) if version > last + 1 => Turn::Gap,
        _ => Turn::Now,
    })
}

/// Notes that the event of `version` was taken.
pub(crate) async fn take(
    transaction: &DatabaseTransaction,
    consumer: &str,
    topic: &str,
    subject: &str,
    version: i64,
) -> Result<(), DbErr> {
    let row = inbox::ActiveModel {
        consumer: Set(consumer.to_owned()),
        topic: Set(topic.to_owned()),
        subject: Set(subject.to_owned()),
        version: Set(version),
    };
    inbox::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([
                inbox::Column::Consumer,
                inbox::Column::Topic,
                inbox::Column::Subject,
            ])
            .update_column(inbox::Column::Version)
            .to_owned(),
        )
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
