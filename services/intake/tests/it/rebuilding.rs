//! Read models damaged behind the service's back and made anew, beside the service at work.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tongban_contracts::identity::AccountEvent;
use tongban_db::{Dialect, Shadow};
use tongban_kernel::Principal;
use tongban_runtime::{Ambient, Rebuilt, StartError};
use tongban_testkit::people;
use tongban_testkit::{TestCity, eventually, on_every_backend};

use crate::town::{self, CASES, MATTER, step};

/// The tables that are made anew, each with its rows as text.
const TABLES: [(&str, &str); 4] = [
    (
        "ledger_aggregate",
        "aggregate || ' ' || aggregate_id || ' ' || version || ' ' || state || ' ' || HEX(hash) || ' ' || at",
    ),
    (
        "case_row",
        "id || ' ' || number || ' ' || matter_id || ' ' || matter_name || ' ' || body || body_name || region \
         || applicant_account || applicant_name || state || state_name || submitted_at || CAST(due AS TEXT) \
         || COALESCE(accepted_by, '-') || COALESCE(decided_by, '-') || COALESCE(licence, '-') || files",
    ),
    ("known_matter", "matter_id || ' ' || revision || ' ' || CAST(published AS TEXT) || matter"),
    ("known_holder", "account || ' ' || kind || name || document || CAST(disabled AS TEXT)"),
];

/// Everything in the tables.
async fn contents(city: &TestCity) -> Vec<Vec<String>> {
    let db = city.hosts()[0].db();
    let mut all = Vec::new();
    for (table, text) in TABLES {
        let text = match db.dialect() {
            Dialect::Sqlite => text.to_owned(),
            Dialect::Postgres => text.replace("HEX(hash)", "encode(hash, 'hex')"),
        };
        let sql = format!("SELECT {text} AS line FROM {table}");
        let statement = Statement::from_string(db.read().get_database_backend(), sql);
        let rows = db.read().query_all_raw(statement).await.unwrap();
        let mut lines: Vec<String> =
            rows.iter().map(|row| row.try_get("", "line").unwrap()).collect();
        lines.sort();
        all.push(lines);
    }
    all
}

async fn sql(city: &TestCity, text: &str) {
    let done = city.hosts()[0].db().write().execute_unprepared(text).await.unwrap();
    assert_eq!(done.rows_affected(), 1, "{text}");
}

async fn rebuild(city: &TestCity, check: bool) -> Result<Rebuilt, StartError> {
    let settings = city.settings.clone();
    tongban_runtime::rebuild(settings, &town::services(), "intake", &Ambient::default(), check)
        .await
}

/// Missing, extra and changed rows of each table.
fn differences(found: &Rebuilt) -> Vec<(&str, i64, i64, i64)> {
    let tables = found.tables.iter();
    tables.map(|one| (one.table, one.missing, one.extra, one.changed)).collect()
}

const NONE: [(&str, i64, i64, i64); 4] = [
    ("ledger_aggregate", 0, 0, 0),
    ("case_row", 0, 0, 0),
    ("known_holder", 0, 0, 0),
    ("known_matter", 0, 0, 0),
];

/// Three cases at three stages, a matter in two versions, one account disabled.
async fn busy(city: &TestCity) -> [String; 3] {
    town::settle(city).await;
    let catalogue = Principal::service("matters");
    let mut second = town::matter();
    second["name"] = "建筑工程施工许可（新版）".into();
    let first = town::filed(city).await;
    city.emit(MATTER, 2, &town::published(2, &second), &catalogue).await;
    let identity = Principal::service("identity");
    let gone = town::other_org();
    city.emit(&gone.account, 2, &disabled(), &identity).await;
    eventually("version and account", async || {
        let all = contents(city).await;
        let disabled = all[3].iter().any(|line| line.ends_with("true") || line.ends_with('1'));
        (all[2].len() == 2 && disabled).then_some(())
    })
    .await;
    let accepted = town::accepted(city, &town::clerk()).await;
    let decided = town::accepted(city, &town::clerk()).await;
    let ruling = json!({"outcome": "approved"});
    city.caller(&town::approver()).post(&step(&decided, "decision"), &ruling).await.expect(200);
    [first, accepted, decided]
}

fn disabled() -> AccountEvent {
    serde_json::from_value(json!({"type": "disabled", "data": {"reason": "测试"}})).unwrap()
}

