//! 核验账本: recomputes everything there is of one service and names every row that does not hold.

mod roots;

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use tongban_db::Db;
use tongban_kernel::Fault;
use tongban_ledger::Replay;
use tongban_ledger::audit::{Flaw, chains};
use tongban_ledger::entity::{leaf, subtree};
use tongban_proof::merkle::leaf_hash;
use tongban_proof::plan::WIDTH;
use tongban_proof::{Checkpoint, Frontier, PublishedKeys, VerifyKey};

use crate::store::key;
use roots::Roots;

/// Leaves read at once: a whole number of subtrees.
const PAGE: u64 = 40 * WIDTH;
/// Most events named for one root that differs.
const NAMED: usize = 100;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Finding {
    /// The service.
    pub service: String,
    /// Stable code of what is wrong.
    pub problem: String,
    /// The table in which it shows.
    pub table: String,
    /// Kind of aggregate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<String>,
    /// Which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregate_id: Option<String>,
    /// Place in its history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Identifier of the event; of one that went before it had a place, its position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Place of the leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<i64>,
    /// Size of the checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<u64>,
    /// Of a root that differs: the leaves among which the changed ones are, the last not included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub among: Option<(u64, u64)>,
    /// The first of the events at those leaves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// More for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The service.
    pub service: String,
    /// Events whose chains were recomputed.
    pub events: u64,
    /// Aggregates whose heads were compared.
    pub aggregates: u64,
    /// Leaves of the tree that was recomputed.
    pub leaves: u64,
    /// Signed checkpoints that were compared.
    pub checkpoints: u64,
    /// Whether the keys were given from outside; the database's own could have been exchanged.
    pub keys_given: bool,
    /// Everything that does not hold.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// Recomputes the ledger of `service` and compares it with its signed checkpoints.
///
/// `given` are the published keys, kept elsewhere; without them the database's own are used. `held` are
/// signed checkpoints kept elsewhere: one of this log's that the tree contradicts shows what no table does.
/// `states` recompute what the histories led to.
///
/// # Errors
/// When the database is away.
pub async fn audit(
    db: &Db,
    service: &str,
    given: Option<&PublishedKeys>,
    held: &[String],
    states: &[Box<dyn Replay>],
) -> Result<Report, Fault> {
    let snapshot = db.snapshot().await.map_err(tongban_db::to_fault)?;
    let chains = chains(&snapshot).await?;
    let mut report = Report {
        service: service.to_owned(),
        events: chains.events,
        aggregates: chains.aggregates,
        keys_given: given.is_some(),
        ..Report::default()
    };
    let mut flaws = chains.flaws;
    for kind in states {
        flaws.extend(kind.replay(&snapshot).await?);
    }
    report.findings.extend(flaws.into_iter().map(|flaw| finding(service, flaw)));
    let keys = keys(&snapshot, given, &mut report).await?;
    let mut roots = Roots::new(&keys, held, &mut report);
    tree(&snapshot, &mut roots, &mut report).await?;
    Ok(report)
}

/// Whether a signed note, or the name of a log, is of a log of `service`, whichever: one made anew has
/// another name.
pub fn is_of(origin: &str, service: &str) -> bool {
    let rest = origin.strip_prefix("tongban/").and_then(|rest| rest.strip_prefix(service));
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn finding(service: &str, flaw: Flaw) -> Finding {
    Finding {
        service: service.to_owned(),
        problem: flaw.problem.to_owned(),
        table: flaw.table.to_owned(),
        aggregate: flaw.aggregate,
        aggregate_id: flaw.aggregate_id,
        version: flaw.version,
        event_id: flaw.event_id,
        leaf: flaw.leaf,
        ..Finding::default()
    }
}

impl Report {
    fn tell(&mut self, problem: &str, table: &str, more: Finding) {
        let service = self.service.clone();
        let (problem, table) = (problem.to_owned(), table.to_owned());
        self.findings.push(Finding { service, problem, table, ..more });
    }
}

/// The keys to verify with: those given, and if none were, the database's own.
async fn keys(
    snapshot: &DatabaseTransaction,
    given: Option<&PublishedKeys>,
    report: &mut Report,
) -> Result<Vec<VerifyKey>, Fault> {
    let mut stored = Vec::new();
    for row in key::all(snapshot).await? {
        match VerifyKey::parse(&row.vkey) {
            Ok(key) => stored.push(key),
            Err(fault) => {
                let detail = Some(format!("generation {}: {fault}", row.generation));
                report.tell(
                    "key_unreadable",
                    "history_key",
                    Finding { detail, ..Finding::default() },
                );
            }
        }
    }
    let Some(given) = given else { return Ok(stored) };
    let given = given
        .read()
        .map_err(|fault| Fault::internal(format!("the keys given cannot be used: {fault}")))?;
    for key in &stored {
        if !given.iter().any(|other| other.vkey() == key.vkey()) {
            let detail = Some(format!("{} is not among the keys given", key.vkey()));
            report.tell(
                "key_not_published",
                "history_key",
                Finding { detail, ..Finding::default() },
            );
        }
    }
    Ok(given)
}

/// Walks along the leaves: no gap, every stored subtree, every signed root.
async fn tree(
    snapshot: &DatabaseTransaction,
    roots: &mut Roots<'_>,
    report: &mut Report,
) -> Result<(), Fault> {
    let mut whole = Frontier::default();
    let mut block = Frontier::default();
    // Hashes of complete subtrees, to be compared with those that are stored.
    let mut blocks = Vec::new();
    let mut next = 0_i64;
    loop {
        let rows: Vec<leaf::Model> = leaf::Entity::find()
            .filter(leaf::Column::Place.gte(next))
            .order_by_asc(leaf::Column::Place)
            .limit(PAGE)
            .all(snapshot)
            .await
            .map_err(tongban_db::to_fault)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            for missing in (next..row.place).take(1_000) {
                report.tell(
                    "leaf_removed",
                    "ledger_leaf",
                    Finding { leaf: Some(missing), ..Finding::default() },
                );
            }
            next = row.place + 1;
            report.leaves += 1;
            let hash = leaf_hash(&row.hash);
            whole.push(hash);
            block.push(hash);
            if block.size() == WIDTH {
                blocks.push(std::mem::take(&mut block).root());
            }
            compare(snapshot, &whole, roots, report).await?;
        }
    }
    beyond(snapshot, &whole, roots, report).await?;
    subtrees(snapshot, blocks, report).await
}

/// Compares the tree as far as it has come with what was signed at this size.
async fn compare(
    snapshot: &DatabaseTransaction,
    whole: &Frontier,
    roots: &mut Roots<'_>,
    report: &mut Report,
) -> Result<(), Fault> {
    let size = whole.size();
    let mut signed: Vec<Checkpoint> = roots.held.remove(&size).into_iter().collect();
    if let Some(row) = roots.at(snapshot, size).await? {
        signed.extend(roots.open(&row, report));
    }
    for checkpoint in signed {
        if roots.differed {
            continue;
        }
        if checkpoint.root == whole.root() {
            roots.agreed = size;
            continue;
        }
        roots.differed = true;
        let events = named(snapshot, roots.agreed, size).await?;
        let more = Finding {
            checkpoint: Some(size),
            among: Some((roots.agreed, size)),
            events,
            detail: Some("leaves were changed, removed, put in or re-ordered here".into()),
            ..Finding::default()
        };
        report.tell("root_differs", "ledger_leaf", more);
    }
    Ok(())
}

/// Checkpoints of more leaves than there are.
async fn beyond(
    snapshot: &DatabaseTransaction,
    whole: &Frontier,
    roots: &mut Roots<'_>,
    report: &mut Report,
) -> Result<(), Fault> {
    let mut sizes: Vec<u64> = roots.held.keys().copied().filter(|size| *size > 0).collect();
    while let Some(row) = roots.at(snapshot, u64::try_from(i64::MAX).unwrap_or(u64::MAX)).await? {
        sizes.extend(roots.open(&row, report).map(|checkpoint| checkpoint.size));
    }
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let more = Finding {
            checkpoint: Some(size),
            among: Some((whole.size(), size)),
            detail: Some(format!("signed with {size} events, but there are {}", whole.size())),
            ..Finding::default()
        };
        report.tell("leaves_removed", "ledger_leaf", more);
    }
    Ok(())
}

