//! Counting what consumers have carried out, to be compared with what was stored.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::Serialize;
use tongban_kernel::Fault;

/// How far a consumer has come with the events of one topic.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult, Serialize)]
pub struct Progress {
    /// The consumer.
    pub consumer: String,
    /// The topic, without the deployment's prefix.
    pub topic: String,
    /// Aggregates of which events were carried out.
    pub aggregates: i64,
    /// Events carried out: the sum of the versions reached.
    pub consumed: i64,
    /// Events that are parked.
    pub parked: i64,
}

/// The progress of every consumer of this database with every topic it has had events of.
///
/// # Errors
/// When the database is away.
pub async fn progress(connection: &impl ConnectionTrait) -> Result<Vec<Progress>, Fault> {
    let statement = Statement::from_string(
        connection.get_database_backend(),
        "SELECT consumer, topic, CAST(SUM(aggregates) AS BIGINT) AS aggregates, \
         CAST(SUM(consumed) AS BIGINT) AS consumed, CAST(SUM(parked) AS BIGINT) AS parked FROM \
         (SELECT consumer, topic, COUNT(*) AS aggregates, SUM(version) AS consumed, 0 AS parked \
          FROM event_inbox WHERE version > 0 GROUP BY consumer, topic \
          UNION ALL \
          SELECT consumer, topic, 0, 0, COUNT(*) FROM event_parked GROUP BY consumer, topic) AS both_tables \
         GROUP BY consumer, topic ORDER BY consumer, topic",
    );
    Progress::find_by_statement(statement).all(connection).await.map_err(tongban_db::to_fault)
}
