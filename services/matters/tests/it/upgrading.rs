//! 升级: a later version's schema under a version that serves, on PostgreSQL: expand, then contract.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, text_null};
use serde_json::json;
use tongban_db::Migrations;
use tongban_kernel::{Fault, SystemClock};
use tongban_ledger::Replay;
use tongban_matters::Matters;
use tongban_runtime::{Ambient, Host, Process, Service, StartError, Started};
use tongban_testkit::{Backend, Client, TestCity, eventually};
use tongban_web::ServiceInfo;
use utoipa::openapi::OpenApi;

use crate::fixtures::{MATTERS, as_editor, entry, named};

/// Longest that anybody may have waited for an answer, whatever the schema goes through.
const LONGEST: Duration = Duration::from_secs(4);

/// The catalogue of a later version: the code of today over migrations of its own.
struct Later(fn() -> Migrations);

fn next() -> Migrations {
    let mut all = Matters.migrations()();
    all.push(Box::new(Channel));
    all.push(Box::new(Visits));
    all.push(Box::new(ChannelIndex));
    all
}

fn after_next() -> Migrations {
    let mut all = next();
    all.push(Box::new(WithoutRegionIndex));
    all
}

#[async_trait]
impl Service for Later {
    fn info(&self) -> ServiceInfo {
        Matters.info()
    }
    fn migrations(&self) -> fn() -> Migrations {
        self.0
    }
    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        Matters.aggregates()
    }
    fn openapi(&self) -> OpenApi {
        Matters.openapi()
    }
    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        Matters.start(host).await
    }
    async fn load(&self, host: &Host, data: &Path) -> Result<Option<String>, Fault> {
        Matters.load(host, data).await
    }
}

struct Channel;

impl MigrationName for Channel {
    fn name(&self) -> &'static str {
        "m20270101_000001_matter_channel"
    }
}

#[async_trait]
impl MigrationTrait for Channel {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut change = Table::alter();
        manager
            .alter_table(change.table("matter").add_column(text_null("channel")).to_owned())
            .await
    }
}

struct Visits;

impl MigrationName for Visits {
    fn name(&self) -> &'static str {
        "m20270101_000002_matter_visit"
    }
}

#[async_trait]
impl MigrationTrait for Visits {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("matter_visit").col(string("id").primary_key()).col(big_integer("at"));
        manager.create_table(table).await
    }
}

struct ChannelIndex;

impl MigrationName for ChannelIndex {
    fn name(&self) -> &'static str {
        "m20270101_000003_matter_channel_index"
    }
}

#[async_trait]
impl MigrationTrait for ChannelIndex {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tongban_db::add_index(manager, "matter_channel", "matter", &["channel", "id"]).await
    }
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

struct WithoutRegionIndex;

impl MigrationName for WithoutRegionIndex {
    fn name(&self) -> &'static str {
        "m20270201_000001_matter_region_contract"
    }
}

#[async_trait]
impl MigrationTrait for WithoutRegionIndex {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX matter_region").await.map(drop)
    }
}

fn version(migrations: fn() -> Migrations) -> Vec<Arc<dyn Service>> {
    vec![Arc::new(Later(migrations))]
}

fn today() -> Vec<Arc<dyn Service>> {
    vec![Arc::new(Matters)]
}

/// Editors and readers who do not rest.
struct Load {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU32>,
    at_work: Vec<tokio::task::JoinHandle<Duration>>,
}

