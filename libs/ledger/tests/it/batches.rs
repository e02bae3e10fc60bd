//! Group commit: what is written together stands or falls alone.

use std::time::Duration;

use futures::future::join_all;
use sea_orm::ConnectionTrait;
use tongban_db::Dialect;
use tongban_kernel::FaultKind;
use tongban_ledger::{Committed, Reply};

use crate::world::{Command, Tally, World, caller, on_both};

/// Opens `count` tallies at once, each with its own total.
async fn open_at_once(world: &World, count: i64) -> Vec<Result<i64, tongban_kernel::Fault>> {
    let who = caller("a");
    join_all((1..=count).map(|total| {
        let (ledger, who) = (&world.ledger, &who);
        async move {
            let done =
                ledger.execute::<Tally>(&format!("t{total}"), Command::Add(total), who).await;
            done.map(|committed| committed.state.total)
        }
    }))
    .await
}

on_both! {
    async fn many_at_once_are_all_written_each_with_its_own_chain(world: &World) {
        let done = open_at_once(world, 200).await;
        for (answer, total) in done.into_iter().zip(1..) {
            assert_eq!(answer.unwrap(), total);
            let id = format!("t{total}");
            assert_eq!(world.column(&id).await, Some(total));
            assert_eq!(world.ledger.check::<Tally>(&id).await.unwrap(), Ok(2));
        }
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 400);
    }

    async fn one_that_cannot_be_written_fails_alone_and_leaves_nothing(world: &World) {
        world.sql("CREATE UNIQUE INDEX one_total ON tally (total)").await;
        world.add("taken", 7).await;
        let done = open_at_once(world, 30).await;
        for (answer, total) in done.into_iter().zip(1..) {
            let id = format!("t{total}");
            if total == 7 {
                assert_eq!(answer.unwrap_err().code(), "raced");
                assert_eq!(world.total(&id).await, None);
                assert!(world.ledger.history::<Tally>(&id).await.unwrap().is_empty());
            } else {
                assert_eq!(answer.unwrap(), total);
            }
        }
        assert_eq!(tongban_ledger::pending(world.ledger.db().read()).await.unwrap(), 60);
    }

    async fn an_error_of_the_database_concerns_its_command_alone(world: &World) {
        let refuse_7 = match world.ledger.db().dialect() {
            Dialect::Sqlite => "CREATE TRIGGER no_7 BEFORE INSERT ON tally WHEN new.total = 7 \
                                BEGIN SELECT RAISE(ABORT, 'no 7'); END",
            Dialect::Postgres => "ALTER TABLE tally ADD CHECK (total <> 7)",
        };
        world.sql(refuse_7).await;
        let done = open_at_once(world, 30).await;
        for (answer, total) in done.into_iter().zip(1..) {
            match total {
                7 => assert_eq!(answer.unwrap_err().kind(), FaultKind::Internal),
                _ => assert_eq!(answer.unwrap(), total),
            }
        }
    }

    /// While nothing can be written, only so many commands wait; the others are told to come back.
    async fn the_queue_is_bounded_and_drains(world: &World) {
        let holder = world.ledger.db().begin().await.unwrap();
        if world.ledger.db().dialect() == Dialect::Postgres {
            holder.execute_unprepared("LOCK TABLE ledger_aggregate IN SHARE MODE").await.unwrap();
        }
        let release = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            holder.rollback().await.unwrap();
        };
        let who = caller("a");
        let commands = (0..1500).map(|number| {
            let (ledger, who) = (&world.ledger, &who);
            async move {
                let id = format!("t{number}");
                ledger.open_once::<Tally>(&id, Command::Add(1), who, None, |_| {
                    Reply::json(201, &())
                }).await
            }
        });
        let (answers, ()) = tokio::join!(join_all(commands), release);
        let away: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert!(away.iter().all(|fault| fault.kind() == FaultKind::Unavailable), "{away:?}");
        let written = answers.len() - away.len();
        assert!((1000..1300).contains(&written), "{written} written, {} turned away", away.len());
        let waiting = tongban_ledger::pending(world.ledger.db().read()).await.unwrap();
        assert_eq!(waiting, 2 * written as u64);
    }

    /// A fresh aggregate is not looked for before it is opened; an identifier in use is noticed all the same.
    async fn opening_what_exists_goes_on_from_what_is_there(world: &World) {
        world.add("t", 2).await;
        let (who, answer) = (caller("a"), |done: &Committed<Tally>| {
            Reply::json(201, &done.state.total)
        });
        let opened = world.ledger.open_once("t", Command::Add(3), &who, None, answer).await;
        assert_eq!(opened.unwrap().body, "5");
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(3));
    }
}
