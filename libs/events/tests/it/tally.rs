//! What is counted on the log and of its readers.

use std::sync::Arc;

use tongban_events::progress;

use crate::note::{Scribe, topic};
use crate::world::{World, on_both};

on_both! {
    async fn what_was_carried_out_and_what_was_not_is_counted(world: &World) {
        let consumer = world.consume(Arc::new(Scribe::default()));
        let first = [world.message("a", 1, "x"), world.message("a", 2, "x")];
        world.send(&first).await;
        world.send(&[world.message("b", 1, "x"), first[1].clone()]).await;
        world.send(&[world.message("c", 1, "poison"), world.message("c", 2, "x")]).await;
        world.after_effects(3).await;
        world.after_parking(2).await;
        consumer.stop().await;

        let found = progress(world.ledger.db().read()).await.unwrap();
        let [found] = found.as_slice() else { panic!("one consumer of one topic: {found:?}") };
        assert_eq!((found.consumer.as_str(), &found.topic), ("scribe", &topic()));
        assert_eq!((found.aggregates, found.consumed, found.parked), (2, 3, 2));

        let asked = [topic(), "tongban.notes.nothing".to_owned()];
        assert_eq!(world.log.count(&asked).await.unwrap(), [6, 0], "repetitions are on the log");
    }
}
