//! The whole binary's services over schemas and ledgers of earlier versions.

use std::path::Path;

use chrono::{TimeZone, Utc};
use serde_json::{Value, json};
use tongban_kernel::Role;
use tongban_runtime::Settings;
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::schema::losses_of_all;
use tongban_testkit::{Backend, Client, TestCity, eventually, kept};

use crate::services;

const NOTHING: [String; 0] = [];
/// The civil affairs bureau of 海州区, where the kept cases are handled.
const CIVIL_AFFAIRS: &str = "11320706MB0000003H";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_expanding_migration_takes_anything_away_on_sqlite() {
    assert_eq!(losses_of_all(Backend::Embedded, &services::all()).await, NOTHING);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_expanding_migration_takes_anything_away_on_postgres() {
    assert_eq!(losses_of_all(Backend::Mesh, &services::all()).await, NOTHING);
}

/// What `tongban verify ledger` says; how many events it looked at.
async fn verified(settings: &Settings, kept: &Path) -> u64 {
    let reports = tongban_runtime::audit_ledgers(settings, &services::all(), &[], &[]).await;
    let reports = reports.unwrap();
    assert_eq!(reports.len(), services::all().len());
    for report in &reports {
        assert!(report.findings.is_empty(), "{}: {:?}", kept.display(), report.findings);
        // A service that came later may have nothing yet.
        let was_there = kept.join(format!("{}.sql", report.service)).exists();
        let wrote = report.events > 0 && report.aggregates > 0;
        assert!(wrote || !was_there, "{} of {}", report.service, kept.display());
    }
    reports.iter().map(|report| report.events).sum()
}

async fn first(by: &Client, list: &str) -> String {
    let page = by.get(list).await.expect(200);
    page.body["items"][0]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{list}: {}", page.body))
        .to_owned()
}

/// Cases, matters and accounts of an earlier version go on under this one.
async fn go_on(city: &TestCity) {
    let bureau = |role| city.caller(&officer("later", CIVIL_AFFAIRS, HAIZHOU, &[role]));
    let (clerk, approver) = (bureau(Role::WindowClerk), bureau(Role::Approver));
    let waiting = first(&clerk, "/intake/v1/worklist?stage=acceptance").await;
    let undecided = first(&approver, "/intake/v1/worklist?stage=decision").await;
    clerk.post(&format!("/intake/v1/cases/{waiting}/acceptance"), &json!({})).await.expect(200);
    let approval = json!({"outcome": "approved", "reason": "符合办理条件"});
    let path = format!("/intake/v1/cases/{undecided}");
    approver.post(&format!("{path}/decision"), &approval).await.expect(200);
    eventually("the licence of a case that an earlier version took", async || {
        let case = approver.get(&path).await.expect(200);
        case.body["licence"].is_string().then_some(())
    })
    .await;
    let timeline = approver.get(&format!("{path}/timeline")).await.expect(200);
    assert_eq!(timeline.body["entries"].as_array().map(Vec::len), Some(4), "{}", timeline.body);

    let editor = city.caller(&officer("editor", APPROVAL_BUREAU, HAIZHOU, &[Role::MatterEditor]));
    let matter =
        format!("/matters/v1/matters/{}", first(&editor, "/matters/v1/matters?q=施工").await);
    let mut guide: Value = editor.get(&matter).await.expect(200).body["matter"].take();
    guide["visits"] = json!(1);
    let again = editor.put(&matter, &guide).await.expect(200);
    assert_eq!(again.body["revision"], 2);
    for host in city.hosts() {
        let parked = tongban_events::list(host.db().read()).await.unwrap();
        assert!(parked.is_empty(), "{parked:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_city_that_an_earlier_version_kept_is_verified_and_goes_on() {
    for kept in kept::ledgers() {
        let settings = Backend::Embedded.settings();
        kept::restore(&kept, &settings.data_dir).await;
        tongban_runtime::migrate(&settings, &services::all()).await.unwrap();
        let before = verified(&settings, &kept).await;

        let city = TestCity::start_with(settings.clone(), services::all()).await;
        city.set_time(Utc.with_ymd_and_hms(2026, 11, 24, 2, 0, 0).unwrap());
        go_on(&city).await;
        city.halt().await;
        let after = verified(&settings, &kept).await;
        assert!(after >= before + 5, "{before} events, then {after}");
        std::fs::remove_dir_all(&settings.data_dir).unwrap();
    }
}
