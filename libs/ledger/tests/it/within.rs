//! Commands inside a transaction of the caller's own.

use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Order;

use crate::world::{Command, Tally, World, caller, on_both};

on_both! {
    async fn all_of_it_or_nothing(world: &World) {
        let ledger = &world.ledger;
        let transaction = ledger.db().begin().await.unwrap();
        for (id, amount) in [("one", 1), ("two", 2), ("one", 3)] {
            let command = Command::Add(amount);
            ledger.execute_within::<Tally>(&transaction, id, command, &caller("a")).await.unwrap();
        }
        transaction.rollback().await.unwrap();
        for id in ["one", "two"] {
            assert_eq!((world.total(id).await, world.column(id).await), (None, None));
        }
        assert_eq!(tongban_ledger::pending(ledger.db().read()).await.unwrap(), 0);

        let transaction = ledger.db().begin().await.unwrap();
        for (id, amount) in [("one", 1), ("two", 2), ("one", 3)] {
            let command = Command::Add(amount);
            ledger.execute_within::<Tally>(&transaction, id, command, &caller("a")).await.unwrap();
        }
        transaction.commit().await.unwrap();
        assert_eq!((world.total("one").await, world.total("two").await), (Some(4), Some(2)));
        assert_eq!(ledger.check::<Tally>("one").await.unwrap(), Ok(3));
        assert_eq!(tongban_ledger::pending(ledger.db().read()).await.unwrap(), 5);
    }

    async fn a_refusal_spoils_nothing_before_it(world: &World) {
        let ledger = &world.ledger;
        let transaction = ledger.db().begin().await.unwrap();
        let run = async |id, command| -> Result<(), Fault> {
            ledger.execute_within::<Tally>(&transaction, id, command, &caller("a")).await.map(drop)
        };
        run("one", Command::Add(1)).await.unwrap();
        assert_eq!(run("two", Command::Add(-1)).await.unwrap_err().code(), "negative");
        run("one", Command::Add(0)).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!((world.total("one").await, world.total("two").await), (Some(1), None));
    }

    async fn many_together_are_as_one_after_the_other(world: &World) {
        let ledger = &world.ledger;
        world.add("old", 1).await;
        let order = |(id, amount): (&str, i64)| Order::<Tally> {
            id: id.into(),
            command: Command::Add(amount),
            caller: caller("a"),
        };
        let orders = [("one", 1), ("old", 2), ("two", 3), ("one", 4), ("old", 0), ("one", 5)];
        let transaction = ledger.db().begin().await.unwrap();
        let all = orders.map(order).to_vec();
        ledger.execute_all_within(&transaction, all).await.unwrap();
        ledger.execute_all_within::<Tally>(&transaction, Vec::new()).await.unwrap();
        transaction.commit().await.unwrap();
        for (id, total, events) in [("one", 10, 4), ("old", 3, 3), ("two", 3, 2)] {
            assert_eq!((world.total(id).await, world.column(id).await), (Some(total), Some(total)));
            assert_eq!(ledger.check::<Tally>(id).await.unwrap(), Ok(events));
        }
        assert_eq!(tongban_ledger::pending(ledger.db().read()).await.unwrap(), 9);

        let transaction = ledger.db().begin().await.unwrap();
        let all = [("three", 1), ("one", 1), ("two", -1), ("four", 1)].map(order).to_vec();
        let (place, refusal) = ledger.execute_all_within(&transaction, all).await.unwrap_err();
        assert_eq!((place, refusal.code()), (2, "negative"));
        transaction.rollback().await.unwrap();
        assert_eq!((world.total("one").await, world.total("three").await), (Some(10), None));
    }

    /// Dropped, as when its task is cancelled, a transaction is undone and its connection is free again.
    async fn a_dropped_transaction_never_was(world: &World) {
        for _ in 0..10 {
            let transaction = world.ledger.db().begin().await.unwrap();
            let command = Command::Add(1);
            let who = caller("a");
            let run = world.ledger.execute_within::<Tally>(&transaction, "t", command, &who);
            run.await.unwrap();
            drop(transaction);
        }
        assert_eq!(world.total("t").await, None);
        assert_eq!(world.add("t", 1).await, 1);
    }
}

/// On SQLite there is one writer, so there is nobody to race with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_race_is_to_be_tried_again() {
    let world = World::make(tongban_testkit::Backend::Mesh).await;
    world.add("t", 1).await;
    let first = world.ledger.db().begin().await.unwrap();
    let command = Command::Add(1);
    world.ledger.execute_within::<Tally>(&first, "t", command, &caller("a")).await.unwrap();
    let ledger = world.ledger.clone();
    let second = tokio::spawn(async move {
        let transaction = ledger.db().begin().await.unwrap();
        let command = Command::Add(1);
        ledger.execute_within::<Tally>(&transaction, "t", command, &caller("b")).await.map(drop)
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap().unwrap_err().kind(), FaultKind::Unavailable);
    assert_eq!(world.total("t").await, Some(2));
    world.remove().await;
}