async fn damage(city: &TestCity, [first, second, third]: &[String; 3]) {
    let statements = [
        format!("UPDATE case_row SET state = 'decided', body_name = '他处' WHERE id = '{first}'"),
        format!("DELETE FROM case_row WHERE id = '{second}'"),
        format!(
            "INSERT INTO case_row SELECT 'ghost', 'ghost', matter_id, matter_name, body, body_name, region, \
             applicant_account, applicant_name, state, state_name, submitted_at, due, accepted_by, decided_by, \
             licence, files FROM case_row WHERE id = '{third}'"
        ),
        format!("UPDATE ledger_aggregate SET version = 7, at = 1 WHERE aggregate_id = '{first}'"),
        format!("DELETE FROM ledger_aggregate WHERE aggregate_id = '{second}'"),
        format!(
            "INSERT INTO ledger_aggregate SELECT aggregate, 'ghost', version, state, hash, at \
             FROM ledger_aggregate WHERE aggregate_id = '{third}'"
        ),
        "DELETE FROM known_matter WHERE revision = 1".to_owned(),
        "UPDATE known_matter SET matter = '{}' WHERE revision = 2".to_owned(),
        "INSERT INTO known_matter SELECT 'ghost', revision, published, matter FROM known_matter".to_owned(),
        "DELETE FROM known_holder WHERE account = 'org.yungang'".to_owned(),
        "UPDATE known_holder SET disabled = (1 = 0) WHERE account = 'org.other'".to_owned(),
        "INSERT INTO known_holder SELECT 'ghost', kind, name, document, disabled FROM known_holder \
         WHERE account = 'citizen.chen'"
            .to_owned(),
    ];
    for statement in &statements {
        sql(city, statement).await;
    }
}

/// Files and accepts cases, publishes matters and reads, until told to stop.
struct Crowd<'a> {
    city: &'a TestCity,
    over: AtomicBool,
    filed: AtomicUsize,
}

impl Crowd<'_> {
    /// Cases, each of them seen in the list at once and for ever.
    async fn file(&self, place: usize) {
        let company = self.city.caller(&town::org());
        let clerk = self.city.caller(&town::clerk());
        let body = town::application(self.city).await;
        let mut turn = 0;
        while !self.over.load(Ordering::SeqCst) {
            turn += 1;
            let answer = company.with_key(&format!("{place}-{turn}")).post(CASES, &body).await;
            let case = answer.expect(201).body;
            let at_least = self.filed.fetch_add(1, Ordering::SeqCst) + 1;
            let id = case["id"].as_str().unwrap();
            assert_eq!(company.get(&format!("{CASES}/{id}")).await.expect(200).body["id"], id);
            if turn % 2 == 0 {
                clerk.post(&step(id, "acceptance"), &json!({})).await.expect(200);
            }
            assert!(self.rows().await >= at_least, "the table was never empty");
        }
    }

    async fn rows(&self) -> usize {
        let db = self.city.hosts()[0].db();
        let sql = "SELECT COUNT(*) AS count FROM case_row WHERE id <> 'ghost'";
        let statement = Statement::from_string(db.read().get_database_backend(), sql);
        let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
        let count: i64 = row.try_get("", "count").unwrap();
        usize::try_from(count).unwrap()
    }

    /// Events of others; gives how many accounts were opened.
    async fn follow(&self) -> usize {
        let identity = Principal::service("identity");
        let mut opened = 0;
        while !self.over.load(Ordering::SeqCst) {
            opened += 1;
            let account = format!("org.{opened}");
            let someone = people::organisation(&account, "某公司（示例）");
            let event = town::registered(&someone, "uscc", "91320706MA0000000X");
            self.city.emit(&account, 1, &event, &identity).await;
            if opened % 2 == 0 {
                self.city.emit(&account, 2, &disabled(), &identity).await;
            }
        }
        opened
    }
}

fn faults(refused: StartError) -> Vec<(String, String)> {
    let StartError::Fault(fault) = refused else { panic!("{refused}") };
    assert_eq!(fault.code(), "cannot_rebuild", "{fault}");
    let named = fault.errors().iter();
    let mut named: Vec<_> = named.map(|one| (one.code.clone(), one.pointer.clone())).collect();
    named.sort();
    named
}

