//! States and query columns made anew from their events, in tables beside the live ones.
//!
//! Every event is looked at as an auditor would: what somebody changed afterwards is not to become a state.

use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult,
    IdenStatic as _, IntoActiveModel as _, Statement, Value,
};
use tongban_contracts::DomainEvent;
use tongban_db::Shadow;
use tongban_kernel::{Fault, Faults};

use crate::aggregate::Stored;
use crate::chain::{GENESIS, hash_of};
use crate::entity::{aggregate, event};
use crate::history::{event_of, link, meta};
use crate::replay::Replay;
use crate::state::{is_kept, text_of};
use crate::write::{Row, replace};

/// Events read at once.
const PAGE: i64 = 1_000;
/// Aggregates written at once, or whose events are read together.
const SOME: usize = 200;

/// The tables of the ledger that follow from its events, in the order in which commands write to them.
pub fn tables(kinds: &[Box<dyn Replay>]) -> Vec<&'static str> {
    let mut own: Vec<&'static str> = kinds.iter().map(|kind| kind.table()).collect();
    own.sort_unstable();
    own.dedup();
    own.insert(0, "ledger_aggregate");
    own
}

/// A position up to which no event will appear any more, for a [`Shadow::fill`] begun afterwards.
///
/// # Errors
/// As [`Shadow::lock`].
pub async fn settled(shadow: &Shadow) -> Result<i64, Fault> {
    // Without the lock, one with a lower position might still be on its way.
    let transaction = shadow.lock(&["ledger_event"]).await?;
    let events = shadow.live("ledger_event");
    let sql = format!("SELECT COALESCE(MAX(position), 0) AS position FROM {events}");
    let last = all::<Last>(&transaction, sql, []).await?;
    transaction.rollback().await.map_err(tongban_db::to_fault)?;
    Ok(last.first().map_or(0, |last| last.position))
}

#[derive(FromQueryResult)]
struct Last {
    position: i64,
}

/// Fills the shadow's states and query columns from the whole live history.
///
/// Notes in `faults` whatever in the history does not hold: events that are gone, changed or out of place, and
/// those that lead to no state.
///
/// # Errors
/// When the database is away.
pub async fn fill(
    shadow: &Shadow,
    transaction: &DatabaseTransaction,
    kinds: &[Box<dyn Replay>],
    faults: &mut Faults,
) -> Result<(), Fault> {
    for kind in kinds {
        kind.refill(Events { shadow, transaction, since: None }, faults).await?;
    }
    for (code, what, sql) in REFUSALS {
        let mut sql = (*sql).to_owned();
        for table in ["ledger_event", "ledger_leaf", "ledger_unsequenced", "ledger_aggregate"] {
            sql = sql.replace(&format!("live.{table}"), &shadow.live(table));
        }
        for Place { aggregate, id, version } in all::<Place>(transaction, sql, []).await? {
            if *code != "unknown_kind" || !kinds.iter().any(|kind| kind.kind() == aggregate) {
                faults.add(format!("/{aggregate}/{id}/{version}"), *code, *what);
            }
        }
    }
    Ok(())
}

/// Brings the shadow's states and query columns up to what was appended behind the position `since`.
///
/// # Errors
/// As [`fill`].
pub async fn catch_up(
    shadow: &Shadow,
    transaction: &DatabaseTransaction,
    kinds: &[Box<dyn Replay>],
    since: i64,
    faults: &mut Faults,
) -> Result<(), Fault> {
    for kind in kinds {
        kind.refill(Events { shadow, transaction, since: Some(since) }, faults).await?;
    }
    Ok(())
}

/// Where something does not hold, and what: the rows of which nothing can be made anew.
#[derive(FromQueryResult)]
struct Place {
    aggregate: String,
    id: String,
    version: i64,
}

