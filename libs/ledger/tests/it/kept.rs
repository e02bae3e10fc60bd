//! Ledgers that earlier versions wrote: their chains hold, and every event is read as one of today.

use std::collections::BTreeMap;

use sea_orm::EntityTrait;
use tongban_contracts::DomainEvent;
use tongban_contracts::catalogue::{Visitor, visit_all};
use tongban_contracts::event::join;
use tongban_db::{Db, Storage};
use tongban_ledger::entity::event;
use tongban_ledger::{audit, tree};
use tongban_testkit::{Backend, kept};
use utoipa::ToSchema;

/// Reads the events of a service, each as the type that today's code has for its kind of aggregate.
struct Reader<'a> {
    service: &'a str,
    rows: &'a [event::Model],
    /// How many of each name.
    read: BTreeMap<String, usize>,
}

impl Visitor for Reader<'_> {
    fn visit<E: DomainEvent + ToSchema>(&mut self, _: &'static str) {
        if E::SERVICE != self.service {
            return;
        }
        for row in self.rows.iter().filter(|row| row.aggregate == E::AGGREGATE) {
            let data = serde_json::from_str(&row.data).unwrap();
            if let Err(error) = join::<E>(&row.name, data) {
                panic!("{} {} event {}: {error}", self.service, row.aggregate_id, row.version);
            }
            serde_json::from_str::<tongban_kernel::Principal>(&row.actor).unwrap();
            *self.read.entry(format!("{}.{}", E::AGGREGATE, row.name)).or_default() += 1;
        }
    }
}

/// A kept ledger restored, brought up to date by the ledger's own migrations.
async fn restored(kept: &std::path::Path, service: &str) -> (Db, std::path::PathBuf) {
    let dir = Backend::Embedded.settings().data_dir;
    kept::restore(kept, &dir).await;
    let storage = Storage::Sqlite { dir: dir.clone() };
    let db = Db::open(&storage, service).await.unwrap();
    tongban_db::migrate(&db, &storage, service, tongban_ledger::migrations).await.unwrap();
    (db, dir)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_an_earlier_version_wrote_is_read() {
    let mut names = BTreeMap::<String, usize>::new();
    for kept in kept::ledgers() {
        for service in kept::services(&kept) {
            let (db, dir) = restored(&kept, &service).await;
            let rows = event::Entity::find().all(db.read()).await.unwrap();
            let mut reader = Reader { service: &service, rows: &rows, read: BTreeMap::new() };
            visit_all(&mut reader);
            let read: usize = reader.read.values().sum();
            assert_eq!(read, rows.len(), "{} {service}: {:?}", kept.display(), reader.read);
            assert!(read > 0, "{} {service} holds events", kept.display());
            for (name, count) in reader.read {
                *names.entry(name).or_default() += count;
            }
            db.close().await.unwrap();
            std::fs::remove_dir_all(dir).unwrap();
        }
    }
    for name in
        ["case.submitted", "case.decided", "matter.withdrawn", "review.given", "licence.revoked"]
    {
        assert!(names.contains_key(name), "{name} is among {names:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chains_an_earlier_version_wrote_hold_and_get_their_places() {
    for kept in kept::ledgers() {
        for service in kept::services(&kept) {
            let (db, dir) = restored(&kept, &service).await;
            while tree::sequence(&db, 1_000).await.unwrap() > 0 {}
            let snapshot = db.snapshot().await.unwrap();
            let chains = audit::chains(&snapshot).await.unwrap();
            assert_eq!(chains.flaws, [], "{} {service}", kept.display());
            assert!(chains.aggregates > 0 && chains.events >= chains.aggregates);
            assert_eq!(
                tree::tree_size(&snapshot).await.unwrap(),
                chains.events,
                "every event has its place"
            );
            drop(snapshot);
            db.close().await.unwrap();
            std::fs::remove_dir_all(dir).unwrap();
        }
    }
}

/// What stands in a kept ledger was written once; a change shows as it does in a live one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_kept_event_shows() {
    use sea_orm::ConnectionTrait;
    let kept = kept::ledgers().remove(0);
    let (db, dir) = restored(&kept, "intake").await;
    let change = "UPDATE ledger_event SET name = 'accepted.v2' WHERE name = 'accepted'";
    assert!(db.write().execute_unprepared(change).await.unwrap().rows_affected() > 0);
    let snapshot = db.snapshot().await.unwrap();
    let flaws = audit::chains(&snapshot).await.unwrap().flaws;
    assert!(!flaws.is_empty() && flaws.iter().all(|flaw| flaw.problem == "changed"), "{flaws:?}");
    drop(snapshot);
    db.close().await.unwrap();
    std::fs::remove_dir_all(dir).unwrap();
}