on_every_backend! {
    services: town::services(),

    async fn what_was_damaged_is_as_it_was(city: &TestCity) {
        let cases = busy(city).await;
        let before = contents(city).await;
        assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 2, 3]);
        assert_eq!(differences(&rebuild(city, true).await.unwrap()), NONE);
        assert_eq!(differences(&rebuild(city, false).await.unwrap()), NONE);
        assert_eq!(contents(city).await, before, "of what is right nothing is changed");

        damage(city, &cases).await;
        let damaged = contents(city).await;
        let found = [
            ("ledger_aggregate", 1, 1, 1), ("case_row", 1, 1, 1), ("known_holder", 1, 1, 1),
            ("known_matter", 1, 1, 1),
        ];
        let checked = rebuild(city, true).await.unwrap();
        assert_eq!((differences(&checked), checked.switched, checked.differing()), (found.to_vec(), false, 12));
        assert_eq!(contents(city).await, damaged, "only compared");
        let rebuilt = rebuild(city, false).await.unwrap();
        assert_eq!((differences(&rebuilt), rebuilt.switched), (found.to_vec(), true));
        let rows: Vec<_> = rebuilt.tables.iter().map(|one| (one.before, one.rebuilt)).collect();
        assert_eq!(rows, [(3, 3), (3, 3), (3, 3), (2, 2)]);
        assert_eq!(contents(city).await, before);
        assert_eq!(differences(&rebuild(city, true).await.unwrap()), NONE);

        // The service at work sees it: the case that was gone goes on.
        let ruling = json!({"outcome": "approved"});
        city.caller(&town::approver()).post(&step(&cases[1], "decision"), &ruling).await.expect(200);
        town::filed(city).await;
        assert_eq!(differences(&rebuild(city, true).await.unwrap()), NONE);
    }

    async fn all_that_happens_meanwhile_is_there(city: &TestCity) {
        let cases = busy(city).await;
        let crowd = Crowd { city, over: AtomicBool::new(false), filed: AtomicUsize::new(3) };
        let work = async {
            for round in 0..4 {
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                sql(city, &format!("UPDATE case_row SET body_name = 'x' WHERE id = '{}'", cases[2])).await;
                sql(city, "UPDATE known_holder SET name = 'x' WHERE account = 'citizen.chen'").await;
                let found = rebuild(city, false).await.unwrap();
                let changed: Vec<i64> = found.tables.iter().map(|one| one.changed).collect();
                assert_eq!((changed, found.differing()), (vec![0, 1, 1, 0], 2), "in round {round}");
            }
            crowd.over.store(true, Ordering::SeqCst);
        };
        let (_, _, _, opened) = tokio::join!(work, crowd.file(1), crowd.file(2), crowd.follow());
        let filed = crowd.filed.load(Ordering::SeqCst);
        assert!(filed > 8 && opened > 8, "{filed} cases, {opened} accounts");
        eventually("all accounts", async || {
            let all = contents(city).await;
            let disabled = all[3].iter().filter(|line| line.ends_with("true") || line.ends_with('1'));
            (all[3].len() == 3 + opened && disabled.count() == 1 + opened / 2).then_some(())
        })
        .await;
        assert_eq!(contents(city).await[1].len(), filed);
        let checked = rebuild(city, true).await.unwrap();
        assert_eq!(differences(&checked), NONE);
    }

    async fn what_cannot_be_made_anew_is_named_and_nothing_changes(city: &TestCity) {
        let cases = busy(city).await;
        let event = |version: i64, id: &str| format!("WHERE aggregate_id = '{id}' AND version = {version}");
        sql(city, &format!("DELETE FROM ledger_event {}", event(1, &cases[1]))).await;
        sql(city, &format!("UPDATE ledger_event SET data = '{{}}' {}", event(2, &cases[2]))).await;
        sql(city, "UPDATE event_inbox SET version = 5 WHERE subject = 'org.yungang'").await;
        sql(city, "UPDATE case_row SET body_name = 'x' WHERE number LIKE '%0001'").await;
        let before = contents(city).await;
        let mut expected = vec![
            ("changed".to_owned(), format!("/case/{}/2", cases[2])),
            ("not_in_the_log".to_owned(), "/tongban.identity.account/org.yungang/2".to_owned()),
            ("removed".to_owned(), format!("/case/{}/1", cases[1])),
        ];
        for check in [true, false] {
            let mut named = faults(rebuild(city, check).await.unwrap_err());
            // The tree misses it as well, wherever it is by now.
            named.retain(|(_, pointer)| !pointer.starts_with("/ledger_"));
            expected.sort();
            assert_eq!(named, expected);
            assert_eq!(contents(city).await, before);
        }
    }

    async fn a_history_that_lost_its_end_is_not_taken_for_a_shorter_one(city: &TestCity) {
        let cases = busy(city).await;
        let last = format!("aggregate_id = '{}' AND version = 2", cases[1]);
        let place = format!("(SELECT position FROM ledger_event WHERE {last})");
        for table in ["ledger_leaf", "ledger_unsequenced"] {
            let delete = format!("DELETE FROM {table} WHERE position = {place}");
            city.hosts()[0].db().write().execute_unprepared(&delete).await.unwrap();
        }
        sql(city, &format!("DELETE FROM ledger_event WHERE {last}")).await;
        let named = faults(rebuild(city, false).await.unwrap_err());
        assert_eq!(named, [("ends_early".to_owned(), format!("/case/{}/2", cases[1]))]);
    }

    async fn one_at_a_time_and_none_stands_in_the_way_for_good(city: &TestCity) {
        let cases = busy(city).await;
        let before = contents(city).await;
        damage(city, &cases).await;
        let storage = city.settings.storage();
        let none = Vec::new;
        let other = Shadow::make(&storage, "intake", none).await.unwrap();
        let StartError::Fault(fault) = rebuild(city, false).await.unwrap_err() else { panic!() };
        assert_eq!(fault.code(), "rebuild_under_way");
        // As a process does that is killed half-way.
        let half = other.fill().await.unwrap();
        half.execute_unprepared("CREATE TABLE rebuild_suspect_case_row (id text)").await.unwrap();
        half.commit().await.unwrap();
        drop(other);
        let made = eventually("the other to be gone", async || rebuild(city, false).await.ok()).await;
        assert_eq!(made.differing(), 12);
        assert_eq!(contents(city).await, before);
        let (services, ambient) = (town::services(), Ambient::default());
        let unknown =
            tongban_runtime::rebuild(city.settings.clone(), &services, "nobody", &ambient, true);
        assert!(matches!(unknown.await.unwrap_err(), StartError::NoSuchService(..)));
    }
}