/// A head ahead of its history is damaged when it names the last event's hash; when it names another one, that
/// event is gone.
const REFUSALS: &[(&str, &str, &str)] = &[
    (
        "removed",
        "该事件在树中有位置，却不在账本里",
        "SELECT 'ledger_leaf' AS aggregate, leaf.event_id AS id, leaf.place AS version \
         FROM live.ledger_leaf AS leaf LEFT JOIN live.ledger_event AS event \
         ON event.event_id = leaf.event_id WHERE event.position IS NULL ORDER BY leaf.place",
    ),
    (
        "removed_before_its_place",
        "该事件等待定序时被移走",
        "SELECT 'ledger_unsequenced' AS aggregate, 'position' AS id, queue.position AS version \
         FROM live.ledger_unsequenced AS queue LEFT JOIN live.ledger_event AS event \
         ON event.position = queue.position WHERE event.position IS NULL ORDER BY queue.position",
    ),
    (
        "not_as_sequenced",
        "该事件与其在树中的位置不符",
        "SELECT event.aggregate, event.aggregate_id AS id, event.version \
         FROM live.ledger_leaf AS leaf JOIN live.ledger_event AS event \
         ON event.event_id = leaf.event_id WHERE event.hash <> leaf.hash \
         ORDER BY event.aggregate, event.aggregate_id, event.version",
    ),
    (
        "ends_early",
        "账本里的历史不及其状态所知的长",
        "SELECT head.aggregate, head.aggregate_id AS id, head.version \
         FROM live.ledger_aggregate AS head JOIN ledger_aggregate AS anew \
         ON anew.aggregate = head.aggregate AND anew.aggregate_id = head.aggregate_id \
         WHERE head.version > anew.version AND head.hash <> anew.hash \
         ORDER BY head.aggregate, head.aggregate_id",
    ),
    (
        "unknown_kind",
        "该服务不认识这种对象",
        "SELECT aggregate, MIN(aggregate_id) AS id, COUNT(*) AS version \
         FROM live.ledger_event GROUP BY aggregate ORDER BY aggregate",
    ),
];

/// Live events from which a shadow is filled.
#[derive(Clone, Copy)]
pub struct Events<'a> {
    shadow: &'a Shadow,
    transaction: &'a DatabaseTransaction,
    /// Only those of aggregates with an event behind this position.
    since: Option<i64>,
}

/// See [`Replay::refill`].
pub(crate) async fn refill<A: Stored>(
    events: Events<'_>,
    faults: &mut Faults,
) -> Result<(), Fault> {
    let kind = <A::Event as DomainEvent>::AGGREGATE;
    let live = events.shadow.live("ledger_event");
    let mut walk = Walk::<A> { events, faults, current: None, heads: Vec::new(), rows: Vec::new() };
    let Some(since) = events.since else {
        let sql = format!(
            "SELECT * FROM {live} WHERE aggregate = $1 AND (aggregate_id, version) > ($2, $3) \
             ORDER BY aggregate_id, version LIMIT $4"
        );
        let mut after = (String::new(), 0);
        loop {
            let values = [kind.into(), after.0.clone().into(), after.1.into(), PAGE.into()];
            let page = all::<event::Model>(events.transaction, sql.clone(), values).await?;
            let Some(last) = page.last() else { return walk.finish().await };
            after = (last.aggregate_id.clone(), last.version);
            walk.take_all(page).await?;
        }
    };
    let sql = format!(
        "SELECT DISTINCT aggregate_id AS id FROM {live} WHERE position > $1 AND aggregate = $2"
    );
    let touched = all::<Touched>(events.transaction, sql, [since.into(), kind.into()]).await?;
    let rows = tongban_db::dialect(events.transaction).rows_of_json();
    let sql = format!(
        "SELECT * FROM {live} WHERE aggregate = $2 \
         AND aggregate_id IN (SELECT value ->> 0 FROM {rows}) ORDER BY aggregate_id, version"
    );
    for some in touched.chunks(SOME) {
        let ids = tongban_db::json_rows(some.iter().map(|one| [&one.id]))?;
        let values = [ids.into(), kind.into()];
        let page = all::<event::Model>(events.transaction, sql.clone(), values).await?;
        walk.take_all(page).await?;
    }
    walk.finish().await
}

/// An aggregate with new events.
#[derive(FromQueryResult)]
struct Touched {
    id: String,
}

/// A walk along histories, one after the other.
struct Walk<'a, A: Stored> {
    events: Events<'a>,
    faults: &'a mut Faults,
    current: Option<Current<A>>,
    heads: Vec<Row>,
    rows: Vec<Row>,
}

