//! States and query columns made anew beside the live ones.

use std::time::Duration;

use futures::future::join_all;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait as _, QueryFilter,
};
use tongban_db::{Difference, Shadow};
use tongban_kernel::Faults;
use tongban_ledger::entity::event;
use tongban_ledger::{Link, Replay, hash_of, rebuild, replay};

use crate::world::{Command, Tally, World, caller, on_both};

fn kinds() -> Vec<Box<dyn Replay>> {
    vec![replay::<Tally>()]
}

/// How the live tables differ from those made anew, which are left in their place if `switch`.
async fn compare(shadow: &Shadow, within: &DatabaseTransaction, switch: bool) -> Vec<Difference> {
    let mut found = Vec::new();
    for name in rebuild::tables(&kinds()) {
        let table = shadow.table(within, name).await.unwrap();
        table.mark(within).await.unwrap();
        found.push(table.difference(within).await.unwrap());
        if switch {
            table.switch(within).await.unwrap();
            assert_eq!(table.difference(within).await.unwrap(), Difference::default());
        }
    }
    found
}

/// Code and place of everything that stands against making anew.
async fn refusals(world: &World) -> Vec<(String, String)> {
    let shadow = world.shadow().await;
    let filling = shadow.fill().await.unwrap();
    let mut faults = Faults::new();
    rebuild::fill(&shadow, &filling, &kinds(), &mut faults).await.unwrap();
    filling.rollback().await.unwrap();
    shadow.remove().await.unwrap();
    let fault = faults.into_result("refused", "不能重建").unwrap_err();
    let named = fault.errors().iter().map(|one| (one.code.clone(), one.pointer.clone()));
    let mut named: Vec<_> = named.collect();
    named.sort();
    named
}

async fn stored(world: &World, id: &str, version: i64) -> event::Model {
    let of = event::Column::AggregateId.eq(id).and(event::Column::Version.eq(version));
    event::Entity::find().filter(of).one(world.ledger.db().read()).await.unwrap().unwrap()
}

const NONE: [Difference; 2] = [Difference { missing: 0, extra: 0, changed: 0 }; 2];

