//! What the relay finds.

use tongban_contracts::Envelope;
use tongban_ledger::{forget, hash_of_envelope, oldest_pending, pending, unsent};
use tongban_testkit::Backend;

use crate::world::{Command, Tally, World, caller, on_both};

/// Subjects and versions of what is waiting.
async fn waiting(world: &World, limit: u64) -> Vec<(i64, String, i64)> {
    let found = unsent(world.ledger.db().read(), "tallies", limit).await.unwrap();
    assert!(found.held.is_empty());
    found
        .events
        .into_iter()
        .map(|out| {
            let version = out.envelope.version().unwrap();
            (out.position, out.envelope.subject, version)
        })
        .collect()
}

fn names(waiting: &[(i64, String, i64)]) -> Vec<(&str, i64)> {
    waiting.iter().map(|(_, subject, version)| (subject.as_str(), *version)).collect()
}

on_both! {
    async fn events_wait_in_order_until_they_are_forgotten(world: &World) {
        for id in ["a", "b", "a"] {
            world.add(id, 1).await;
        }
        let all = waiting(world, 10).await;
        assert_eq!(names(&all), [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("a", 3)]);
        assert_eq!(waiting(world, 10).await, all, "reading takes nothing away");
        assert_eq!(waiting(world, 2).await, all[..2]);

        let db = world.ledger.db();
        forget(db.write(), &[]).await.unwrap();
        forget(db.write(), &[all[0].0, all[2].0]).await.unwrap();
        assert_eq!(names(&waiting(world, 10).await), [("a", 2), ("b", 2), ("a", 3)]);
        assert_eq!(pending(db.read()).await.unwrap(), 3);
        let oldest = world.ledger.history::<Tally>("a").await.unwrap()[1].meta.at;
        assert_eq!(oldest_pending(db.read()).await.unwrap(), Some(oldest));
        let rest: Vec<i64> = waiting(world, 10).await.iter().map(|row| row.0).collect();
        forget(db.write(), &rest).await.unwrap();
        assert_eq!(pending(db.read()).await.unwrap(), 0);
        assert_eq!(oldest_pending(db.read()).await.unwrap(), None);
        assert_eq!(world.ledger.history::<Tally>("a").await.unwrap().len(), 3, "events stay");
    }

    async fn an_envelope_says_what_the_ledger_knows(world: &World) {
        world.add("t", 7).await;
        let found = unsent(world.ledger.db().read(), "tallies", 10).await.unwrap();
        let history = world.ledger.history::<Tally>("t").await.unwrap();
        let (envelope, meta) = (&found.events[1].envelope, &history[1].meta);
        assert_eq!(envelope.kind, "cn.tongban.tallies.tally.added.v1");
        assert_eq!(envelope.topic().as_deref(), Some("tongban.tallies.tally"));
        assert_eq!((envelope.id, envelope.time), (meta.event_id, meta.at));
        assert_eq!((envelope.caused_by().unwrap(), envelope.value()["amount"].as_i64()), (meta.actor.clone(), Some(7)));
        assert_eq!(envelope.chainhash, history[1].hash);
        assert_eq!(envelope.previoushash, history[0].hash);
        assert_eq!(hash_of_envelope(envelope).as_ref(), Some(&envelope.chainhash));
        let sent = serde_json::to_string(envelope).unwrap();
        let received: Envelope = serde_json::from_str(&sent).unwrap();
        assert_eq!(hash_of_envelope(&received).as_ref(), Some(&envelope.chainhash));
        assert_eq!(envelope.read::<crate::world::TallyEvent>().unwrap(), history[1].event);
    }
}

/// A relay that kept a cursor would skip A, whose rows are older but are committed later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_commit_is_found() {
    let world = World::make(Backend::Mesh).await;
    let late = world.ledger.db().begin().await.unwrap();
    let command = Command::Add(1);
    world.ledger.execute_within::<Tally>(&late, "late", command, &caller("a")).await.unwrap();
    world.add("early", 1).await;

    let first = waiting(&world, 10).await;
    assert_eq!(names(&first), [("early", 1), ("early", 2)]);
    let positions: Vec<i64> = first.iter().map(|row| row.0).collect();
    forget(world.ledger.db().write(), &positions).await.unwrap();

    late.commit().await.unwrap();
    let then = waiting(&world, 10).await;
    assert_eq!(names(&then), [("late", 1), ("late", 2)]);
    assert!(then[1].0 < positions[0], "older, and still found");
    world.remove().await;
}
