//! What a ledger holds is counted in every place that speaks of it.

use serde_json::json;
use tongban_kernel::Fault;
use tongban_ledger::{
    Committed, Reply, RequestKey, Tally as Count, forget, tally, tally_answers, tally_names, unsent,
};

use crate::world::{Command, Tally, World, caller, on_both};

async fn counted(world: &World) -> Count {
    let found = tally(world.ledger.db().read()).await.unwrap();
    found.get("tally").cloned().unwrap_or_default()
}

on_both! {
    async fn events_heads_outbox_and_answers_are_counted(world: &World) {
        assert_eq!(counted(world).await, Count::default());
        world.add("a", 1).await;
        world.add("a", 2).await;
        let key = RequestKey { account: "a".into(), key: "k".into(), fingerprint: vec![1] };
        let answer = |_: &Committed<Tally>| Ok::<_, Fault>(Reply { status: 201, body: json!({}).to_string() });
        let ledger = &world.ledger;
        for _ in 0..2 {
            let add = Command::Add(3);
            let request = Some(&key);
            ledger.execute_once::<Tally>("b", add, &caller("a"), request, answer).await.unwrap();
        }
        let all = Count { aggregates: 2, stored: 5, versions: 5, waiting: 5 };
        assert_eq!(counted(world).await, all);
        let db = ledger.db();
        assert_eq!(tally_answers(db.read()).await.unwrap(), 1, "asked twice, answered once");
        let names = tally_names(db.read()).await.unwrap();
        let names: Vec<_> = names.iter().map(|((_, name), count)| (name.as_str(), *count)).collect();
        assert_eq!(names, [("added", 3), ("opened", 2)]);

        let sent: Vec<i64> =
            unsent(db.read(), "tallies", 3).await.unwrap().events.iter().map(|out| out.position).collect();
        forget(db.write(), &sent).await.unwrap();
        assert_eq!(counted(world).await, Count { waiting: 2, ..all.clone() });

        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'b' AND version = 2").await;
        let robbed = counted(world).await;
        assert_eq!((robbed.stored, robbed.versions), (4, 5), "an event that is gone is missed");
    }
}
