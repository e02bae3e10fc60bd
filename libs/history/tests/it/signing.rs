//! Checkpoints.

use chrono::TimeDelta;
use tongban_kernel::Clock as _;
use tongban_proof::Checkpoint;

use crate::world::{World, on_both, with_master};

async fn open(world: &World, note: &str) -> Checkpoint {
    let keys = world.history.keys().await.unwrap().read().unwrap();
    Checkpoint::open(note, &keys).unwrap()
}

on_both! {
    async fn only_a_tree_that_grew_is_signed(world: &World) {
        assert!(world.history.checkpoint().await.unwrap().is_none(), "nothing to sign");
        world.say("a", "one").await;
        let first = world.sign().await;
        let again = world.history.checkpoint().await.unwrap().unwrap();
        assert_eq!((again.note.as_str(), again.is_new), (first.as_str(), false));
        world.say("a", "two").await;
        assert_eq!(open(world, &world.sign().await).await.size, 2);
        assert_eq!(world.history.signed(Some(1)).await.unwrap(), first, "all are kept");
        assert_eq!(world.history.signed(Some(3)).await.unwrap_err().code(), "not_found");
    }

    async fn a_clock_set_back_does_not_date_a_checkpoint_before_the_one_before_it(world: &World) {
        world.say("a", "one").await;
        let first = open(world, &world.sign().await).await;
        assert_eq!(first.at, world.clock.now());
        world.clock.set(first.at - TimeDelta::days(400));
        world.say("a", "two").await;
        let second = open(world, &world.sign().await).await;
        assert_eq!((second.size, second.at), (2, first.at));
        world.clock.set(first.at + TimeDelta::seconds(1));
        world.say("a", "three").await;
        assert_eq!(open(world, &world.sign().await).await.at, world.clock.now());
        assert_eq!(world.audit().await.findings, []);
    }

    async fn what_contradicts_the_last_checkpoint_is_not_signed(world: &World) {
        world.say("a", "one").await;
        world.say("a", "two").await;
        let signed = world.sign().await;
        world.sql("UPDATE ledger_leaf SET hash = (SELECT previous FROM ledger_event WHERE version = 1) WHERE place = 0").await;
        world.say("a", "three").await;
        world.history.sequence().await.unwrap();
        assert_eq!(world.history.checkpoint().await.unwrap_err().code(), "internal");
        assert_eq!(world.history.signed(None).await.unwrap(), signed);
    }

    async fn of_many_at_once_one_signs(world: &World) {
        world.say("a", "one").await;
        world.history.sequence().await.unwrap();
        let histories: Vec<_> = (0..4).map(|_| with_master(&world.ledger, 'a')).collect();
        let signed = futures::future::join_all(histories.iter().map(|history| history.checkpoint())).await;
        let signed: Vec<_> = signed.into_iter().map(|one| one.unwrap().unwrap()).collect();
        assert_eq!(signed.iter().filter(|one| one.is_new).count(), 1);
        assert!(signed.iter().all(|one| one.note == signed[0].note));
    }
}
