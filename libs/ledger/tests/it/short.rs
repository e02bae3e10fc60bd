//! Of a short history no state is kept, of a long one it is now and then: the events since are read with it.

use futures::future::join_all;
use sea_orm::EntityTrait;
use tongban_kernel::FaultKind;
use tongban_ledger::entity::aggregate;
use tongban_ledger::{Order, replay};

use crate::world::{Command, Tally, World, caller, on_both};

/// The text kept for the state of a tally.
async fn kept(world: &World, id: &str) -> String {
    let head = aggregate::Entity::find_by_id(("tally".to_owned(), id.to_owned()));
    head.one(world.ledger.db().read()).await.unwrap().unwrap().state
}

on_both! {
    async fn a_state_is_kept_when_the_history_grows_long(world: &World) {
        world.add("a", 5).await;
        assert_eq!(kept(world, "a").await, "");
        assert_eq!((world.total("a").await, world.column("a").await), (Some(5), Some(5)));
        assert_eq!(world.add("a", 0).await, 5);
        assert_eq!(kept(world, "a").await, "");
        assert_eq!(world.add("a", 2).await, 7);
        assert!(kept(world, "a").await.contains('7'));
        assert_eq!(world.total("a").await, Some(7));
        assert_eq!(world.ledger.check::<Tally>("a").await.unwrap(), Ok(3));
        let snapshot = world.ledger.db().snapshot().await.unwrap();
        assert!(replay::<Tally>().replay(&snapshot).await.unwrap().is_empty());
    }

    async fn a_state_is_kept_anew_after_some_more_events(world: &World) {
        let mut texts = Vec::new();
        for amount in [1; 12] {
            world.add("a", amount).await;
            texts.push(kept(world, "a").await);
        }
        assert_eq!((world.total("a").await, world.column("a").await), (Some(12), Some(12)));
        // Thirteen events, for the first command opened it, too.
        let of = |text: &String| text.split(r#""of":"#).nth(1).map(|rest| rest.split(',').next().unwrap().parse().unwrap());
        let versions: Vec<Option<i64>> = texts.iter().map(of).collect();
        let every_third = [3, 3, 3, 6, 6, 6, 9, 9, 9, 12, 12].map(Some);
        assert_eq!((versions[0], &versions[1..]), (None, every_third.as_slice()));
        let snapshot = world.ledger.db().snapshot().await.unwrap();
        assert!(replay::<Tally>().replay(&snapshot).await.unwrap().is_empty());
        drop(snapshot);
        world.sql(r#"UPDATE ledger_aggregate SET state = replace(state, '"total":11', '"total":12')"#).await;
        let snapshot = world.ledger.db().snapshot().await.unwrap();
        let flaws = replay::<Tally>().replay(&snapshot).await.unwrap();
        assert_eq!((flaws.len(), flaws[0].problem, flaws[0].version), (1, "state_differs", Some(13)));
    }

    async fn a_state_that_does_not_say_of_which_version_it_is_is_the_head_s(world: &World) {
        for amount in [1; 4] {
            world.add("a", amount).await;
        }
        world.sql(r#"UPDATE ledger_aggregate SET state = '{"total":4,"closed":false}'"#).await;
        assert_eq!(world.total("a").await, Some(4));
        assert_eq!(world.add("a", 1).await, 5);
        assert!(kept(world, "a").await.contains(r#""of":6,"#), "else it would be taken for the next one's");
        assert_eq!(world.total("a").await, Some(5));
    }

    async fn events_that_are_missing_behind_a_state_are_noticed(world: &World) {
        for amount in [1; 4] {
            world.add("a", amount).await;
        }
        world.sql("DELETE FROM ledger_event WHERE version = 4").await;
        let fault = world.ledger.load::<Tally>("a").await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Internal, "{fault}");
    }

    async fn short_and_long_histories_are_read_together(world: &World) {
        for (id, amounts) in [("short", [1].as_slice()), ("long", &[1, 2, 3]), ("brief", &[4])] {
            for amount in amounts {
                world.add(id, *amount).await;
            }
        }
        let read = join_all(["short", "nobody", "long", "brief", "short"].map(|id| world.total(id)));
        assert_eq!(read.await, [Some(1), None, Some(6), Some(4), Some(1)]);
        let order = |id: &str| Order { id: id.into(), command: Command::Add(10), caller: caller("a") };
        let transaction = world.ledger.db().begin().await.unwrap();
        let orders = ["brief", "long", "short", "brief"].map(order).to_vec();
        world.ledger.execute_all_within::<Tally>(&transaction, orders).await.unwrap();
        transaction.commit().await.unwrap();
        let read = join_all(["short", "long", "brief"].map(|id| world.total(id))).await;
        assert_eq!(read, [Some(11), Some(16), Some(24)]);
    }

    async fn a_damaged_short_history_leads_to_nothing(world: &World) {
        world.add("a", 5).await;
        world.add("b", 5).await;
        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'a' AND version = 2").await;
        let fault = world.ledger.load::<Tally>("a").await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Internal, "{fault}");
        let done = world.ledger.execute::<Tally>("a", Command::Add(1), &caller("a")).await;
        assert_eq!(done.unwrap_err().kind(), FaultKind::Internal);
        assert_eq!(world.add("b", 1).await, 6);
    }
}
