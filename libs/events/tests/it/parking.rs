//! What cannot be carried out is kept, seen and replayed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::note::{Scribe, topic, wrapped};
use crate::world::{World, on_both};
use tongban_events::{Message, replay};

fn healed() -> Scribe {
    Scribe { healed: true.into(), ..Scribe::default() }
}

fn pairs(effects: &[(String, i64)]) -> Vec<(&str, i64)> {
    effects.iter().map(|(subject, version)| (subject.as_str(), *version)).collect()
}

on_both! {
    async fn a_poison_event_stops_its_aggregate_alone(world: &World) {
        let scribe = Arc::new(Scribe::default());
        let consumer = world.consume(scribe.clone());
        let batch = [
            world.message("a", 1, "x"), world.message("a", 2, "poison"), world.message("a", 3, "x"),
            world.message("a", 4, "x"),
        ];
        world.send(&batch).await;
        world.send(&[world.message("b", 1, "x"), world.message("b", 2, "x")]).await;
        let parked = world.after_parking(3).await;
        assert!(parked[0].1.contains("poison"), "{parked:?}");
        assert!(parked[1].1.contains("missing or parked"), "{parked:?}");
        let effects = world.after_effects(3).await;
        assert_eq!(effects.iter().filter(|(subject, _)| subject == "a").count(), 1);

        // Sent again, nothing is parked again.
        world.send(&batch).await;
        world.send(&[world.message("b", 3, "x"), world.message("a", 5, "x")]).await;
        assert_eq!(world.after_parking(4).await.len(), 4);
        world.after_effects(4).await;

        assert_eq!(replay(&world.ledger, scribe.as_ref()).await.unwrap_err().code(), "poison");
        assert_eq!((world.parked().await, world.effects().await.len()), (4, 4));
        scribe.healed.store(true, Ordering::SeqCst);
        assert_eq!(replay(&world.ledger, scribe.as_ref()).await.unwrap(), 4);
        let effects = world.effects().await;
        assert_eq!(pairs(&effects[4..]), [("a", 2), ("a", 3), ("a", 4), ("a", 5)]);
        assert_eq!(world.parked().await, 0);
        assert_eq!(replay(&world.ledger, scribe.as_ref()).await.unwrap(), 0);

        world.send(&[world.message("a", 6, "x")]).await;
        world.send(&batch).await;
        world.send(&[world.message("b", 4, "x")]).await;
        assert_eq!(world.after_effects(10).await.len(), 10);
        consumer.stop().await;
    }

    async fn the_first_event_of_an_aggregate_may_be_the_poison(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.send(&[world.message("a", 1, "poison"), world.message("a", 2, "x"), world.message("a", 3, "x")]).await;
        world.after_parking(3).await;
        assert!(world.effects().await.is_empty());
        assert_eq!(replay(&world.ledger, &healed()).await.unwrap(), 3);
        assert_eq!(pairs(&world.effects().await), [("a", 1), ("a", 2), ("a", 3)]);
        consumer.stop().await;
    }

    async fn one_that_stays_does_not_hold_up_the_others(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.send(&[world.message("a", 1, "panic"), world.message("b", 1, "poison"), world.message("b", 2, "x")]).await;
        world.after_parking(3).await;
        consumer.stop().await;
        // Another mend for `b` alone.
        struct Half(Scribe);
        #[async_trait::async_trait]
        impl tongban_events::Consumer for Half {
            fn name(&self) -> &'static str { self.0.name() }
            fn topics(&self) -> Vec<String> { self.0.topics() }
            async fn consume(
                &self,
                event: &tongban_contracts::Envelope,
                transaction: &sea_orm::DatabaseTransaction,
            ) -> Result<(), tongban_kernel::Fault> {
                if event.subject == "a" {
                    return Err(tongban_kernel::Fault::conflict("still", "仍不能办理"));
                }
                self.0.consume(event, transaction).await
            }
        }
        assert_eq!(replay(&world.ledger, &Half(healed())).await.unwrap_err().code(), "still");
        assert_eq!(pairs(&world.effects().await), [("b", 1), ("b", 2)]);
        assert_eq!(world.parked().await, 1);
    }

    async fn a_panic_concerns_its_event_alone(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.send(&[world.message("a", 1, "panic"), world.message("b", 1, "x")]).await;
        assert!(world.after_parking(1).await[0].1.contains("panicked"));
        world.after_effects(1).await;
        assert_eq!(replay(&world.ledger, &healed()).await.unwrap(), 1);
        consumer.stop().await;
    }

    /// As after a restored backup, or when a topic got more partitions with messages still unread.
    async fn behind_a_gap_is_waited_for_what_is_missing(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.send(&[world.message("a", 1, "x"), world.message("a", 4, "x"), world.message("a", 3, "x")]).await;
        let parked = world.after_parking(2).await;
        assert!(parked[0].1.contains("missing"), "{parked:?}");
        assert_eq!(replay(&world.ledger, &healed()).await.unwrap_err().code(), "gap");
        assert_eq!((world.parked().await, world.effects().await.len()), (2, 1));

        world.send(&[world.message("a", 2, "x")]).await;
        assert_eq!(pairs(&world.after_effects(2).await), [("a", 1), ("a", 2)]);
        world.send(&[world.message("a", 5, "x")]).await;
        world.after_parking(3).await;
        assert_eq!(replay(&world.ledger, &healed()).await.unwrap(), 3);
        assert_eq!(pairs(&world.effects().await), [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5)]);
        assert_eq!(world.parked().await, 0);
        consumer.stop().await;
    }

    async fn what_came_again_in_order_is_not_carried_out_by_replay_as_well(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        world.send(&[world.message("a", 1, "x"), world.message("a", 3, "x"), world.message("a", 2, "x"), world.message("a", 3, "x")]).await;
        assert_eq!(pairs(&world.after_effects(3).await), [("a", 1), ("a", 2), ("a", 3)]);
        assert_eq!(world.parked().await, 1);
        assert_eq!(replay(&world.ledger, &healed()).await.unwrap(), 0);
        assert_eq!((world.parked().await, world.effects().await.len()), (0, 3));
        consumer.stop().await;
    }

    async fn no_message_whatever_stops_the_consumer(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let other_topic = tongban_contracts::Envelope {
            kind: "cn.tongban.notes.folder.noted.v1".into(), ..world.book.envelope("c", 1, "x")
        };
        let no_number = tongban_contracts::Envelope {
            sequence: "first".into(), ..world.book.envelope("d", 1, "x")
        };
        let other_key = Message { key: "f".into(), ..world.message("e", 1, "x") };
        let unknown = tongban_contracts::Envelope {
            kind: "cn.tongban.notes.note.burnt.v1".into(), ..world.book.envelope("g", 1, "x")
        };
        let raw = |key: &str, payload: &str| Message {
            topic: topic(), key: key.into(), payload: payload.into(),
        };
        let bad = [
            raw("a", "no json"), raw("b", ""), raw("", "{}"), wrapped(&other_topic),
            wrapped(&no_number), other_key, wrapped(&unknown),
        ];
        world.send(&bad).await;
        world.send(&bad).await;
        world.send(&[world.message("z", 1, "x")]).await;
        world.after_effects(1).await;
        assert_eq!(world.after_parking(7).await.len(), 7);
        // An aggregate of which nothing was carried out yet waits behind what may be its first event.
        world.send(&[world.message("a", 2, "x")]).await;
        world.after_parking(8).await;
        // Before its first event there can be none.
        world.send(&[world.message("b", 1, "x")]).await;
        world.after_effects(2).await;
        // One whose next event comes as it should does not.
        world.send(&[raw("z", "no json"), world.message("z", 2, "x")]).await;
        world.after_effects(3).await;
        assert_eq!(world.after_parking(9).await.len(), 9);
        assert_eq!(replay(&world.ledger, &healed()).await.unwrap_err().code(), "unreadable_event");
        assert_eq!((world.parked().await, world.effects().await.len()), (9, 3));
        consumer.stop().await;
    }

    async fn two_replays_at_once_do_nothing_twice(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let batch: Vec<_> = (1..=6).map(|version| world.message("a", version, "poison")).collect();
        world.send(&batch).await;
        world.after_parking(6).await;
        consumer.stop().await;
        let slow = Scribe { slow: true, ..healed() };
        let (one, two) = tokio::join!(replay(&world.ledger, &slow), replay(&world.ledger, &slow));
        assert_eq!(one.unwrap() + two.unwrap(), 6);
        let effects = world.effects().await;
        assert_eq!(effects.iter().map(|(_, version)| *version).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(world.parked().await, 0);
    }
}
