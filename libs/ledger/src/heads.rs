//! Where aggregates stand, read for concurrent commands together.

use std::collections::{BTreeMap, HashMap};

use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{self, Row as _};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use tongban_db::{Combiner, Db, Dialect, Limits, among, answer_each};
use tongban_kernel::Fault;

use crate::entity::{aggregate, event};
use crate::state::Head;

const READING: Limits = Limits { waiting: 4096, together: 64, batches: 2 };

/// Kind of aggregate, and which one.
type Name = (&'static str, String);

/// Finds heads; a commit that was answered before a call is seen by it.
pub(crate) struct Heads(Combiner<Name, Option<Head>>);

impl Heads {
    /// Heads in `db`.
    pub(crate) fn new(db: Db) -> Self {
        let find_all = move |names: Vec<Name>| {
            let db = db.clone();
            async move {
                let found = find_all(&db, &names).await;
                answer_each(found, names.len(), |heads| answers(&names, heads))
            }
        };
        Self(Combiner::new(READING, find_all))
    }

    /// The head of an aggregate, if anything ever happened to it.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn find(&self, kind: &'static str, id: &str) -> Result<Option<Head>, Fault> {
        self.0.call((kind, id.to_owned())).await
    }
}

async fn find_all(db: &Db, names: &[Name]) -> Result<Vec<Head>, DbErr> {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (kind, id) in names {
        kinds.entry(kind).or_default().push(id.clone());
    }
    let mut heads = Vec::with_capacity(names.len());
    for (kind, ids) in kinds {
        heads.extend(match db.dialect() {
            Dialect::Sqlite => of_kind(db.read(), kind, &ids).await?,
            Dialect::Postgres => at_once(db, kind, &ids).await?,
        });
    }
    Ok(heads)
}

/// The heads of those aggregates of a kind that are there.
pub(crate) async fn of_kind(
    connection: &impl ConnectionTrait,
    kind: &str,
    ids: &[String],
) -> Result<Vec<Head>, DbErr> {
    let rows = aggregate::Entity::find()
        .filter(aggregate::Column::Aggregate.eq(kind))
        .filter(among(aggregate::Column::AggregateId, ids))
        .all(connection)
        .await?;
    let bare = Head::bare(&rows);
    if bare.is_empty() {
        return Ok(Head::each(rows, Vec::new()));
    }
    let events = event::Entity::find()
        .filter(event::Column::Aggregate.eq(kind))
        .filter(among(event::Column::AggregateId, &bare))
        .order_by_asc(event::Column::Version)
        .all(connection)
        .await?;
    Ok(Head::each(rows, events))
}

/// PostgreSQL takes a list of any length in one prepared statement.
async fn at_once(db: &Db, kind: &str, ids: &[String]) -> Result<Vec<Head>, DbErr> {
    db.on_session(async |connection| {
        let rows = sqlx::query(
            "SELECT aggregate, aggregate_id, version, state, hash, at FROM ledger_aggregate \
             WHERE aggregate = $1 AND aggregate_id = ANY($2)",
        )
        .bind(kind)
        .bind(ids)
        .try_map(|row| head_of(&row))
        .fetch_all(&mut *connection)
        .await?;
        let bare = Head::bare(&rows);
        if bare.is_empty() {
            return Ok(Head::each(rows, Vec::new()));
        }
        let events = sqlx::query(
            "SELECT position, event_id, aggregate, aggregate_id, version, name, data, actor, at, \
               traceparent, previous, hash FROM ledger_event \
             WHERE aggregate = $1 AND aggregate_id = ANY($2) ORDER BY aggregate_id, version",
        )
        .bind(kind)
        .bind(&bare)
        .try_map(|row| event_of(&row))
        .fetch_all(connection)
        .await?;
        Ok(Head::each(rows, events))
    })
    .await
}

fn head_of(row: &PgRow) -> Result<aggregate::Model, sqlx::Error> {
    Ok(aggregate::Model {
        aggregate: row.try_get(0)?,
        aggregate_id: row.try_get(1)?,
        version: row.try_get(2)?,
        state: row.try_get(3)?,
        hash: row.try_get(4)?,
        at: row.try_get(5)?,
    })
}

fn event_of(row: &PgRow) -> Result<event::Model, sqlx::Error> {
    Ok(event::Model {
        position: row.try_get(0)?,
        event_id: row.try_get(1)?,
        aggregate: row.try_get(2)?,
        aggregate_id: row.try_get(3)?,
        version: row.try_get(4)?,
        name: row.try_get(5)?,
        data: row.try_get(6)?,
        actor: row.try_get(7)?,
        at: row.try_get(8)?,
        traceparent: row.try_get(9)?,
        previous: row.try_get(10)?,
        hash: row.try_get(11)?,
    })
}

fn answers(names: &[Name], heads: Vec<Head>) -> Vec<Option<Head>> {
    let heads: HashMap<(&str, &str), &Head> = heads
        .iter()
        .map(|head| ((head.row.aggregate.as_str(), head.row.aggregate_id.as_str()), head))
        .collect();
    let of_one = |(kind, id): &Name| heads.get(&(*kind, id.as_str())).map(|head| (*head).clone());
    names.iter().map(of_one).collect()
}