async fn named(snapshot: &DatabaseTransaction, from: u64, to: u64) -> Result<Vec<String>, Fault> {
    let place = |size: u64| i64::try_from(size).map_err(Fault::internal);
    leaf::Entity::find()
        .select_only()
        .column(leaf::Column::EventId)
        .filter(leaf::Column::Place.gte(place(from)?))
        .filter(leaf::Column::Place.lt(place(to)?))
        .order_by_asc(leaf::Column::Place)
        .limit(NAMED as u64)
        .into_tuple()
        .all(snapshot)
        .await
        .map_err(tongban_db::to_fault)
}

/// Compares the subtrees of every stored level.
async fn subtrees(
    snapshot: &DatabaseTransaction,
    mut hashes: Vec<tongban_proof::Hash>,
    report: &mut Report,
) -> Result<(), Fault> {
    let mut level = 1_i32;
    loop {
        let rows: Vec<subtree::Model> = subtree::Entity::find()
            .filter(subtree::Column::Level.eq(level))
            .order_by_asc(subtree::Column::Place)
            .all(snapshot)
            .await
            .map_err(tongban_db::to_fault)?;
        if rows.is_empty() && hashes.is_empty() {
            return Ok(());
        }
        let stored: BTreeMap<i64, Vec<u8>> =
            rows.into_iter().map(|row| (row.place, row.hash)).collect();
        let width = WIDTH.saturating_pow(level.unsigned_abs());
        let mut differ = |place: i64| {
            let first = place.unsigned_abs().saturating_mul(width);
            let more = Finding {
                among: Some((first, first.saturating_add(width))),
                detail: Some(format!("level {level}, place {place}")),
                ..Finding::default()
            };
            report.tell("subtree_differs", "ledger_subtree", more);
        };
        for (place, hash) in (0_i64..).zip(&hashes) {
            if stored.get(&place).map(Vec::as_slice) != Some(hash.as_slice()) {
                differ(place);
            }
        }
        let count = i64::try_from(hashes.len()).map_err(Fault::internal)?;
        stored.range(count..).for_each(|(place, _)| differ(*place));
        let width = usize::try_from(WIDTH).map_err(Fault::internal)?;
        hashes = hashes
            .chunks_exact(width)
            .map(|chunk| tongban_proof::merkle::root_over(chunk.iter().copied()))
            .collect();
        level += 1;
    }
}
