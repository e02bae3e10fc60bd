//! A read model made anew from the log: with all that took effect, and with nothing that did not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryOrder, Statement};
use sea_orm_migration::MigrationTrait;
use tongban_contracts::Envelope;
use tongban_db::{Difference, Shadow};
use tongban_events::rebuild::Rebuilding;
use tongban_events::{Consumer, Decision, outlines, replay, set_aside};
use tongban_kernel::{Fault, Faults};

use crate::note::{NoteTables, SERVICE, row, topic, wrapped};
use crate::world::{World, on_both};

/// Keeps for every note the places of the events it was told of, one digit each: an order and a number that
/// show whatever is left out, put in or exchanged.
#[derive(Default)]
struct Keeper {
    healed: AtomicBool,
}

#[async_trait]
impl Consumer for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn topics(&self) -> Vec<String> {
        vec![topic()]
    }

    fn projects(&self) -> &'static [&'static str] {
        &["note"]
    }

    async fn consume(
        &self,
        event: &Envelope,
        transaction: &DatabaseTransaction,
    ) -> Result<(), Fault> {
        if event.data.get().contains("poison") && !self.healed.load(Ordering::SeqCst) {
            return Err(Fault::conflict("poison", "不能办理"));
        }
        let values = [event.subject.clone().into(), event.version().unwrap().into()];
        let sql = "INSERT INTO note (id, version) VALUES ($1, $2) \
                   ON CONFLICT (id) DO UPDATE SET version = note.version * 10 + excluded.version";
        let statement =
            Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        transaction.execute_raw(statement).await.map(|_| ()).map_err(tongban_db::to_fault)
    }
}

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = tongban_ledger::migrations();
    all.extend(tongban_events::migrations());
    all.push(Box::new(NoteTables));
    all
}

async fn notes(world: &World) -> Vec<(String, i64)> {
    let all = row::Entity::find().order_by_asc(row::Column::Id).all(world.ledger.db().read());
    all.await.unwrap().into_iter().map(|row| (row.id, row.version)).collect()
}

fn pairs(found: &[(String, i64)]) -> Vec<(&str, i64)> {
    found.iter().map(|(id, version)| (id.as_str(), *version)).collect()
}

/// Waits until a note is as it should be.
async fn after(world: &World, id: &str, digits: i64) {
    tongban_testkit::eventually(&format!("{id} at {digits}"), async || {
        let all = notes(world).await;
        all.iter().any(|one| (one.0.as_str(), one.1) == (id, digits)).then_some(())
    })
    .await;
}

/// Makes the notes anew in the place of the live ones; or code and place of everything that stands against it.
async fn rebuild(
    world: &World,
    keeper: &Keeper,
) -> Result<(Difference, Vec<(String, i64)>), Vec<(String, String)>> {
    let shadow = Shadow::make(&world.storage, SERVICE, migrations).await.unwrap();
    let transaction = shadow.lock(&["event_inbox", "note"]).await.unwrap();
    let mut rebuilding = Rebuilding::begin(keeper, world.log.as_ref()).await.unwrap();
    let mut faults = Faults::new();
    rebuilding.advance(&shadow, &transaction, &mut faults).await.unwrap();
    let outcome = match faults.into_result("refused", "不能重建") {
        Err(fault) => {
            transaction.rollback().await.unwrap();
            let named = fault.errors().iter();
            Err(named.map(|one| (one.code.clone(), one.pointer.clone())).collect())
        }
        Ok(()) => {
            let table = shadow.table(&transaction, "note").await.unwrap();
            table.mark(&transaction).await.unwrap();
            let found = table.difference(&transaction).await.unwrap();
            table.switch(&transaction).await.unwrap();
            shadow.commit(transaction).await.unwrap();
            Ok(found)
        }
    };
    shadow.remove().await.unwrap();
    match outcome {
        Ok(found) => Ok((found, notes(world).await)),
        Err(named) => Err(named),
    }
}

async fn empty(world: &World) {
    world.ledger.db().write().execute_unprepared("DELETE FROM note").await.unwrap();
}

fn all_missing(rows: i64) -> Difference {
    Difference { missing: rows, ..Difference::default() }
}

