//! Commands become events, state and columns.

use chrono::TimeDelta;
use sea_orm::EntityTrait;
use tongban_kernel::{Clock, FaultKind, Principal};
use tongban_ledger::{Caller, entity};

use crate::world::{Command, Tally, TallyEvent, World, caller, on_both};

on_both! {
    async fn a_command_is_on_record_with_all_that_follows_from_it(world: &World) {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let who = Caller { principal: Principal::service("me"), traceparent: Some(parent.into()) };
        let done = world.ledger.execute::<Tally>("t", Command::Add(3), &who).await.unwrap();
        assert_eq!((done.version, done.state.total, done.events.len()), (2, 3, 2));
        assert_eq!(world.add("t", 4).await, 7);

        let history = world.ledger.history::<Tally>("t").await.unwrap();
        let events: Vec<_> = history.iter().map(|found| found.event.clone()).collect();
        let added = |amount| TallyEvent::Added { amount };
        assert_eq!(events, [TallyEvent::Opened, added(3), added(4)]);
        let versions: Vec<_> = history.iter().map(|found| found.meta.version).collect();
        assert_eq!(versions, [1, 2, 3]);
        assert_eq!(history[0].meta, done.events[0].1);
        assert_eq!(history[0].meta.actor, who.principal);
        assert_eq!(history[0].meta.traceparent.as_deref(), Some(parent));
        assert_eq!(history[0].meta.at, world.clock.now());

        let loaded = world.ledger.load::<Tally>("t").await.unwrap().unwrap();
        assert_eq!((loaded.version, loaded.state.total), (3, 7));
        assert_eq!(world.column("t").await, Some(7));
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(3));
    }

    async fn a_refused_command_leaves_nothing(world: &World) {
        for (command, code) in [(Command::Add(-1), "negative"), (Command::Close, "not_found")] {
            let refused = world.ledger.execute::<Tally>("t", command, &caller("a")).await;
            assert_eq!(refused.unwrap_err().code(), code);
        }
        assert!(world.ledger.load::<Tally>("t").await.unwrap().is_none());
        assert!(world.ledger.history::<Tally>("t").await.unwrap().is_empty());
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(0));
        assert_eq!(world.column("t").await, None);
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 0);
    }

    async fn a_command_with_nothing_to_change_appends_nothing(world: &World) {
        world.add("t", 1).await;
        let done = world.ledger.execute::<Tally>("t", Command::Add(0), &caller("a")).await.unwrap();
        assert_eq!((done.version, done.state.total, done.events.len()), (2, 1, 0));
    }

    async fn what_cannot_be_written_is_not_half_written(world: &World) {
        world.add("t", 1).await;
        world.sql("DROP TABLE tally").await;
        let failed = world.ledger.execute::<Tally>("t", Command::Add(1), &caller("a")).await;
        assert_eq!(failed.unwrap_err().kind(), FaultKind::Internal);
        assert_eq!(world.total("t").await, Some(1));
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(2));
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 2);
    }

    async fn times_never_go_back(world: &World) {
        let start = world.clock.now();
        world.add("t", 1).await;
        world.clock.set(start - TimeDelta::hours(1));
        world.add("t", 1).await;
        world.add("other", 1).await;
        world.clock.set(start + TimeDelta::hours(1));
        world.add("t", 1).await;
        let history = world.ledger.history::<Tally>("t").await.unwrap();
        let times: Vec<_> = history.iter().map(|found| found.meta.at).collect();
        assert_eq!(times, [start, start, start, start + TimeDelta::hours(1)]);
        let other = world.ledger.history::<Tally>("other").await.unwrap();
        assert_eq!(other[0].meta.at, start - TimeDelta::hours(1), "each aggregate for itself");
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(4));
    }

    async fn any_text_comes_back_as_it_was(world: &World) {
        let id = "𠮷/𝄞 '\";--%_\\";
        world.add(id, 5).await;
        assert_eq!(world.total(id).await, Some(5));
        assert_eq!(world.column(id).await, Some(5));
        assert_eq!(world.ledger.check::<Tally>(id).await.unwrap(), Ok(2));
        let rows = entity::event::Entity::find().all(world.ledger.db().read()).await.unwrap();
        assert!(rows.iter().all(|row| row.aggregate_id == id));
    }
}