on_both! {
    async fn long_and_many_histories(world: &World) {
        for _ in 0..1_050 {
            world.add("long", 1).await;
        }
        for turn in 1..4 {
            let ids: Vec<String> = (0..230).map(|number| format!("t{number}")).collect();
            join_all(ids.iter().map(|id| world.add(id, turn))).await;
        }
        let shadow = world.shadow().await;
        let filling = shadow.fill().await.unwrap();
        let mut faults = Faults::new();
        rebuild::fill(&shadow, &filling, &kinds(), &mut faults).await.unwrap();
        assert!(faults.is_empty());
        for name in rebuild::tables(&kinds()) {
            let rows = shadow.table(&filling, name).await.unwrap().rows(&filling).await.unwrap();
            assert_eq!(rows, (231, 231), "{name}");
        }
        assert_eq!(compare(&shadow, &filling, false).await, NONE);
        filling.rollback().await.unwrap();
        world.sql("DELETE FROM tally").await;
        world.sql("UPDATE ledger_aggregate SET at = 0 WHERE aggregate_id <> 'long'").await;
        let filling = shadow.fill().await.unwrap();
        rebuild::fill(&shadow, &filling, &kinds(), &mut faults).await.unwrap();
        let found = compare(&shadow, &filling, true).await;
        let expected = [Difference { changed: 230, ..NONE[0] }, Difference { missing: 231, ..NONE[0] }];
        assert_eq!(found, expected);
        assert_eq!(world.column("long").await, None, "until it is committed");
        shadow.commit(filling).await.unwrap();
        assert_eq!((world.column("long").await, world.column("t7").await), (Some(1_050), Some(6)));
        shadow.remove().await.unwrap();
        assert_eq!(world.add("t7", 1).await, 7);
    }

    /// As when the next version has migrated already.
    async fn a_column_that_only_the_live_table_has_is_left_alone(world: &World) {
        for id in ["a", "b"] {
            world.add(id, 1).await;
        }
        world.sql("ALTER TABLE tally ADD COLUMN later BIGINT NOT NULL DEFAULT 7").await;
        world.sql("UPDATE tally SET later = 8").await;
        world.sql("UPDATE tally SET total = 0 WHERE id = 'a'").await;
        let shadow = world.shadow().await;
        let filling = shadow.fill().await.unwrap();
        rebuild::fill(&shadow, &filling, &kinds(), &mut Faults::new()).await.unwrap();
        let found = compare(&shadow, &filling, true).await;
        assert_eq!(found, [NONE[0], Difference { changed: 1, ..NONE[0] }]);
        shadow.commit(filling).await.unwrap();
        shadow.remove().await.unwrap();
        assert_eq!((world.column("a").await, world.column("b").await), (Some(1), Some(1)));
        let kept = world.sql("DELETE FROM tally WHERE id = 'b' AND later = 8").await;
        let default = world.sql("DELETE FROM tally WHERE id = 'a' AND later = 7").await;
        assert_eq!((kept, default), (1, 1));
    }

    /// What was given its position first may be committed last.
    async fn what_is_on_its_way_is_waited_for(world: &World) {
        world.add("t", 1).await;
        let shadow = world.shadow().await;
        let late = world.ledger.db().begin().await.unwrap();
        let (command, who) = (Command::Add(5), caller("a"));
        world.ledger.execute_within::<Tally>(&late, "t", command, &who).await.unwrap();
        let mut settled = Box::pin(rebuild::settled(&shadow));
        let early = tokio::time::timeout(Duration::from_millis(900), &mut settled).await;
        assert!(early.is_err(), "the event might get lost");
        late.commit().await.unwrap();
        let settled = settled.await.unwrap();
        assert_eq!(settled, stored(world, "t", 3).await.position);

        // What differs when it is compared, and is right again when it is exchanged.
        world.sql("UPDATE tally SET total = 0").await;
        let filling = shadow.fill().await.unwrap();
        let mut faults = Faults::new();
        rebuild::fill(&shadow, &filling, &kinds(), &mut faults).await.unwrap();
        let found = compare(&shadow, &filling, false).await;
        assert_eq!(found, [NONE[0], Difference { changed: 1, ..NONE[0] }]);
        shadow.commit(filling).await.unwrap();
        world.add("t", 10).await;
        world.add("new", 3).await;
        let switching = shadow.lock(&["ledger_aggregate", "ledger_event", "tally"]).await.unwrap();
        let ledger = world.ledger.clone();
        let writer = tokio::spawn(async move {
            ledger.execute::<Tally>("t", Command::Add(100), &caller("b")).await
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!writer.is_finished(), "nobody writes beside it");
        assert_eq!(world.column("t").await, Some(16), "but everybody reads");
        rebuild::catch_up(&shadow, &switching, &kinds(), settled, &mut faults).await.unwrap();
        for name in rebuild::tables(&kinds()) {
            let table = shadow.table(&switching, name).await.unwrap();
            assert_eq!(table.difference(&switching).await.unwrap(), NONE[0]);
            table.switch(&switching).await.unwrap();
        }
        shadow.commit(switching).await.unwrap();
        writer.await.unwrap().unwrap();
        assert_eq!(world.column("t").await, Some(116));
        assert!(faults.is_empty());
        shadow.remove().await.unwrap();
    }

    async fn no_history_that_does_not_hold_becomes_a_state(world: &World) {
        for id in ["a", "b", "c", "d", "e"] {
            world.add(id, 1).await;
            world.add(id, 2).await;
        }
        world.sql("UPDATE ledger_event SET data = '{\"amount\":9}' WHERE aggregate_id = 'a' AND version = 2").await;
        world.sql("DELETE FROM ledger_event WHERE aggregate_id = 'b' AND version = 2").await;
        // With a hash of its own, but the next one does not follow on it.
        let row = stored(world, "c", 2).await;
        let link = Link {
            previous: &row.previous, event_id: &row.event_id, aggregate: "tally", aggregate_id: "c", version: 2,
            name: "added", at: row.at, actor: &row.actor, data: r#"{"amount":9}"#,
        };
        let hash = hash_of(&link).to_vec();
        let forged = event::ActiveModel { hash: Set(hash), data: Set(link.data.to_owned()), ..row.clone().into() };
        forged.update(world.ledger.db().write()).await.unwrap();
        // The last one, with everything right but that it cannot follow.
        let row = stored(world, "d", 3).await;
        let link = Link {
            previous: &row.previous, event_id: &row.event_id, aggregate: "tally", aggregate_id: "d", version: 3,
            name: "opened", at: row.at, actor: &row.actor, data: "null",
        };
        let hash = hash_of(&link).to_vec();
        let absurd = event::ActiveModel {
            hash: Set(hash), name: Set("opened".into()), data: Set("null".into()), ..row.clone().into()
        };
        absurd.update(world.ledger.db().write()).await.unwrap();
        world.sql("UPDATE ledger_event SET aggregate = 'other' WHERE aggregate_id = 'e' AND version = 3").await;
        let mut named = refusals(world).await;
        named.retain(|(_, pointer)| !pointer.starts_with("/ledger_"));
        let expected = [
            ("changed", "/tally/a/2"), ("does_not_follow", "/tally/c/3"), ("ends_early", "/tally/e/3"),
            ("leads_to_no_state", "/tally/d/3"), ("removed", "/tally/b/2"), ("unknown_kind", "/other/e/1"),
        ];
        let named: Vec<_> = named.iter().map(|one| (one.0.as_str(), one.1.as_str())).collect();
        assert_eq!(named, expected);
    }
}
