//! A disk that takes no more: a clear answer, nothing half done, and on by itself when there is room.

use sea_orm::ConnectionTrait as _;
use tongban_db::Dialect;
use tongban_kernel::FaultKind;
use tongban_kernel::fault::STORAGE_FULL;

use crate::world::{Command, Tally, World, caller, on_both};

impl World {
    /// Nothing can be added any more that needs another page; on PostgreSQL nothing at all, with its own code.
    async fn fill_the_disk(&self) {
        let no_room = match self.ledger.db().dialect() {
            Dialect::Sqlite => "PRAGMA max_page_count = 1",
            Dialect::Postgres => {
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$; \
                 CREATE TRIGGER no_room BEFORE INSERT ON ledger_event \
                 FOR EACH ROW EXECUTE FUNCTION no_room()"
            }
        };
        self.sql(no_room).await;
    }

    async fn make_room(&self) {
        let room = match self.ledger.db().dialect() {
            Dialect::Sqlite => "PRAGMA max_page_count = 100000",
            Dialect::Postgres => "DROP TRIGGER no_room ON ledger_event",
        };
        self.sql(room).await;
    }
}

on_both! {
    async fn a_full_disk_is_told_and_nothing_is_half_done(world: &World) {
        let mut acknowledged = world.add("t", 1).await;
        world.fill_the_disk().await;
        let who = caller("a");
        let refusal = loop {
            assert!(acknowledged < 5000, "the disk is not full");
            match world.ledger.execute::<Tally>("t", Command::Add(1), &who).await {
                Ok(done) => acknowledged = done.state.total,
                Err(refusal) => break refusal,
            }
        };
        assert_eq!((refusal.kind(), refusal.code()), (FaultKind::Unavailable, STORAGE_FULL));
        assert_eq!(world.total("t").await, Some(acknowledged), "reads go on");
        assert_eq!(world.column("t").await, Some(acknowledged));

        world.make_room().await;
        let transaction = world.ledger.db().begin().await.unwrap();
        transaction.execute_unprepared("DELETE FROM tally").await.unwrap();
        transaction.rollback().await.unwrap();
        for more in 1..=3 {
            assert_eq!(world.add("t", 1).await, acknowledged + more);
            assert_eq!(world.column("t").await, Some(acknowledged + more), "seen by others");
        }
        let events = usize::try_from(acknowledged + 4).unwrap();
        assert_eq!(world.ledger.history::<Tally>("t").await.unwrap().len(), events);
        assert_eq!(world.ledger.check::<Tally>("t").await.unwrap(), Ok(acknowledged + 4));
        let waiting = tongban_ledger::pending(world.ledger.db().read()).await.unwrap();
        assert_eq!(waiting, events as u64, "as many wait for the relay as are stored");
    }
}