impl Load {
    fn on(editor: &Client, paths: &[String]) -> Self {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let at_work = paths.iter().map(|path| {
            let (editor, path) = (editor.clone(), path.clone());
            let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
            tokio::spawn(async move {
                let mut longest = Duration::ZERO;
                for round in 1.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let name = format!("第 {round} 版");
                    let began = Instant::now();
                    let written = editor.put(&path, &named(&name)).await.expect(200);
                    let between = Instant::now();
                    let read = editor.get(&path).await.expect(200);
                    longest = longest.max(between - began).max(between.elapsed());
                    assert_eq!(
                        (&written.body, &read.body["matter"]["name"]),
                        (&read.body, &json!(name))
                    );
                    done.fetch_add(2, Ordering::SeqCst);
                }
                longest
            })
        });
        Self { at_work: at_work.collect(), stop, done }
    }

    fn done(&self) -> u32 {
        self.done.load(Ordering::SeqCst)
    }

    /// How many answers there were, and the longest that anybody waited for one; all were right.
    async fn end(self) -> (u32, Duration) {
        self.stop.store(true, Ordering::SeqCst);
        let mut longest = Duration::ZERO;
        for worker in self.at_work {
            longest = longest.max(worker.await.unwrap());
        }
        (self.done.load(Ordering::SeqCst), longest)
    }
}

async fn sql(city: &TestCity, text: &str) -> u64 {
    let db = city.hosts()[0].db();
    db.write().execute_unprepared(text).await.unwrap().rows_affected()
}

async fn count(city: &TestCity, question: &str) -> i64 {
    let db = city.hosts()[0].db().write();
    let statement = Statement::from_string(db.get_database_backend(), question);
    db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "count").unwrap()
}

