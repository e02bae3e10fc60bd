//! Every event takes effect once, in its aggregate's order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use tongban_contracts::Envelope;
use tongban_events::Consumer;
use tongban_kernel::Fault;

use crate::note::Scribe;
use crate::world::{World, on_both};

/// The versions carried out of one aggregate.
fn of(effects: &[(String, i64)], subject: &str) -> Vec<i64> {
    effects.iter().filter(|(found, _)| found == subject).map(|(_, version)| *version).collect()
}

/// Aggregates `a0`, `a1`… with versions from 1, all mixed.
fn mixed(world: &World, aggregates: usize, versions: i64) -> Vec<tongban_events::Message> {
    (1..=versions)
        .flat_map(|version| {
            (0..aggregates).map(move |a| world.message(&format!("a{a}"), version, "x"))
        })
        .collect()
}

async fn all_are_there(world: &World, aggregates: usize, versions: i64) {
    let count = aggregates * usize::try_from(versions).unwrap();
    let effects = world.after_effects(count).await;
    assert_eq!(effects.len(), count);
    for a in 0..aggregates {
        assert_eq!(of(&effects, &format!("a{a}")), (1..=versions).collect::<Vec<_>>());
    }
    assert_eq!(world.parked().await, 0);
}

on_both! {
    async fn an_event_delivered_often_takes_effect_once(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let versions = [1, 1, 2, 1, 2, 2, 3, 1, 3, 2, 3, 4];
        let messages: Vec<_> = versions.iter().map(|v| world.message("a", *v, "x")).collect();
        world.send(&messages).await;
        world.send(&messages).await;
        world.send(&[world.message("b", 1, "x")]).await;
        world.after_effects(5).await;
        consumer.stop().await;
        assert_eq!(of(&world.effects().await, "a"), [1, 2, 3, 4]);
        assert_eq!(world.parked().await, 0);
    }

    async fn the_order_of_each_aggregate_holds(world: &World) {
        world.send(&mixed(world, 12, 8)).await;
        let consumer = world.consume(Arc::new(Scribe::default()));
        all_are_there(world, 12, 8).await;
        consumer.stop().await;
    }

    /// Their inbox reaches back to whatever the log still has.
    async fn who_joins_late_begins_with_what_is_there(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.send(&[world.message("a", 7, "x"), world.message("a", 6, "x"), world.message("a", 8, "x")]).await;
        let effects = world.after_effects(2).await;
        assert_eq!(of(&effects, "a"), [7, 8]);
        consumer.stop().await;
    }

    async fn what_may_pass_is_waited_for(world: &World) {
        let scribe = Arc::new(Scribe::default());
        let consumer = world.consume(scribe.clone());
        world.send(&[world.message("a", 1, "x"), world.message("a", 2, "wait"), world.message("a", 3, "x")]).await;
        world.after_effects(1).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!((world.effects().await.len(), world.parked().await), (1, 0));
        scribe.open.store(true, Ordering::SeqCst);
        assert_eq!(of(&world.after_effects(3).await, "a"), [1, 2, 3]);
        consumer.stop().await;
    }

    /// Longer than the tries that an effect has which fails for another reason.
    async fn a_full_disk_is_waited_out(world: &World) {
        let scribe = Arc::new(Scribe::default());
        let consumer = world.consume(scribe.clone());
        world.send(&[world.message("a", 1, "x"), world.message("a", 2, "full"), world.message("a", 3, "x")]).await;
        world.after_effects(1).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!((world.effects().await.len(), world.parked().await), (1, 0));
        scribe.open.store(true, Ordering::SeqCst);
        assert_eq!(of(&world.after_effects(3).await, "a"), [1, 2, 3]);
        consumer.stop().await;
    }

    async fn a_consumer_killed_in_the_middle_loses_nothing(world: &World) {
        world.send(&mixed(world, 3, 20)).await;
        for target in [5, 20, 40] {
            let consumer = world.consume(Arc::new(Scribe { slow: true, ..Scribe::default() }));
            world.after_effects(target).await;
            consumer.kill().await;
        }
        let consumer = world.consume(Arc::new(Scribe::default()));
        all_are_there(world, 3, 20).await;
        consumer.stop().await;
    }

    /// On the embedded log every member reads everything, which is the worst a rebalance can do.
    async fn two_members_of_a_group_do_nothing_twice(world: &World) {
        let members = [0, 1].map(|_| world.consume(Arc::new(Scribe::default())));
        world.send(&mixed(world, 5, 15)).await;
        all_are_there(world, 5, 15).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        all_are_there(world, 5, 15).await;
        for member in members {
            member.stop().await;
        }
    }
}

/// A scribe that watches how many of its effects run at once.
#[derive(Default)]
struct Watched {
    scribe: Scribe,
    shares_rows: bool,
    running: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl Consumer for Watched {
    fn name(&self) -> &'static str {
        self.scribe.name()
    }

    fn topics(&self) -> Vec<String> {
        self.scribe.topics()
    }

    fn shares_rows(&self) -> bool {
        self.shares_rows
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        let running = 1 + self.running.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(running, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(2)).await;
        let done = self.scribe.consume(event, transaction).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        done
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn effects_that_share_rows_run_one_after_the_other() {
    for shares_rows in [false, true] {
        let world = World::make(tongban_testkit::Backend::Mesh).await;
        world.send(&mixed(&world, 200, 1)).await;
        let watched = Arc::new(Watched { shares_rows, ..Watched::default() });
        let consumer = world.consume(watched.clone());
        all_are_there(&world, 200, 1).await;
        consumer.stop().await;
        assert_eq!(watched.most.load(Ordering::SeqCst) == 1, shares_rows);
        world.remove().await;
    }
}

/// While the log hands a partition over, two members can hold the same message; here both always do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_message_in_two_hands_takes_effect_once() {
    let mut world = World::make(tongban_testkit::Backend::Mesh).await;
    let own = World::make(tongban_testkit::Backend::Embedded).await;
    world.log = own.log.clone();
    let members =
        [0, 1, 2].map(|_| world.consume(Arc::new(Scribe { slow: true, ..Scribe::default() })));
    world.send(&mixed(&world, 2, 10)).await;
    all_are_there(&world, 2, 10).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    all_are_there(&world, 2, 10).await;
    for member in members {
        member.stop().await;
    }
    world.remove().await;
    own.remove().await;
}
