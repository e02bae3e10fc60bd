//! Where aggregates stand, read for concurrent commands together.

use std::collections::{BTreeMap, HashMap};

use sea_orm::sqlx;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tongban_db::{Combiner, Db, Dialect, Limits, among, answer_each};
use tongban_kernel::Fault;

use crate::entity::aggregate;

const READING: Limits = Limits { waiting: 4096, together: 64, batches: 2 };

/// Kind of aggregate, and which one.
type Name = (&'static str, String);

/// Finds heads; a commit that was answered before a call is seen by it.
pub(crate) struct Heads(Combiner<Name, Option<aggregate::Model>>);

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
    pub(crate) async fn find(
        &self,
        kind: &'static str,
        id: &str,
    ) -> Result<Option<aggregate::Model>, Fault> {
        self.0.call((kind, id.to_owned())).await
    }
}

async fn find_all(db: &Db, names: &[Name]) -> Result<Vec<aggregate::Model>, DbErr> {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (kind, id) in names {
        kinds.entry(kind).or_default().push(id.clone());
    }
    let mut heads = Vec::with_capacity(names.len());
    for (kind, ids) in kinds {
        heads.extend(match db.dialect() {
            Dialect::Sqlite => of_kind(db, kind, &ids).await?,
            Dialect::Postgres => at_once(db, kind, &ids).await?,
        });
    }
    Ok(heads)
}

async fn of_kind(db: &Db, kind: &str, ids: &[String]) -> Result<Vec<aggregate::Model>, DbErr> {
    aggregate::Entity::find()
        .filter(aggregate::Column::Aggregate.eq(kind))
        .filter(among(aggregate::Column::AggregateId, ids))
        .all(db.read())
        .await
}

/// PostgreSQL takes a list of any length in one prepared statement.
async fn at_once(db: &Db, kind: &str, ids: &[String]) -> Result<Vec<aggregate::Model>, DbErr> {
    let query = sqlx::query_as::<_, (String, String, i64, String, Vec<u8>, i64)>(
        "SELECT aggregate, aggregate_id, version, state, hash, at FROM ledger_aggregate \
         WHERE aggregate = $1 AND aggregate_id = ANY($2)",
    )
    .bind(kind)
    .bind(ids);
    let rows = db.on_session(async |connection| query.fetch_all(connection).await).await?;
    let head = |(aggregate, aggregate_id, version, state, hash, at)| aggregate::Model {
        aggregate,
        aggregate_id,
        version,
        state,
        hash,
        at,
    };
    Ok(rows.into_iter().map(head).collect())
}

fn answers(names: &[Name], heads: Vec<aggregate::Model>) -> Vec<Option<aggregate::Model>> {
    let heads: HashMap<(&str, &str), &aggregate::Model> = heads
        .iter()
        .map(|head| ((head.aggregate.as_str(), head.aggregate_id.as_str()), head))
        .collect();
    let of_one = |(kind, id): &Name| heads.get(&(*kind, id.as_str())).map(|head| (*head).clone());
    names.iter().map(of_one).collect()
}
