//! What somebody with the database's password cannot do unnoticed.

use tongban_ledger::ChainFault;

use crate::world::{Tally, World, on_both};

/// Five events, then `tampering`; gives what the check says.
async fn after(world: &World, tampering: &[&str]) -> ChainFault {
    for _ in 0..4 {
        world.add("t", 1).await;
    }
    assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(5));
    for text in tampering {
        assert!(world.sql(text).await > 0, "{text}");
    }
    let fault = world.ledger.check::<Tally>("t").await.unwrap().unwrap_err();
    assert_eq!((fault.aggregate.as_str(), fault.aggregate_id.as_str()), ("tally", "t"));
    fault
}

const CHANGED: &str = "changed after it was written";
const LOOSE: &str = "does not follow the event before it";

on_both! {
    async fn changed_data(world: &World) {
        let change = r#"UPDATE ledger_event SET data = '{"amount":100}' WHERE version = 3"#;
        let fault = after(world, &[change]).await;
        assert_eq!((fault.version, fault.problem), (3, CHANGED));
    }

    async fn another_actor(world: &World) {
        let change = "UPDATE ledger_event SET actor = replace(actor, 'service:a', 'service:b') WHERE version = 2";
        let fault = after(world, &[change]).await;
        assert_eq!((fault.version, fault.problem), (2, CHANGED));
    }

    async fn another_time(world: &World) {
        let fault = after(world, &["UPDATE ledger_event SET at = at - 1 WHERE version = 1"]).await;
        assert_eq!((fault.version, fault.problem), (1, CHANGED));
    }

    async fn an_event_removed(world: &World) {
        let fault = after(world, &["DELETE FROM ledger_event WHERE version = 4"]).await;
        assert_eq!((fault.version, fault.problem), (4, "missing"));
    }

    async fn the_last_event_removed(world: &World) {
        let fault = after(world, &["DELETE FROM ledger_event WHERE version = 5"]).await;
        assert_eq!((fault.version, fault.problem), (5, "missing"));
    }

    async fn all_events_removed(world: &World) {
        let fault = after(world, &["DELETE FROM ledger_event"]).await;
        assert_eq!((fault.version, fault.problem), (1, "missing"));
    }

    async fn the_gap_closed_by_renumbering(world: &World) {
        let fault = after(world, &[
            "DELETE FROM ledger_event WHERE version = 3",
            "UPDATE ledger_event SET version = 3 WHERE version = 4",
            "UPDATE ledger_event SET version = 4 WHERE version = 5",
            "UPDATE ledger_aggregate SET version = 4",
        ]).await;
        assert_eq!((fault.version, fault.problem), (3, LOOSE));
    }

    async fn an_event_put_in(world: &World) {
        let fault = after(world, &[
            "UPDATE ledger_event SET version = 6 WHERE version = 5",
            "UPDATE ledger_event SET version = 5 WHERE version = 4",
            "INSERT INTO ledger_event (event_id, aggregate, aggregate_id, version, name, data, actor, at, previous, hash) \
             SELECT 'forged', aggregate, aggregate_id, 4, name, data, actor, at, previous, hash \
             FROM ledger_event WHERE version = 3",
            "UPDATE ledger_aggregate SET version = 6",
        ]).await;
        assert_eq!((fault.version, fault.problem), (4, LOOSE));
    }

    async fn an_event_put_behind_the_last(world: &World) {
        let fault = after(world, &[
            "INSERT INTO ledger_event (event_id, aggregate, aggregate_id, version, name, data, actor, at, previous, hash) \
             SELECT 'forged', aggregate, aggregate_id, 6, name, data, actor, at, hash, hash \
             FROM ledger_event WHERE version = 5",
        ]).await;
        assert_eq!(fault.version, 6);
    }

    async fn events_in_another_order(world: &World) {
        let fault = after(world, &[
            "UPDATE ledger_event SET version = 99 WHERE version = 2",
            "UPDATE ledger_event SET version = 2 WHERE version = 3",
            "UPDATE ledger_event SET version = 3 WHERE version = 99",
        ]).await;
        assert_eq!((fault.version, fault.problem), (2, LOOSE));
    }

    async fn an_event_of_another_aggregate(world: &World) {
        world.add("other", 1).await;
        let fault = after(world, &[
            "DELETE FROM ledger_event WHERE aggregate_id = 't' AND version = 1",
            "UPDATE ledger_event SET aggregate_id = 't' WHERE aggregate_id = 'other' AND version = 1",
        ]).await;
        assert_eq!((fault.version, fault.problem), (1, CHANGED));
    }

    async fn another_head(world: &World) {
        let fault = after(world, &["UPDATE ledger_aggregate SET hash = previous FROM ledger_event \
            WHERE ledger_event.version = 5"]).await;
        assert_eq!((fault.version, fault.problem), (5, "not the one its state is of"));
    }

    async fn no_head(world: &World) {
        let fault = after(world, &["DELETE FROM ledger_aggregate"]).await;
        assert_eq!((fault.version, fault.problem), (5, "its state is missing"));
    }
}
