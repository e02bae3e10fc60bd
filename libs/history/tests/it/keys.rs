//! Keys: made at first start, rotated, lost.

use tongban_history::KeyState;
use tongban_proof::{Checkpoint, Receipt};

use crate::world::{World, on_both, with_master};

on_both! {
    async fn what_a_retired_key_signed_stays_verifiable(world: &World) {
        assert_eq!(world.history.key_state().await.unwrap(), KeyState::None);
        world.say("a", "one").await;
        let before = world.sign().await;
        let event = world.events("a").await.remove(0);
        let hash = event.hash.clone().try_into().unwrap();
        let at = tongban_kernel::Clock::now(&*world.clock);
        let receipt = world.history.receipt("1", &event.event_id, hash, at).await.unwrap();
        assert_eq!(world.history.receipt("1", &event.event_id, hash, at).await.unwrap(), receipt);

        world.history.rotate().await.unwrap();
        world.say("a", "two").await;
        let after = world.sign().await;
        let list = world.history.keys().await.unwrap();
        assert_eq!(list.keys.len(), 2);
        assert_eq!(list.keys[0].retired_at, Some(list.keys[1].created_at));
        assert_eq!(list.keys[1].retired_at, None);
        let keys = list.read().unwrap();
        for note in [&before, &after] {
            Checkpoint::open(note, &keys).unwrap();
        }
        assert_eq!(Receipt::open(&receipt, &keys).unwrap().event, event.event_id);
        assert!(Checkpoint::open(&before, &keys[..1]).is_ok() && Checkpoint::open(&after, &keys[..1]).is_err());
        assert_eq!(world.audit().await.findings, []);
    }

    async fn without_the_master_key_nothing_is_signed_and_places_are_given_all_the_same(world: &World) {
        world.say("a", "one").await;
        world.sign().await;
        let other = with_master(&world.ledger, 'b');
        assert_eq!(other.key_state().await.unwrap(), KeyState::Sealed);
        world.say("a", "two").await;
        assert_eq!(other.sequence().await.unwrap(), 1);
        assert_eq!(other.checkpoint().await.unwrap_err().code(), "history_key_unavailable");
        let refused = other.receipt("1", "e", [0; 32], chrono::DateTime::UNIX_EPOCH).await;
        assert_eq!(refused.unwrap_err().code(), "history_key_unavailable");
        other.inclusion(&world.events("a").await[0].event_id, None).await.unwrap();
        assert_eq!(other.keys().await.unwrap().keys.len(), 1, "what was signed stays verifiable");

        other.rotate().await.unwrap();
        assert_eq!(other.key_state().await.unwrap(), KeyState::Good);
        assert!(other.checkpoint().await.unwrap().unwrap().is_new);
        assert_eq!(world.audit().await.findings, []);
    }

    async fn lost_keys_are_not_silently_replaced(world: &World) {
        world.say("a", "one").await;
        let before = world.sign().await;
        world.sql("DELETE FROM history_key").await;
        let fresh = with_master(&world.ledger, 'a');
        assert_eq!(fresh.key_state().await.unwrap(), KeyState::Lost);
        world.say("a", "two").await;
        fresh.sequence().await.unwrap();
        assert_eq!(fresh.checkpoint().await.unwrap_err().code(), "history_key_unavailable");
        assert_eq!(fresh.keys().await.unwrap_err().code(), "history_key_unavailable");
        fresh.rotate().await.unwrap();
        let after = fresh.checkpoint().await.unwrap().unwrap().note;
        assert_eq!(before.lines().next(), after.lines().next(), "the log keeps its name");
    }

    async fn two_at_once_make_one_first_key(world: &World) {
        let histories: Vec<_> = (0..4).map(|_| with_master(&world.ledger, 'a')).collect();
        let lists = futures::future::join_all(histories.iter().map(|history| history.keys())).await;
        for list in &lists {
            assert_eq!(list.as_ref().unwrap(), lists[0].as_ref().unwrap());
        }
    }
}
