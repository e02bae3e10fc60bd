//! Schemas brought up to date while others use them.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use sea_orm_migration::prelude::*;
use tongban_db::{ContractError, Migrations, Serving, Standing, contractions};
use tongban_testkit::Backend;
use tongban_testkit::schema::losses;

use crate::world::{SERVICE, Step, World, on_both, steps};

const TABLE: (&str, &str) = ("m1_books", "CREATE TABLE book (id BIGINT PRIMARY KEY, title TEXT)");
const COLUMN: (&str, &str) = ("m2_author", "ALTER TABLE book ADD COLUMN author TEXT");
const CLEARED: (&str, &str) = ("m3_title_contract", "ALTER TABLE book DROP COLUMN title");
const HALF: (&str, &str) = ("m2_half", "CREATE TABLE half (id BIGINT);SELECT nonsense");

on_both! {
    async fn what_later_versions_applied_is_no_hindrance(world: &World) {
        world.migrate(steps(&[TABLE, COLUMN])).await.unwrap();
        let earlier = steps(&[TABLE]);
        world.migrate(earlier.clone()).await.unwrap();
        assert_eq!(tongban_db::standing(&world.db, earlier).await.unwrap(), Standing::default());
        world.sql("INSERT INTO book (id, title, author) VALUES (1, 'a', 'b')").await.unwrap();
    }

    async fn what_is_lacking_and_what_is_beyond_is_told(world: &World) {
        let all = steps(&[TABLE, COLUMN, CLEARED]);
        let standing = tongban_db::standing(&world.db, all.clone()).await.unwrap();
        assert_eq!(standing.lacking, ["m1_books", "m2_author"], "contractions are not needed");
        assert_eq!(contractions(&all()), 1);
        world.migrate(all.clone()).await.unwrap();
        world.sql("UPDATE book SET title = author").await.unwrap();
        let contract = || tongban_db::contract(&world.db, &world.storage, SERVICE, all.clone());
        assert_eq!(contract().await.unwrap(), 1);
        assert_eq!(contract().await.unwrap(), 0);
        assert!(world.sql("UPDATE book SET title = author").await.is_err());
        let standing = tongban_db::standing(&world.db, steps(&[TABLE, COLUMN])).await.unwrap();
        assert_eq!((standing.lacking.len(), standing.beyond), (0, vec!["m3_title_contract".to_owned()]));
        assert_eq!(tongban_db::standing(&world.db, all).await.unwrap(), Standing::default());
    }

    async fn nothing_is_contracted_before_it_is_expanded(world: &World) {
        world.migrate(steps(&[TABLE])).await.unwrap();
        let all = steps(&[TABLE, COLUMN, CLEARED]);
        let refused = tongban_db::contract(&world.db, &world.storage, SERVICE, all).await.unwrap_err();
        assert!(matches!(refused, ContractError::Lacking(1)), "{refused}");
        world.sql("UPDATE book SET title = 'a'").await.unwrap();
    }

    async fn what_fails_leaves_nothing_behind(world: &World) {
        world.migrate(steps(&[TABLE, HALF])).await.unwrap_err();
        assert!(world.sql("SELECT * FROM half").await.is_err());
        let lacking = tongban_db::standing(&world.db, steps(&[TABLE, HALF])).await.unwrap().lacking;
        assert_eq!(lacking, ["m2_half"]);
        world.migrate(steps(&[TABLE, COLUMN])).await.unwrap();
    }

    async fn several_at_once_migrate_once(world: &World) {
        let all = steps(&[TABLE, COLUMN]);
        let (one, other) = tokio::join!(world.migrate(all.clone()), world.migrate(all.clone()));
        // The files of SQLite belong to one process; there the second may find the first at work.
        if matches!(world.storage, tongban_db::Storage::Postgres { .. }) {
            other.unwrap();
            one.unwrap();
        }
        world.migrate(all).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM seaql_migrations").await, 2);
    }

    async fn an_index_is_built_beside_those_who_write(world: &World) {
        world.migrate(|| vec![first(), indexed()]).await.unwrap();
        world.migrate(|| vec![first(), indexed()]).await.unwrap();
        world.sql("INSERT INTO book (id, title) VALUES (1, 'a')").await.unwrap();
        world.sql("DROP INDEX book_title").await.unwrap();
    }
}