/// The aggregate whose events are at hand.
struct Current<A> {
    head: aggregate::Model,
    state: Option<A>,
    /// Something in its history does not hold.
    broken: bool,
}

impl<A: Stored> Walk<'_, A> {
    async fn take_all(&mut self, events: Vec<event::Model>) -> Result<(), Fault> {
        for row in events {
            let same = |current: &Current<A>| current.head.aggregate_id == row.aggregate_id;
            if !self.current.as_ref().is_some_and(same) {
                self.close()?;
                if self.heads.len() >= SOME {
                    self.write().await?;
                }
                let head = aggregate::Model {
                    aggregate: row.aggregate.clone(),
                    aggregate_id: row.aggregate_id.clone(),
                    version: 0,
                    state: String::new(),
                    hash: GENESIS.to_vec(),
                    at: row.at,
                };
                self.current = Some(Current { head, state: None, broken: false });
            }
            self.take(&row);
            self.keep()?;
        }
        Ok(())
    }

    fn take(&mut self, row: &event::Model) {
        let Some(Current { head, state, broken }) = &mut self.current else { return };
        // What comes behind a break is told when that is mended.
        if *broken {
            return;
        }
        let mut flaw = |version, code: &'static str, what: &'static str| {
            *broken = true;
            let pointer = format!("/{}/{}/{version}", row.aggregate, row.aggregate_id);
            self.faults.add(pointer, code, what);
        };
        if row.version != head.version + 1 {
            return flaw(head.version + 1, "removed", "历史中缺少该事件");
        }
        if row.hash != hash_of(&link(row)) {
            return flaw(row.version, "changed", "该事件在写入后被改动");
        }
        if row.previous != head.hash {
            return flaw(row.version, "does_not_follow", "该事件不接前一事件");
        }
        *state = led_to(state.take(), row);
        if state.is_none() {
            return flaw(row.version, "leads_to_no_state", "该事件得不出状态");
        }
        (head.version, head.at) = (row.version, row.at);
        head.hash.clone_from(&row.hash);
    }

    /// Keeps the state, where it is one of those that are kept.
    fn keep(&mut self) -> Result<(), Fault> {
        if let Some(Current { head, state: Some(state), broken: false }) = &mut self.current
            && is_kept::<A>(head.version)
        {
            head.state = text_of(state, head.version).map_err(Fault::internal)?;
        }
        Ok(())
    }

    /// Lays the rows of the current aggregate ready.
    fn close(&mut self) -> Result<(), Fault> {
        let Some(Current { head, state, broken }) = self.current.take() else { return Ok(()) };
        let Some(state) = state.filter(|_| !broken) else { return Ok(()) };
        self.rows.push(Row::of(state.row(&head.aggregate_id, head.version)));
        self.heads.push(Row::of(head.into_active_model().reset_all()));
        Ok(())
    }

    async fn write(&mut self) -> Result<(), Fault> {
        for rows in [&mut self.heads, &mut self.rows] {
            let rows = std::mem::take(rows);
            replace(self.events.transaction, &rows).await.map_err(refused::<A>)?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Fault> {
        self.close()?;
        self.write().await
    }
}

fn led_to<A: Stored>(state: Option<A>, row: &event::Model) -> Option<A> {
    A::evolve(state, &event_of(row).ok()?, &meta(row).ok()?)
}

fn refused<A: Stored>(error: DbErr) -> Fault {
    if !tongban_db::is_duplicate(&error) {
        return tongban_db::to_fault(error);
    }
    let mut faults = Faults::new();
    let pointer = format!("/{}", A::Row::default().as_str());
    faults.add(pointer, "not_unique", error.to_string());
    let refusal = faults.into_result(CANNOT, "两个对象的查询列互相冲突，读模型无法重建");
    refusal.err().unwrap_or_else(|| Fault::internal(error))
}

/// Code of the refusal to make read models anew.
pub const CANNOT: &str = "cannot_rebuild";

async fn all<M: FromQueryResult>(
    transaction: &DatabaseTransaction,
    sql: String,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<M>, Fault> {
    let backend = transaction.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    M::find_by_statement(statement).all(transaction).await.map_err(tongban_db::to_fault)
}