on_both! {
    async fn parked_and_set_aside_events_take_no_effect_afterwards_either(world: &World) {
        let keeper = Arc::new(Keeper::default());
        let consumer = world.consume(keeper.clone());
        let batch = [
            world.message("a", 1, "x"), world.message("a", 2, "poison"), world.message("a", 3, "x"),
            world.message("b", 1, "x"), world.message("b", 2, "x"),
            world.message("c", 1, "poison"), world.message("c", 2, "x"),
            world.message("d", 1, "poison"), world.message("d", 2, "x"),
        ];
        world.send(&batch).await;
        world.after_parking(6).await;
        let outlines = outlines(world.ledger.db().read(), None, 0, 10).await.unwrap();
        let first = |subject: &str| outlines.iter().find(|one| one.subject == subject).unwrap().id;
        let decision = Decision { by: "ops", why: "测试数据" };
        for subject in ["a", "d"] {
            set_aside(&world.ledger, first(subject), decision).await.unwrap();
        }
        // Of `c` everything stays parked; of `a` and `d` what came later goes on.
        assert_eq!(replay(&world.ledger, keeper.as_ref()).await.unwrap_err().code(), "poison");
        // Sent again, as a relay does that was cut off, and some of it forged.
        world.send(&batch).await;
        let mut forged = world.book.envelope("b", 3, "x");
        forged.chainhash = "0".repeat(64);
        let aside = wrapped(&forged);
        world.send(&[aside, world.message("b", 3, "x")]).await;
        after(world, "b", 123).await;
        let live = notes(world).await;
        assert_eq!(pairs(&live), [("a", 13), ("b", 123), ("d", 2)]);
        assert_eq!(rebuild(world, &keeper).await, Ok((Difference::default(), live.clone())));
        empty(world).await;
        // A program that could carry out everything leaves alone what was not carried out.
        keeper.healed.store(true, Ordering::SeqCst);
        assert_eq!(rebuild(world, &keeper).await, Ok((all_missing(3), live)));
        world.send(&[world.message("a", 4, "x")]).await;
        after(world, "a", 134).await;
        consumer.stop().await;
    }

    async fn what_came_out_of_order_was_carried_out_in_order(world: &World) {
        let keeper = Arc::new(Keeper::default());
        let consumer = world.consume(keeper.clone());
        for version in [1, 4, 3, 2] {
            world.send(&[world.message("a", version, "x")]).await;
        }
        world.after_parking(2).await;
        after(world, "a", 12).await;
        assert_eq!(replay(&world.ledger, keeper.as_ref()).await.unwrap(), 2);
        consumer.stop().await;
        empty(world).await;
        assert_eq!(rebuild(world, &keeper).await, Ok((all_missing(1), vec![("a".into(), 1234)])));
    }

    async fn a_gap_that_was_closed_by_decision_stays_closed(world: &World) {
        let keeper = Arc::new(Keeper::default());
        let consumer = world.consume(keeper.clone());
        let messages = [1, 3, 4].map(|version| world.message("a", version, "x"));
        world.send(&messages).await;
        world.after_parking(2).await;
        let parked = outlines(world.ledger.db().read(), None, 0, 10).await.unwrap();
        set_aside(&world.ledger, parked[0].id, Decision { by: "ops", why: "丢失" }).await.unwrap();
        assert_eq!(replay(&world.ledger, keeper.as_ref()).await.unwrap(), 1);
        consumer.stop().await;
        empty(world).await;
        assert_eq!(rebuild(world, &keeper).await, Ok((all_missing(1), vec![("a".into(), 14)])));
        // Had the live one had what is missing, it would not stand where the decision put it.
        let trail = "UPDATE event_inbox SET trail = '0123456789abcdef0123456789abcdef' || trail";
        world.ledger.db().write().execute_unprepared(trail).await.unwrap();
        let named = rebuild(world, &keeper).await.unwrap_err();
        assert_eq!(named, [("gap_in_the_log".to_owned(), format!("/{}/a", topic()))]);
    }

    async fn what_the_log_no_longer_has_or_the_program_no_longer_takes_is_named(world: &World) {
        let keeper = Arc::new(Keeper { healed: true.into() });
        let consumer = world.consume(keeper.clone());
        // As of a topic that no longer reaches back: the consumer joined late.
        world.send(&[world.message("late", 5, "x"), world.message("a", 1, "x")]).await;
        world.send(&[world.message("p", 1, "x"), world.message("p", 2, "poison")]).await;
        world.send(&[world.message("q", 1, "poison"), world.message("q", 2, "x")]).await;
        after(world, "p", 12).await;
        after(world, "q", 12).await;
        consumer.stop().await;
        let live = notes(world).await;
        let place = |subject: &str, version| format!("/{}/{subject}/{version}", topic());
        let late = ("not_in_the_log".to_owned(), place("late", 1));
        assert_eq!(rebuild(world, &keeper).await.unwrap_err(), std::slice::from_ref(&late));
        keeper.healed.store(false, Ordering::SeqCst);
        let mut named = rebuild(world, &keeper).await.unwrap_err();
        named.sort();
        let no_effect = |subject, version| ("no_effect".to_owned(), place(subject, version));
        assert_eq!(named, [no_effect("p", 2), no_effect("q", 1), late]);
        assert_eq!(notes(world).await, live);
    }

    async fn what_waits_at_first_is_taken_when_the_live_one_has_it(world: &World) {
        let keeper = Arc::new(Keeper::default());
        let all: Vec<_> = (1..=3).map(|version| world.message("a", version, "x")).collect();
        world.send(&all).await;
        let shadow = Shadow::make(&world.storage, SERVICE, migrations).await.unwrap();
        let mut rebuilding = Rebuilding::begin(keeper.as_ref(), world.log.as_ref()).await.unwrap();
        let mut faults = Faults::new();
        // Nothing took effect yet, whatever the log has.
        let filling = shadow.fill().await.unwrap();
        rebuilding.advance(&shadow, &filling, &mut faults).await.unwrap();
        let table = shadow.table(&filling, "note").await.unwrap();
        assert_eq!(table.rows(&filling).await.unwrap(), (0, 0));
        shadow.commit(filling).await.unwrap();
        let consumer = world.consume(keeper.clone());
        after(world, "a", 123).await;
        world.send(&[world.message("a", 4, "x"), world.message("b", 1, "x")]).await;
        after(world, "a", 1234).await;
        after(world, "b", 1).await;
        let switching = shadow.lock(&["event_inbox"]).await.unwrap();
        rebuilding.advance(&shadow, &switching, &mut faults).await.unwrap();
        assert!(faults.is_empty());
        table.mark(&switching).await.unwrap();
        assert_eq!(table.rows(&switching).await.unwrap(), (2, 2));
        assert_eq!(table.difference(&switching).await.unwrap(), Difference::default());
        switching.rollback().await.unwrap();
        shadow.remove().await.unwrap();
        consumer.stop().await;
    }
}