async fn matters(city: &TestCity, count: usize) -> Vec<String> {
    let mut paths = Vec::new();
    for _ in 0..count {
        let made = as_editor(city).post(MATTERS, &entry()).await.expect(201);
        paths.push(format!("{MATTERS}/{}", made.body["id"].as_str().unwrap()));
    }
    paths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_serves_on_while_the_next_ones_schema_is_made() {
    let settings = Backend::Mesh.settings();
    let city = TestCity::start_with(settings.clone(), today()).await;
    let paths = matters(&city, 4).await;
    let load = Load::on(&as_editor(&city), &paths);

    // Somebody reads the table for a while; a change that just waited would stop all who come behind it.
    let reader = city.hosts()[0].db().begin().await.unwrap();
    reader.execute_unprepared("SELECT COUNT(*) FROM matter").await.unwrap();
    let (of_next, given) = (version(next), settings.clone());
    let migrating = tokio::spawn(async move { tongban_runtime::migrate(&given, &of_next).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    let meanwhile = load.done();
    assert!(!migrating.is_finished(), "the table is in use");
    drop(reader);
    migrating.await.unwrap().unwrap();
    let (answers, longest) = load.end().await;
    assert!(answers > meanwhile && meanwhile > 20, "{meanwhile} of {answers} answers");
    assert!(longest < LONGEST, "somebody waited {longest:?}");
    let valid = "SELECT COUNT(*) AS count FROM pg_index WHERE indisvalid \
        AND indexrelid = 'matter_channel'::regclass";
    assert_eq!(count(&city, valid).await, 1);

    // The next version beside this one, reading and writing what it brought.
    let beside = TestCity::start_with(settings.clone(), version(next)).await;
    let load = Load::on(&as_editor(&city), &paths[..2]);
    as_editor(&beside).put(&paths[2], &named("下一版")).await.expect(200);
    assert_eq!(sql(&beside, "UPDATE matter SET channel = 'window'").await, 4);
    sql(&beside, "INSERT INTO matter_visit VALUES ('a', 1)").await;
    let (answers, _) = load.end().await;
    assert!(answers > 0);
    assert_eq!(city.anyone().get(&paths[2]).await.body["matter"]["name"], "下一版");

    // This version starts again on what the next one made, as after a fall back, and keeps what it does not know.
    city.halt().await;
    let city = TestCity::start_with(settings.clone(), today()).await;
    as_editor(&city).put(&paths[2], &named("又一版")).await.expect(200);
    as_editor(&city).post(MATTERS, &entry()).await.expect(201);
    let kept = "SELECT COUNT(*) AS count FROM matter WHERE channel = 'window'";
    assert_eq!(count(&beside, kept).await, 4);
    assert_eq!(beside.anyone().get(&paths[2]).await.body["matter"]["name"], "又一版");
    beside.halt().await;
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_taken_away_while_an_earlier_version_serves() {
    let settings = Backend::Mesh.settings();
    let city = TestCity::start_with(settings.clone(), today()).await;
    let paths = matters(&city, 1).await;

    let refused = tongban_runtime::contract(&settings, &version(after_next)).await.unwrap_err();
    assert!(refused.to_string().contains("3 expanding migrations are lacking"), "{refused}");
    tongban_runtime::migrate(&settings, &version(after_next)).await.unwrap();
    let refused = tongban_runtime::contract(&settings, &version(after_next)).await.unwrap_err();
    assert!(
        refused.to_string().contains("1 processes of an earlier version still serve"),
        "{refused}"
    );
    let later = TestCity::start_with(settings.clone(), version(after_next)).await;
    tongban_runtime::contract(&settings, &version(after_next)).await.unwrap_err();
    as_editor(&city).put(&paths[0], &named("仍在运行")).await.expect(200);

    city.halt().await;
    assert_eq!(tongban_runtime::contract(&settings, &version(after_next)).await.unwrap(), 1);
    assert_eq!(tongban_runtime::contract(&settings, &version(after_next)).await.unwrap(), 0);
    as_editor(&later).put(&paths[0], &named("继续运行")).await.expect(200);
    for earlier in [today(), version(next)] {
        let ambient = Ambient { clock: Arc::new(SystemClock), ..Ambient::default() };
        let refused = Process::start(settings.clone(), &earlier, ambient).await.err().unwrap();
        assert!(matches!(refused, StartError::Contracted(..)), "{refused}");
        let told = tongban_runtime::diagnose(&settings, &earlier, &SystemClock).await;
        assert!(
            told.iter()
                .any(|finding| finding.to_string().contains("contracted for a later version"))
        );
    }
    later.stop().await;
}

/// Cut off from the database for so long that a contraction did not see it, a process learns of it when it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_was_contracted_under_is_not_ready() {
    let settings = Backend::Mesh.settings();
    let city = TestCity::start_with(settings.clone(), today()).await;
    sql(&city, "INSERT INTO seaql_migrations VALUES ('m20270201_000001_matter_contract', 0)").await;
    let end = "SELECT COUNT(pg_terminate_backend(pid)) AS count FROM pg_locks WHERE locktype = 'advisory' \
        AND objsubid = 2 AND classid = hashtext('tongban-serving-' || current_schema())::oid";
    assert_eq!(count(&city, end).await, 1);
    let lacking = eventually("the process to be not ready", async || {
        let answer = city.anyone().get("/health/ready").await;
        (answer.status == 503).then(|| answer.body["lacking"].clone())
    })
    .await;
    assert_eq!(lacking, json!(["a schema was contracted for a later version"]));
    city.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_expanded_at_start_and_contracted_while_nobody_serves() {
    let settings = Backend::Embedded.settings();
    let city = TestCity::start_with(settings.clone(), today()).await;
    let paths = matters(&city, 1).await;
    city.halt().await;

    let later = TestCity::start_with(settings.clone(), version(after_next)).await;
    as_editor(&later).put(&paths[0], &named("下一版")).await.expect(200);
    let refused = tongban_runtime::contract(&settings, &version(after_next)).await.unwrap_err();
    assert!(matches!(refused, StartError::Occupied(_)), "{refused}");
    later.halt().await;

    let city = TestCity::start_with(settings.clone(), today()).await;
    as_editor(&city).put(&paths[0], &named("又一版")).await.expect(200);
    city.halt().await;
    assert_eq!(tongban_runtime::contract(&settings, &version(after_next)).await.unwrap(), 1);
    let refused =
        Process::start(settings.clone(), &today(), Ambient::default()).await.err().unwrap();
    assert!(matches!(refused, StartError::Contracted(..)), "{refused}");
    TestCity::start_with(settings, version(after_next)).await.stop().await;
}
