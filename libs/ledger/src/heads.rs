//! Where aggregates stand, read for concurrent commands together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{self, Row as _};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Statement};
use serde::Serialize;
use tongban_db::{Combiner, Db, Dialect, Limits, answer_each};
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
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (kind, id) in names {
        kinds.entry(kind).or_default().insert(id);
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

// PostgreSQL is told to look for one aggregate after the other by the whole key. From a list it may look for the kind
// alone: until it has analysed a table that has grown, it takes it for a small one and reads all of it.

/// Reads the heads of those aggregates of the kind `$1` whose identifiers are in the JSON array `$2`.
fn heads_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "SELECT aggregate, aggregate_id, version, state, hash, at
             FROM json_each($2) AS wanted CROSS JOIN ledger_aggregate
             WHERE aggregate = $1 AND aggregate_id = wanted.value"
        }
        Dialect::Postgres => {
            "SELECT found.* FROM jsonb_array_elements_text($2::jsonb) AS wanted (id) CROSS JOIN LATERAL (
               SELECT aggregate, aggregate_id, version, state, hash, at
               FROM ledger_aggregate WHERE aggregate = $1 AND aggregate_id = wanted.id) AS found"
        }
    }
}

/// Reads the events of those aggregates of the kind `$1` whose identifiers are the keys of the JSON object `$2`, from
/// each those that came after the version that stands there.
fn events_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "SELECT position, event_id, aggregate, aggregate_id, version, name, data, actor, at, traceparent,
               previous, hash
             FROM json_each($2) AS wanted CROSS JOIN ledger_event
             WHERE aggregate = $1 AND aggregate_id = wanted.key AND version > wanted.value
             ORDER BY version"
        }
        Dialect::Postgres => {
            "SELECT found.* FROM jsonb_each_text($2::jsonb) AS wanted (id, kept) CROSS JOIN LATERAL (
               SELECT position, event_id, aggregate, aggregate_id, version, name, data, actor, at, traceparent,
                 previous, hash
               FROM ledger_event
               WHERE aggregate = $1 AND aggregate_id = wanted.id AND version > wanted.kept::bigint
               ORDER BY version) AS found"
        }
    }
}

fn json(wanted: &impl Serialize) -> Result<String, DbErr> {
    serde_json::to_string(wanted).map_err(|error| DbErr::Json(error.to_string()))
}

/// The heads of those aggregates of a kind that are there.
pub(crate) async fn of_kind(
    connection: &impl ConnectionTrait,
    kind: &str,
    ids: &BTreeSet<&str>,
) -> Result<Vec<Head>, DbErr> {
    let dialect = tongban_db::dialect(connection);
    let statement = |text: &str, wanted: String| {
        let values = [kind.into(), wanted.into()];
        let backend = connection.get_database_backend();
        Statement::from_sql_and_values(backend, text, values)
    };
    let heads = statement(heads_of(dialect), json(ids)?);
    let rows = aggregate::Entity::find().from_raw_sql(heads).all(connection).await?;
    let behind = Head::behind(&rows);
    if behind.is_empty() {
        return Ok(Head::each(rows, Vec::new()));
    }
    let events = statement(events_of(dialect), json(&behind)?);
    let events = event::Entity::find().from_raw_sql(events).all(connection).await?;
    Ok(Head::each(rows, events))
}

/// The same on a session.
async fn at_once(db: &Db, kind: &str, ids: &BTreeSet<&str>) -> Result<Vec<Head>, DbErr> {
    let (heads, events) = (heads_of(db.dialect()), events_of(db.dialect()));
    let ids = json(ids)?;
    db.on_session(async |connection| {
        let rows = sqlx::query(heads)
            .bind(kind)
            .bind(ids)
            .try_map(|row| head_of(&row))
            .fetch_all(&mut *connection)
            .await?;
        let behind = Head::behind(&rows);
        if behind.is_empty() {
            return Ok(Head::each(rows, Vec::new()));
        }
        let behind = json(&behind).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let events = sqlx::query(events)
            .bind(kind)
            .bind(behind)
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
