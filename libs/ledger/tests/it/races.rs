//! Many at once.

use tongban_kernel::FaultKind;

use crate::world::{Command, Tally, World, caller, on_both};

on_both! {
    async fn two_at_once_both_count(world: &World) {
        world.add("t", 1).await;
        for round in 1..=20 {
            tokio::join!(world.add("t", 1), world.add("t", 1));
            assert_eq!(world.total("t").await, Some(1 + 2 * round));
        }
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(42));
    }

    async fn two_open_the_same_at_once(world: &World) {
        for round in 0..10 {
            let id = format!("t{round}");
            tokio::join!(world.add(&id, 1), world.add(&id, 1));
            let history = world.ledger.history::<Tally>(&id).await.unwrap();
            assert_eq!((world.total(&id).await, history.len()), (Some(2), 3));
        }
    }

    /// Who loses again and again is told so, and asks again; whatever was confirmed counts once.
    async fn fifty_at_once_count_exactly_once(world: &World) {
        let adding = (0..50).map(|_| {
            let ledger = world.ledger.clone();
            tokio::spawn(async move {
                let mut refusals = 0;
                loop {
                    match ledger.execute::<Tally>("t", Command::Add(1), &caller("a")).await {
                        Ok(_) => return refusals,
                        Err(fault) => {
                            assert_eq!((fault.kind(), fault.code()), (FaultKind::Conflict, "raced"));
                            refusals += 1;
                        }
                    }
                }
            })
        });
        for adder in futures::future::join_all(adding).await {
            adder.unwrap();
        }
        assert_eq!(world.total("t").await, Some(50));
        assert_eq!(world.column("t").await, Some(50));
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(51));
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 51);
    }

    /// Read in two steps, a chain under append looks broken.
    async fn a_chain_that_grows_while_it_is_checked_is_whole(world: &World) {
        world.add("t", 1).await;
        let ledger = world.ledger.clone();
        let growing = tokio::spawn(async move {
            for _ in 0..60 {
                ledger.execute::<Tally>("t", Command::Add(1), &caller("a")).await.unwrap();
            }
        });
        while !growing.is_finished() {
            let checked = world.ledger.check::<Tally>("t").await.unwrap();
            assert!(checked.is_ok(), "{checked:?}");
        }
        growing.await.unwrap();
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(62));
    }
}
