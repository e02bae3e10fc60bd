//! Every kind of tampering is found, and the row is named.
//!
//! The books of `World::fill` stand in the tree as a1 b1 c1 | a2 b2 c2 | a3 b3 | a4, with a checkpoint at
//! each bar and at the end: 3, 6, 8 and 9 leaves.

use tongban_history::audit::audit;

use crate::world::{SERVICE, World, on_both, short};

const FORGED: &str = "INSERT INTO ledger_event \
    (event_id, aggregate, aggregate_id, version, name, data, actor, at, previous, hash) ";

fn named(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(problem, place)| ((*problem).to_owned(), (*place).to_owned())).collect()
}

/// Copies the events' hashes into their leaves, so that these agree again.
const LEAVES_FOLLOW: &str = "UPDATE ledger_leaf SET hash = (SELECT event.hash FROM ledger_event AS event \
    WHERE event.event_id = ledger_leaf.event_id)";

on_both! {
    async fn a_changed_event(world: &World) {
        world.fill().await;
        world.sql("UPDATE ledger_event SET data = '{\"text\":\"x\"}' WHERE aggregate_id = 'b' AND version = 2").await;
        let report = world.audit().await;
        assert_eq!(report.findings.iter().map(short).collect::<Vec<_>>(), named(&[("changed", "b2"), ("state_differs", "b3")]));
        let event = &world.events("b").await[1];
        assert_eq!(report.findings[0].event_id.as_ref(), Some(&event.event_id), "named by its identifier too");
        assert_eq!((report.events, report.aggregates, report.leaves, report.checkpoints), (9, 3, 9, 4));
    }

    async fn a_changed_event_whose_chain_was_recomputed(world: &World) {
        world.fill().await;
        world.sql("UPDATE ledger_event SET data = '{\"text\":\"x\"}' WHERE aggregate_id = 'a' AND version = 3").await;
        world.rechain("a").await;
        world.sql("UPDATE ledger_aggregate SET state = replace(state, 'a2', 'x') WHERE aggregate_id = 'a'").await;
        assert_eq!(world.ledger.check::<crate::world::Book>("a").await.unwrap(), Ok(4), "the chain alone is content");
        assert_eq!(world.found().await, named(&[("not_as_sequenced", "a3"), ("not_as_sequenced", "a4")]));
    }

    async fn a_changed_event_whose_chain_and_leaves_were_recomputed(world: &World) {
        world.fill().await;
        world.sql("UPDATE ledger_event SET data = '{\"text\":\"x\"}' WHERE aggregate_id = 'b' AND version = 3").await;
        world.rechain("b").await;
        world.sql("UPDATE ledger_aggregate SET state = replace(state, 'b2', 'x') WHERE aggregate_id = 'b'").await;
        world.sql(LEAVES_FOLLOW).await;
        let report = world.audit().await;
        assert_eq!(report.findings.iter().map(short).collect::<Vec<_>>(), named(&[("root_differs", "8: 6..8")]));
        let event = &world.events("b").await[2];
        assert!(report.findings[0].events.contains(&event.event_id), "only the checkpoint finds it: {report:?}");
    }

    async fn an_event_removed(world: &World) {
        world.fill().await;
        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'a' AND version = 2").await;
        assert_eq!(world.found().await, named(&[("removed", "a2"), ("removed", "leaf 3"), ("state_differs", "a4")]));
    }

    async fn the_last_event_removed_with_its_head(world: &World) {
        world.fill().await;
        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'a' AND version = 4").await;
        world.rechain("a").await;
        world.sql(r#"UPDATE ledger_aggregate SET state = replace(replace(state, ',"a3"', ''), '"of":4', '"of":3') WHERE aggregate_id = 'a'"#).await;
        assert_eq!(world.found().await, named(&[("removed", "leaf 8")]));
    }

    async fn an_aggregate_removed_whole(world: &World) {
        world.fill().await;
        let gone: Vec<String> = world.events("c").await.into_iter().map(|event| event.event_id).collect();
        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'c'").await;
        world.sql("DELETE FROM ledger_aggregate WHERE aggregate_id = 'c'").await;
        let report = world.audit().await;
        assert_eq!(report.findings.iter().map(short).collect::<Vec<_>>(), named(&[("removed", "leaf 2"), ("removed", "leaf 5")]));
        let named: Vec<String> = report.findings.into_iter().filter_map(|finding| finding.event_id).collect();
        assert_eq!(named, gone);
    }

    async fn an_aggregate_removed_whole_and_the_tree_closed_behind_it(world: &World) {
        world.fill().await;
        world.sql("DELETE FROM ledger_leaf WHERE event_id IN (SELECT event_id FROM ledger_event WHERE aggregate_id = 'c')").await;
        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'c'").await;
        world.sql("DELETE FROM ledger_aggregate WHERE aggregate_id = 'c'").await;
        world.sql("UPDATE ledger_leaf SET place = place - 1 WHERE place IN (3, 4)").await;
        world.sql("UPDATE ledger_leaf SET place = place - 2 WHERE place > 4").await;
        assert_eq!(
            world.found().await,
            named(&[("root_differs", "3: 0..3"), ("leaves_removed", "8: 7..8"), ("leaves_removed", "9: 7..9")])
        );
    }

    async fn the_end_of_the_tree_removed(world: &World) {
        world.fill().await;
        world.sql("DELETE FROM ledger_leaf WHERE place = 8").await;
        assert_eq!(world.found().await, named(&[("not_in_the_tree", "a4"), ("leaves_removed", "9: 8..9")]));
    }

    async fn an_event_put_in_behind_the_trigger(world: &World) {
        world.fill().await;
        world.drop_trigger().await;
        world.sql(&format!("{FORGED} SELECT 'forged', aggregate, aggregate_id, 3, name, data, actor, at, previous, hash \
            FROM ledger_event WHERE aggregate_id = 'c' AND version = 2")).await;
        world.rechain("c").await;
        assert_eq!(world.found().await, named(&[("not_in_the_tree", "c3"), ("state_differs", "c3")]));
    }

    async fn an_event_put_in_with_its_chain_recomputed(world: &World) {
        world.fill().await;
        world.sql("UPDATE ledger_event SET version = 9 WHERE aggregate_id = 'b' AND version = 3").await;
        world.sql(&format!("{FORGED} SELECT 'forged', aggregate, aggregate_id, 3, name, data, actor, at, previous, hash \
            FROM ledger_event WHERE aggregate_id = 'b' AND version = 2")).await;
        world.sql("UPDATE ledger_event SET version = 4 WHERE aggregate_id = 'b' AND version = 9").await;
        world.rechain("b").await;
        world.history.sequence().await.unwrap();
        assert_eq!(world.found().await, named(&[("not_as_sequenced", "b4"), ("state_differs", "b4")]));
    }

    async fn an_event_put_in_as_it_is(world: &World) {
        world.fill().await;
        world.sql(&format!("{FORGED} SELECT 'forged', aggregate, aggregate_id, 5, name, data, actor, at, hash, hash \
            FROM ledger_event WHERE aggregate_id = 'a' AND version = 4")).await;
        assert_eq!(world.found().await, named(&[("changed", "a5"), ("behind_the_head", "a5"), ("state_differs", "a4")]));
    }

    async fn events_of_an_aggregate_in_another_order(world: &World) {
        world.fill().await;
        for (from, to) in [(2, 99), (3, 2), (99, 3)] {
            world.sql(&format!("UPDATE ledger_event SET version = {to} WHERE aggregate_id = 'a' AND version = {from}")).await;
        }
        assert_eq!(world.found().await, named(&[("changed", "a2"), ("changed", "a3"), ("does_not_follow", "a4"), ("state_differs", "a4")]));
    }

    async fn events_of_an_aggregate_in_another_order_and_rechained(world: &World) {
        world.fill().await;
        for (from, to) in [(2, 99), (3, 2), (99, 3)] {
            world.sql(&format!("UPDATE ledger_event SET version = {to} WHERE aggregate_id = 'a' AND version = {from}")).await;
        }
        world.rechain("a").await;
        let found = world.found().await;
        for event in ["a2", "a3", "a4"] {
            assert!(found.contains(&("not_as_sequenced".into(), event.into())), "{found:?}");
        }
    }

    async fn rows_in_another_order(world: &World) {
        world.fill().await;
        let (b, c) = (world.events("b").await[1].position, world.events("c").await[1].position);
        for (from, to) in [(b, 999), (c, b), (999, c)] {
            world.sql(&format!("UPDATE ledger_event SET position = {to} WHERE position = {from}")).await;
        }
        assert_eq!(world.found().await, named(&[("not_as_sequenced", "b2"), ("not_as_sequenced", "c2")]));
    }

    async fn leaves_in_another_order(world: &World) {
        world.fill().await;
        for (from, to) in [(3, 999), (4, 3), (999, 4)] {
            world.sql(&format!("UPDATE ledger_leaf SET place = {to} WHERE place = {from}")).await;
        }
        assert_eq!(world.found().await, named(&[("root_differs", "6: 3..6")]));
    }

    async fn a_leaf_removed(world: &World) {
        world.fill().await;
        world.sql("DELETE FROM ledger_leaf WHERE place = 4").await;
        let found = world.found().await;
        assert_eq!(found[..2], named(&[("not_in_the_tree", "b2"), ("leaf_removed", "leaf 4")]));
    }

    async fn a_head_changed_or_removed(world: &World) {
        world.fill().await;
        world.sql("UPDATE ledger_aggregate SET at = at + 1 WHERE aggregate_id = 'a'").await;
        world.sql("DELETE FROM ledger_aggregate WHERE aggregate_id = 'b'").await;
        assert_eq!(world.found().await, named(&[("head_differs", "a4"), ("head_removed", "b1")]));
    }

    async fn a_state_changed(world: &World) {
        world.fill().await;
        world.sql("UPDATE ledger_aggregate SET state = replace(state, 'b1', 'x') WHERE aggregate_id = 'b'").await;
        world.sql("UPDATE ledger_aggregate SET state = 'x' WHERE aggregate_id = 'c'").await;
        assert_eq!(world.found().await, named(&[("state_differs", "b3"), ("state_differs", "c2")]));
    }

    async fn an_event_dated_before_the_one_before_it(world: &World) {
        world.fill().await;
        world.sql("UPDATE ledger_event SET at = at - 1 WHERE aggregate_id = 'c' AND version = 2").await;
        world.rechain("c").await;
        let found = world.found().await;
        assert_eq!(found[0], ("dated_before_predecessor".into(), "c2".into()));
        assert!(found.contains(&("not_as_sequenced".into(), "c2".into())), "{found:?}");
    }

    async fn an_event_removed_before_it_had_a_place(world: &World) {
        world.fill().await;
        world.say("d", "d0").await;
        let position = world.events("d").await[0].position;
        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'd'").await;
        world.sql("DELETE FROM ledger_aggregate WHERE aggregate_id = 'd'").await;
        assert_eq!(world.found().await, named(&[("removed_before_its_place", &position.to_string())]));
    }

    async fn a_checkpoint_changed(world: &World) {
        world.fill().await;
        world.sql("UPDATE history_checkpoint SET note = replace(note, 'time 2026', 'time 2027') WHERE size = 6").await;
        world.sql("UPDATE history_checkpoint SET size = 7 WHERE size = 8").await;
        assert_eq!(world.found().await, named(&[("checkpoint_refused", "6"), ("checkpoint_refused", "7")]));
    }

    async fn a_subtree_changed(world: &World) {
        for number in 0..260 {
            world.say("long", &number.to_string()).await;
        }
        world.sign().await;
        assert_eq!(world.audit().await.findings, []);
        world.sql("UPDATE ledger_subtree SET hash = (SELECT hash FROM ledger_leaf WHERE place = 0)").await;
        assert_eq!(world.found().await, named(&[("subtree_differs", "0..256")]));
        world.sql("DELETE FROM ledger_subtree").await;
        assert_eq!(world.found().await, named(&[("subtree_differs", "0..256")]));
    }

    /// Events, chains, leaves and all checkpoints made anew, with the installation's own key: only what
    /// somebody outside has kept can show it.
    async fn everything_forged_and_signed_anew(world: &World) {
        world.fill().await;
        let kept = world.history.signed(Some(8)).await.unwrap();
        let keys = world.history.keys().await.unwrap();
        world.sql("UPDATE ledger_event SET data = '{\"text\":\"x\"}' WHERE aggregate_id = 'c' AND version = 1").await;
        world.rechain("c").await;
        world.sql("UPDATE ledger_aggregate SET state = replace(state, 'c0', 'x') WHERE aggregate_id = 'c'").await;
        world.sql(LEAVES_FOLLOW).await;
        world.sql("DELETE FROM history_checkpoint").await;
        world.sign().await;
        assert_eq!(world.audit().await.findings, [], "what is inside agrees");
        let report = audit(world.db(), SERVICE, Some(&keys), std::slice::from_ref(&kept), &[]).await.unwrap();
        assert_eq!(report.findings.iter().map(short).collect::<Vec<_>>(), named(&[("root_differs", "8: 0..8")]));
    }

    /// All of it thrown away and begun anew, under a new name.
    async fn a_new_history_in_the_place_of_the_old(world: &World) {
        world.fill().await;
        let kept = world.history.signed(Some(8)).await.unwrap();
        let keys = world.history.keys().await.unwrap();
        for table in ["history_checkpoint", "history_key", "ledger_leaf"] {
            world.sql(&format!("DELETE FROM {table}")).await;
        }
        world.sql("INSERT INTO ledger_unsequenced SELECT position FROM ledger_event").await;
        world.sign().await;
        assert_eq!(world.audit().await.findings, [], "what is inside agrees");
        for given in [None, Some(&keys)] {
            let report = audit(world.db(), SERVICE, given, std::slice::from_ref(&kept), &[]).await.unwrap();
            assert!(!report.findings.is_empty(), "{given:?}");
        }
    }

    /// The same by somebody without the master key, who therefore needs a key of his own.
    async fn everything_forged_and_signed_with_another_key(world: &World) {
        world.fill().await;
        let keys = world.history.keys().await.unwrap();
        world.sql("DELETE FROM history_checkpoint").await;
        world.sql("DELETE FROM history_key").await;
        crate::world::with_master(&world.ledger, 'f').checkpoint().await.unwrap();
        assert_eq!(world.audit().await.findings, [], "what is inside agrees");
        let report = audit(world.db(), SERVICE, Some(&keys), &[], &[]).await.unwrap();
        let problems: Vec<&str> = report.findings.iter().map(|finding| finding.problem.as_str()).collect();
        assert_eq!(problems, ["key_not_published", "checkpoint_refused"]);
        assert!(report.keys_given);
    }
}