fn first() -> Box<dyn MigrationTrait> {
    Box::new(Step { name: TABLE.0.to_owned(), sql: TABLE.1, alone: false })
}

struct Indexed;

fn indexed() -> Box<dyn MigrationTrait> {
    Box::new(Indexed)
}

impl MigrationName for Indexed {
    fn name(&self) -> &'static str {
        "m2_title_index"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Indexed {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tongban_db::add_index(manager, "book_title", "book", &["title"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

/// What an attempt that was cut off leaves is an index that PostgreSQL does not use.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_was_cut_off_is_built_anew() {
    let world = World::make(Backend::Mesh).await;
    world.migrate(|| vec![first()]).await.unwrap();
    world.sql("INSERT INTO book (id, title) VALUES (1, 'a'), (2, 'a')").await.unwrap();
    world.sql("CREATE UNIQUE INDEX CONCURRENTLY book_title ON book (title)").await.unwrap_err();
    let usable =
        "SELECT COUNT(*) FROM pg_index WHERE indisvalid AND indexrelid = 'book_title'::regclass";
    assert_eq!(world.number(usable).await, 0, "cut off by the two of one title");
    world.migrate(|| vec![first(), indexed()]).await.unwrap();
    assert_eq!(world.number(usable).await, 1);
    world.remove().await;
}

/// A change of a table in use steps back every second, so those who come meanwhile wait no longer than that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_waits_does_not_block_those_behind_it() {
    let world = World::make(Backend::Mesh).await;
    world.migrate(steps(&[TABLE])).await.unwrap();
    let reader = world.db.begin().await.unwrap();
    reader.execute_unprepared("SELECT * FROM book").await.unwrap();
    let (db, storage) = (world.db.clone(), world.storage.clone());
    let changing = tokio::spawn(async move {
        tongban_db::migrate(&db, &storage, SERVICE, steps(&[TABLE, COLUMN])).await
    });
    let (began, mut longest, mut id) = (Instant::now(), Duration::ZERO, 0);
    while began.elapsed() < Duration::from_secs(4) {
        let asked = Instant::now();
        id += 1;
        world.sql(&format!("INSERT INTO book (id, title) VALUES ({id}, 'a')")).await.unwrap();
        longest = longest.max(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!changing.is_finished() && longest < Duration::from_secs(2), "{longest:?}");
    assert!(longest > Duration::from_millis(200), "it did wait for the table: {longest:?}");
    drop(reader);
    changing.await.unwrap().unwrap();
    world.sql("UPDATE book SET author = 'b'").await.unwrap();
    world.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_serves_is_seen_until_it_is_gone() {
    let world = World::make(Backend::Mesh).await;
    let all = steps(&[TABLE, CLEARED]);
    world.migrate(all.clone()).await.unwrap();
    let contract = || tongban_db::contract(&world.db, &world.storage, SERVICE, all.clone());
    let earlier = Serving::new(&world.storage, [(SERVICE, 0)]);
    let other = Serving::new(&world.storage, [("another", 0)]);
    let present = Serving::new(&world.storage, [(SERVICE, contractions(&all()))]);
    for serving in [&earlier, &other, &present] {
        assert!(serving.tell().await.unwrap(), "told for the first time");
        assert!(!serving.tell().await.unwrap(), "and known from then on");
    }
    assert!(matches!(contract().await.unwrap_err(), ContractError::Serving(1)));

    // The server ends every session; who serves on tells it again, and says that it was unknown for a while.
    let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' \
        AND objsubid = 2 AND classid = hashtext('tongban-serving-' || current_schema())::oid";
    assert_eq!(world.number(end).await, 2);
    assert!(earlier.tell().await.unwrap());
    assert!(matches!(contract().await.unwrap_err(), ContractError::Serving(1)));

    // It comes back while somebody already looks: it is seen, or the look ends before it can pass.
    let come_back = async {
        world.number(end).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        tokio::time::timeout(Duration::from_secs(20), earlier.tell()).await.unwrap().unwrap()
    };
    let (refused, told) = tokio::join!(contract(), come_back);
    assert!(matches!(refused.unwrap_err(), ContractError::Serving(1)) && told);

    drop(earlier);
    let began = Instant::now();
    while matches!(contract().await, Err(ContractError::Serving(_))) {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "a process that is gone is seen for ever"
        );
    }
    let standing = tongban_db::standing(&world.db, steps(&[TABLE])).await.unwrap();
    assert_eq!(standing.beyond, [CLEARED.0]);
    world.remove().await;
}

/// What must not be done to a schema that others use, each in a migration that says it only expands.
const TAKING: [(&str, &str); 9] = [
    ("a_column_gone", "ALTER TABLE book DROP COLUMN title"),
    ("a_column_renamed", "ALTER TABLE book RENAME COLUMN title TO name"),
    ("a_table_gone", "DROP TABLE book"),
    ("a_table_renamed", "ALTER TABLE book RENAME TO tome"),
    ("an_index_gone", "DROP INDEX book_by_kind"),
    ("a_unique_index", "CREATE UNIQUE INDEX one_title ON book (title)"),
    ("a_column_to_be_given", "ALTER TABLE shelf ADD COLUMN width BIGINT NOT NULL"),
    ("a_column_required", "ALTER TABLE book ALTER COLUMN title SET NOT NULL"),
    ("a_column_of_another_kind", "ALTER TABLE book ALTER COLUMN id TYPE INTEGER"),
];
const BEFORE: (&str, &str) = (
    "before",
    "CREATE TABLE book (id BIGINT PRIMARY KEY, title TEXT, kind TEXT);CREATE INDEX book_by_kind ON book (kind);\
     CREATE TABLE shelf (id BIGINT PRIMARY KEY)",
);
const GIVING: [(&str, &str); 4] = [
    ("a_column", "ALTER TABLE book ADD COLUMN author TEXT"),
    ("a_column_with_default", "ALTER TABLE book ADD COLUMN pages BIGINT NOT NULL DEFAULT 0"),
    ("an_index", "CREATE INDEX book_by_author ON book (author)"),
    ("a_table", "CREATE TABLE loan (id BIGINT PRIMARY KEY, book BIGINT NOT NULL UNIQUE)"),
];

async fn found(backend: Backend, taking: (&str, &'static str)) -> Vec<String> {
    let (before, taking) = (BEFORE, (taking.0, taking.1));
    let migrations = move || -> Migrations { steps(&[before, taking])() };
    losses(backend, SERVICE, migrations).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_an_expanding_migration_takes_away_is_found() {
    for taking in TAKING {
        assert!(!found(Backend::Mesh, taking).await.is_empty(), "{}", taking.0);
        // SQLite has no way to change a column, nor to add one that must be given.
        if !taking.1.contains("ALTER COLUMN") && !taking.1.contains("ADD COLUMN") {
            assert!(!found(Backend::Embedded, taking).await.is_empty(), "{} on SQLite", taking.0);
        }
    }
    let checked = ("a_check", "ALTER TABLE book ADD CONSTRAINT titled CHECK (title <> '')");
    assert!(!found(Backend::Mesh, checked).await.is_empty());
    for backend in [Backend::Mesh, Backend::Embedded] {
        let all: Vec<_> = [BEFORE].into_iter().chain(GIVING).collect();
        let migrations = move || -> Migrations { steps(&all)() };
        assert_eq!(losses(backend, SERVICE, migrations).await, [""; 0]);
    }
}
