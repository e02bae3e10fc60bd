//! Bounded tries, and events that are never carried out by somebody's decision.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, EntityTrait};
use tongban_contracts::Envelope;
use tongban_events::{Consumer, Decision, Which, outlines, replay, replay_some, set_aside};
use tongban_kernel::Fault;

use crate::note::{Note, Scribe, topic};
use crate::world::{World, on_both};

const DECISION: Decision<'_> = Decision { by: "ops", why: "测试数据" };

/// Its effect meets a row that is there for good: what a race looks like, but never passes.
struct Stubborn;

#[async_trait]
impl Consumer for Stubborn {
    fn name(&self) -> &'static str {
        "stubborn"
    }

    fn topics(&self) -> Vec<String> {
        vec![topic()]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        if event.subject != "a" {
            return Ok(());
        }
        let row = <Note as tongban_ledger::Stored>::row(&Note(1), "taken", 1);
        for _ in 0..2 {
            crate::note::row::Entity::insert(row.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(|_| Fault::unavailable("lost a race"))?;
        }
        Ok(())
    }
}

async fn ids(world: &World) -> Vec<(i64, String, Option<i64>)> {
    let found = outlines(world.ledger.db().read(), None, 0, 100).await.unwrap();
    found.into_iter().map(|row| (row.id, row.subject, row.version)).collect()
}

on_both! {
    async fn what_never_passes_is_parked_and_the_partition_goes_on(world: &World) {
        let consumer = world.consume(Arc::new(Stubborn));
        let begun = std::time::Instant::now();
        world.send(&[world.message("a", 1, "x"), world.message("b", 1, "x")]).await;
        let parked = world.after_parking(1).await;
        assert!(parked[0].1.contains("failed 6 times, at last"), "{parked:?}");
        assert!(begun.elapsed() > Duration::from_millis(1500), "it was tried again");
        world.send(&[world.message("a", 2, "x")]).await;
        assert!(world.after_parking(2).await[1].1.contains("waits behind a parked"));
        consumer.stop().await;
    }

    async fn one_set_aside_lets_the_later_ones_go_on(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let batch = [(1, "x"), (2, "poison"), (3, "x"), (4, "x")]
            .map(|(version, text)| world.message("a", version, text));
        world.send(&batch).await;
        world.send(&[world.message("b", 1, "poison"), world.message("b", 2, "x")]).await;
        world.after_parking(5).await;
        let parked = ids(world).await;
        let id = |subject: &str, version| {
            parked.iter().find(|row| (row.1.as_str(), row.2) == (subject, Some(version))).unwrap().0
        };
        let refused = set_aside(&world.ledger, id("a", 3), DECISION).await.unwrap_err();
        assert_eq!(refused.code(), "earlier_events_parked");
        let kept = set_aside(&world.ledger, id("a", 2), DECISION).await.unwrap();
        assert_eq!((kept.by.as_str(), kept.why.as_str(), kept.version), ("ops", "测试数据", Some(2)));
        assert!(kept.payload.contains("poison") && kept.reason.contains("poison"));
        let again = Decision { by: "other", why: "again" };
        assert_eq!(set_aside(&world.ledger, id("a", 2), again).await.unwrap(), kept);
        assert_eq!(set_aside(&world.ledger, 9999, again).await.unwrap_err().code(), "not_found");

        let (scribe, topic) = (Scribe::default(), topic());
        let which = Which::Of { topic: &topic, subject: "a" };
        let replayed = replay_some(&world.ledger, &scribe, which).await.unwrap();
        assert_eq!((replayed.done, replayed.refused.len()), (2, 0));
        world.send(&[world.message("a", 5, "x")]).await;
        let effects = world.after_effects(4).await;
        let versions: Vec<_> = effects.iter().map(|(_, version)| *version).collect();
        assert_eq!(versions, [1, 3, 4, 5], "never the second");
        world.send(&batch).await;
        world.send(&[world.message("c", 1, "x")]).await;
        assert_eq!(world.after_effects(5).await.len(), 5);
        assert_eq!(world.parked().await, 2, "those of `b`");
        consumer.stop().await;
    }

    /// The true event of its place may still come.
    async fn a_forged_one_set_aside_moves_nothing(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.send(&[world.message("a", 1, "x")]).await;
        world.after_effects(1).await;
        let mut forged = world.book.envelope("a", 2, "x");
        forged.chainhash = "0".repeat(64);
        world.send(&[crate::note::wrapped(&forged)]).await;
        world.after_parking(1).await;
        let id = ids(world).await[0].0;
        assert_eq!(set_aside(&world.ledger, id, DECISION).await.unwrap().version, None);
        world.send(&[world.message("a", 2, "x")]).await;
        world.after_effects(2).await;
        assert_eq!(world.parked().await, 0);
        consumer.stop().await;
    }

    /// What will never come, for the log lost it.
    async fn a_gap_can_be_closed_by_decision(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let messages: Vec<_> = (1..=5).map(|version| world.message("a", version, "x")).collect();
        world.send(&[messages[0].clone(), messages[2].clone(), messages[3].clone()]).await;
        world.after_parking(2).await;
        assert_eq!(replay(&world.ledger, &Scribe::default()).await.unwrap_err().code(), "gap");
        let first = ids(world).await[0].0;
        set_aside(&world.ledger, first, DECISION).await.unwrap();
        assert_eq!(replay(&world.ledger, &Scribe::default()).await.unwrap(), 1);
        world.send(&messages[4..]).await;
        let effects = world.after_effects(3).await;
        let versions: Vec<_> = effects.iter().map(|(_, version)| *version).collect();
        assert_eq!((versions, world.parked().await), (vec![1, 4, 5], 0));
        consumer.stop().await;
    }
}
