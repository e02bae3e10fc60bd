//! The Merkle tree over all events.

use sea_orm::{EntityTrait, QueryOrder};
use tongban_ledger::entity::{event, leaf};
use tongban_ledger::tree::{hashes_over, leaf_of, root, sequence, tree_size, unsequenced};
use tongban_proof::merkle::{check_consistency, check_inclusion, leaf_hash, root_over};
use tongban_proof::plan;
use tongban_testkit::Backend;

use crate::world::{Command, Tally, World, caller, on_both};

async fn leaves(world: &World) -> Vec<leaf::Model> {
    let query = leaf::Entity::find().order_by_asc(leaf::Column::Place);
    query.all(world.ledger.db().read()).await.unwrap()
}

/// Many events without the cost of commands: the tree asks nothing but their hashes.
async fn many(world: &World, count: usize) {
    let numbers = match world.ledger.db().dialect() {
        tongban_db::Dialect::Sqlite => format!(
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)"
        ),
        tongban_db::Dialect::Postgres => format!("(SELECT generate_series(1, {count}) AS i)"),
    };
    world
        .sql(&format!(
            "INSERT INTO ledger_event (event_id, aggregate, aggregate_id, version, name, data, actor, at, previous, hash) \
             SELECT 'many-' || i, 'x', 'x' || i, 1, 'x', '{{}}', '{{}}', 0, last.hash, last.hash \
             FROM {numbers} AS numbers, (SELECT hash FROM ledger_event ORDER BY position LIMIT 1) AS last"
        ))
        .await;
}

on_both! {
    async fn every_event_gets_the_next_place(world: &World) {
        let db = world.ledger.db();
        for id in ["a", "b", "a"] {
            world.add(id, 1).await;
        }
        assert_eq!((tree_size(db.read()).await.unwrap(), unsequenced(db.read()).await.unwrap()), (0, 5));
        assert_eq!(sequence(db, 2).await.unwrap(), 2);
        assert_eq!(sequence(db, 100).await.unwrap(), 3);
        assert_eq!(sequence(db, 100).await.unwrap(), 0);
        assert_eq!((tree_size(db.read()).await.unwrap(), unsequenced(db.read()).await.unwrap()), (5, 0));
        let events = event::Entity::find().order_by_asc(event::Column::Position);
        let events = events.all(db.read()).await.unwrap();
        let leaves = leaves(world).await;
        for ((event, leaf), place) in events.iter().zip(&leaves).zip(0..) {
            let there = (leaf.place, leaf.position, &leaf.event_id, &leaf.hash);
            assert_eq!(there, (place, event.position, &event.event_id, &event.hash));
        }
        let found = leaf_of(db.read(), &events[3].event_id).await.unwrap();
        assert_eq!(found.unwrap().place, 3);
        let whole = root_over(events.iter().map(|event| leaf_hash(&event.hash)));
        assert_eq!(root(db.read(), 5).await.unwrap(), whole);
    }

    async fn proofs_hold_in_a_tree_of_several_stored_levels(world: &World) {
        let db = world.ledger.db();
        world.add("t", 1).await;
        many(world, 70_000).await;
        while sequence(db, 20_000).await.unwrap() > 0 {}
        let size = tree_size(db.read()).await.unwrap();
        assert_eq!(size, 70_002);
        let all: Vec<_> = leaves(world).await.iter().map(|leaf| leaf_hash(&leaf.hash)).collect();
        let whole = root(db.read(), size).await.unwrap();
        assert_eq!(root_over(all.iter().copied()), whole);
        for index in [0, 255, 256, 65_535, 65_536, 70_001] {
            let path = hashes_over(db.read(), &plan::inclusion(index, size)).await.unwrap();
            let leaf = all[usize::try_from(index).unwrap()];
            check_inclusion(&leaf, index, size, &path, &whole).unwrap();
        }
        for from in [1, 256, 300, 65_536, 65_537, 70_001] {
            let earlier = root(db.read(), from).await.unwrap();
            let path = hashes_over(db.read(), &plan::consistency(from, size)).await.unwrap();
            check_consistency(from, size, &path, &earlier, &whole).unwrap();
        }
    }

    async fn two_at_once_leave_no_gap(world: &World) {
        let db = world.ledger.db();
        world.add("t", 1).await;
        many(world, 998).await;
        let rounds = futures::future::join_all((0..12).map(|_| sequence(db, 100))).await;
        let added: u64 = rounds.into_iter().map(Result::unwrap).sum();
        assert_eq!(added, 1000);
        let places: Vec<i64> = leaves(world).await.iter().map(|leaf| leaf.place).collect();
        assert_eq!(places, (0..1000).collect::<Vec<_>>());
    }

    async fn an_event_taken_away_before_its_turn_holds_nobody_up(world: &World) {
        let db = world.ledger.db();
        world.add("t", 1).await;
        world.add("t", 1).await;
        assert_eq!(world.sql("DELETE FROM ledger_event WHERE version = 1").await, 1);
        assert_eq!(sequence(db, 1).await.unwrap(), 1);
        assert_eq!(sequence(db, 1).await.unwrap(), 1);
        assert_eq!(sequence(db, 1).await.unwrap(), 0);
        assert_eq!(unsequenced(db.read()).await.unwrap(), 1, "what shows that it was there");
    }
}

/// A sequencer that kept a cursor would skip A, whose rows are older but are committed later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_commit_gets_a_later_place() {
    let world = World::make(Backend::Mesh).await;
    let db = world.ledger.db();
    let late = db.begin().await.unwrap();
    let command = Command::Add(1);
    world.ledger.execute_within::<Tally>(&late, "late", command, &caller("a")).await.unwrap();
    world.add("early", 1).await;
    assert_eq!(sequence(db, 100).await.unwrap(), 2);
    late.commit().await.unwrap();
    assert_eq!(sequence(db, 100).await.unwrap(), 2);
    let positions: Vec<i64> = leaves(&world).await.iter().map(|leaf| leaf.position).collect();
    assert!(positions[0] > positions[2], "{positions:?}");
    world.remove().await;
}

/// Somebody's `psql` has another search path.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_waits_whatever_the_search_path() {
    let world = World::make(Backend::Mesh).await;
    world.add("t", 1).await;
    let db = world.ledger.db();
    let schema = "SELECT current_schema() AS name";
    use sea_orm::{ConnectionTrait, Statement};
    let backend = db.read().get_database_backend();
    let row = db.read().query_one_raw(Statement::from_string(backend, schema)).await.unwrap();
    let name: String = row.unwrap().try_get("", "name").unwrap();
    let insert = format!(
        "SET LOCAL search_path TO pg_catalog; \
         INSERT INTO \"{name}\".ledger_event (event_id, aggregate, aggregate_id, version, name, data, actor, at, previous, hash) \
         SELECT 'foreign', aggregate, 'other', version, name, data, actor, at, previous, hash FROM \"{name}\".ledger_event LIMIT 1"
    );
    let transaction = db.begin().await.unwrap();
    transaction.execute_unprepared(&insert).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(unsequenced(db.read()).await.unwrap(), 3);
    world.remove().await;
}
