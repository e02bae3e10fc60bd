//! Events that could not be carried out: kept and seen.

use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait,
    DatabaseTransaction, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use tongban_kernel::Fault;
use tongban_ledger::Ledger;

use crate::entity::parked::{self, Column};
use crate::inbox::Inbox;
use crate::log::Message;
use crate::understood::{Event, storable, subject_of};

/// Parks a message, once, in a transaction of its own: whatever its consumer wrote has been rolled back.
///
/// The inbox stays where it is, so that an earlier event that comes late still gets its turn.
pub(crate) async fn park(
    consumer: &str,
    ledger: &Ledger,
    message: &Message,
    event: Option<&Event>,
    reason: &str,
) -> Result<(), Fault> {
    let (subject, payload) = (subject_of(message), storable(&message.payload));
    let hash = event.map(|event| event.envelope.chainhash.clone());
    let transaction = ledger.db().begin().await.map_err(tongban_db::to_fault)?;
    // Two members that hold the same message while the group is rebalanced park it once.
    let aggregate = (message.topic.as_str(), subject.as_str());
    Inbox::lock(&transaction, consumer, [aggregate].into()).await?;
    let mut same = Condition::any().add(Column::Payload.eq(&payload));
    if let Some(hash) = &hash {
        same = same.add(Column::Hash.eq(hash));
    }
    let there = of_aggregate(consumer, &message.topic, &subject).filter(same).count(&transaction);
    if there.await.map_err(tongban_db::to_fault)? > 0 {
        return Ok(());
    }
    let row = parked::ActiveModel {
        id: NotSet,
        consumer: Set(consumer.to_owned()),
        topic: Set(message.topic.clone()),
        subject: Set(subject.clone()),
        payload: Set(payload),
        reason: Set(storable(reason)),
        at: Set(ledger.clock().now().timestamp_micros()),
        version: Set(event.map(|event| event.version)),
        hash: Set(hash),
    };
    parked::Entity::insert(row)
        .exec_without_returning(&transaction)
        .await
        .map_err(tongban_db::to_fault)?;
    transaction.commit().await.map_err(tongban_db::to_fault)?;
    let reason = discreet(reason);
    tracing::error!(consumer, topic = message.topic, subject, reason, "event parked");
    metrics::counter!("events_parked_total", "consumer" => consumer.to_owned()).increment(1);
    Ok(())
}

/// Whether parked events of its aggregate keep one back of which none was carried out yet.
pub(crate) async fn holds_back(
    transaction: &DatabaseTransaction,
    consumer: &str,
    event: &Event,
) -> Result<bool, Fault> {
    // Before the first there is nothing to wait for. What cannot be read may be any earlier one.
    let earlier =
        Condition::any().add(Column::Version.lt(event.version)).add(Column::Version.is_null());
    let (topic, subject) = event.aggregate();
    let waiting = of_aggregate(consumer, topic, subject).filter(earlier).count(transaction);
    Ok(event.version > 1 && waiting.await.map_err(tongban_db::to_fault)? > 0)
}

pub(crate) fn of_aggregate(
    consumer: &str,
    topic: &str,
    subject: &str,
) -> sea_orm::Select<parked::Entity> {
    parked::Entity::find()
        .filter(Column::Consumer.eq(consumer))
        .filter(Column::Topic.eq(topic))
        .filter(Column::Subject.eq(subject))
}

/// All parked events of a service, in the order of parking.
///
/// # Errors
/// When the database is away.
pub async fn list(connection: &impl ConnectionTrait) -> Result<Vec<parked::Model>, Fault> {
    parked::Entity::find()
        .order_by_asc(Column::Id)
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// A parked event without its content.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Outline {
    /// Order of parking.
    pub id: i64,
    /// The consumer that could not carry it out.
    pub consumer: String,
    /// Topic it came on.
    pub topic: String,
    /// The aggregate, or the message's key.
    pub subject: String,
    /// Its place in the aggregate's history; absent when it is no event.
    pub version: Option<i64>,
    /// Why it was parked.
    pub reason: String,
    /// When, in microseconds since 1970.
    pub at: i64,
}

/// Up to `limit` parked events after the one with the identifier `after`, of one consumer or of all.
///
/// # Errors
/// When the database is away.
pub async fn outlines(
    connection: &impl ConnectionTrait,
    consumer: Option<&str>,
    after: i64,
    limit: u64,
) -> Result<Vec<Outline>, Fault> {
    let mut query = parked::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Consumer,
            Column::Topic,
            Column::Subject,
            Column::Version,
            Column::Reason,
            Column::At,
        ])
        .filter(Column::Id.gt(after));
    if let Some(consumer) = consumer {
        query = query.filter(Column::Consumer.eq(consumer));
    }
    query
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_model::<Outline>()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// How many events are parked.
///
/// # Errors
/// When the database is away.
pub async fn count(connection: &impl ConnectionTrait) -> Result<u64, Fault> {
    parked::Entity::find().count(connection).await.map_err(tongban_db::to_fault)
}

/// How many events are parked, for each consumer that has any.
///
/// # Errors
/// When the database is away.
pub async fn counts(connection: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, Fault> {
    parked::Entity::find()
        .select_only()
        .column(Column::Consumer)
        .column_as(Column::Id.count(), "parked")
        .group_by(Column::Consumer)
        .into_tuple()
        .all(connection)
        .await
        .map_err(tongban_db::to_fault)
}

/// A reason without what it quotes: a value in an event may be somebody's name or number.
pub fn discreet(reason: &str) -> String {
    let mut parts = reason.split('"');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for (place, part) in parts.enumerate() {
        let quoted = place % 2 == 0;
        shown.push('"');
        shown.push_str(if quoted { "…" } else { part });
    }
    let mut told = String::with_capacity(shown.len());
    let mut digits = String::new();
    for character in shown.chars().chain(['\0']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        // A year or a version says nothing of anybody; telephone and identity numbers are longer.
        told.push_str(if digits.len() > 6 { "…" } else { &digits });
        digits.clear();
        if character != '\0' {
            told.push(character);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::discreet;

    #[test]
    fn a_reason_quotes_nobody() {
        let reason = r#"no event: invalid type: string "张三", expected u32 at line 1 column 24"#;
        assert_eq!(
            discreet(reason),
            r#"no event: invalid type: string "…", expected u32 at line 1 column 24"#
        );
        assert_eq!(discreet("integer `13900000000`, version 2026"), "integer `…`, version 2026");
        assert_eq!(discreet(r#"cut off "here"#), r#"cut off "…"#);
        assert_eq!(discreet(""), "");
    }
}
