//! From the outbox to the log.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tongban_testkit::{Backend, eventually};

use crate::note::Scribe;
use crate::world::{Line, World, on_both};

on_both! {
    async fn commands_go_on_while_the_log_is_away(world: &World) {
        let line = Line::to(&world.log);
        line.cut.store(true, Ordering::SeqCst);
        let relay = world.relay(line.clone()).await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        for _ in 0..3 {
            world.note("a", "x").await;
            world.note("b", "x").await;
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 6);
        assert!(world.effects().await.is_empty());
        line.cut.store(false, Ordering::SeqCst);
        let mut effects = world.after_effects(6).await;
        effects.sort();
        let expected = ["a", "b"].map(|s| [1, 2, 3].map(|version| (s.to_owned(), version)));
        assert_eq!(effects, expected.concat());
        world.after_relaying().await;
        consumer.stop().await;
        relay.stop().await;
    }

    /// Killed between the log's acknowledgement and the outbox rows' removal.
    async fn what_was_published_twice_takes_effect_once(world: &World) {
        let line = Line::to(&world.log);
        line.deaf.store(true, Ordering::SeqCst);
        let relay = world.relay(line.clone()).await;
        for _ in 0..4 {
            world.note("a", "x").await;
        }
        eventually("the messages to pass", async || {
            (line.passed.load(Ordering::SeqCst) >= 4).then_some(())
        }).await;
        relay.kill().await;
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 4);

        line.deaf.store(false, Ordering::SeqCst);
        let relay = world.relay(line.clone()).await;
        world.after_relaying().await;
        world.note("a", "x").await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        let effects = world.after_effects(5).await;
        let versions: Vec<_> = effects.iter().map(|(_, version)| *version).collect();
        assert_eq!((versions, world.parked().await), (vec![1, 2, 3, 4, 5], 0));
        assert!(line.passed.load(Ordering::SeqCst) >= 9);
        consumer.stop().await;
        relay.stop().await;
    }

    async fn more_than_one_round_takes(world: &World) {
        let relay = world.relay(world.log.clone()).await;
        let transaction = world.ledger.db().begin().await.unwrap();
        let caller = tongban_ledger::Caller::service("test", None);
        for count in 0..1100 {
            let id = format!("a{}", count % 7);
            let done = world.ledger.execute_within::<crate::note::Note>(
                &transaction, &id, "x".into(), &caller,
            );
            done.await.unwrap();
        }
        transaction.commit().await.unwrap();
        world.ledger.announce();
        world.after_relaying().await;
        relay.stop().await;
    }

    /// A request may have 1 MiB, and its event is larger; text without pattern does not compress.
    async fn a_large_event_holds_nothing_up(world: &World) {
        let mut state = 1_u64;
        let text: String = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from_u32(0x4e00 + u32::try_from(state >> 33).unwrap() % 20_000).unwrap()
        })
        .take(1_400_000 / 3 * 2)
        .collect();
        assert!(text.len() > 2 * 1_300_000);
        let relay = world.relay(world.log.clone()).await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.note("large", &text).await;
        world.note("small", "x").await;
        world.after_effects(2).await;
        world.after_relaying().await;
        consumer.stop().await;
        relay.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_relays_one_publishes_and_the_other_takes_over() {
    let world = World::make(Backend::Mesh).await;
    let lines = [Line::to(&world.log), Line::to(&world.log)];
    let mut relays = Vec::new();
    for line in &lines {
        relays.push(world.relay(line.clone()).await);
    }
    for _ in 0..20 {
        world.note("a", "x").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.after_relaying().await;
    let passed = lines.each_ref().map(|line| line.passed.load(Ordering::SeqCst));
    assert_eq!(passed.iter().sum::<usize>(), 20, "{passed:?}");
    let winner = passed.iter().position(|count| *count == 20).unwrap();

    relays.remove(winner).kill().await;
    for _ in 0..5 {
        world.note("a", "x").await;
    }
    world.after_relaying().await;
    assert_eq!(lines[1 - winner].passed.load(Ordering::SeqCst), 5);
    relays.remove(0).stop().await;
    world.remove().await;
}
