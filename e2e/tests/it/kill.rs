//! Processes are killed under traffic: what was acknowledged stands, and nothing happens twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tongban_e2e::{Answer, Caller, City, Error, elder_form, knows, papers};
use tongban_kernel::SystemEntropy;
use tongban_kernel::entropy::Entropy;

use crate::running::{Running, WHOLE};

const CASES: &str = "/intake/v1/cases";
/// How long what follows by events may take after the last kill.
const PATIENCE: Duration = Duration::from_secs(120);
/// Applications under way at the same time.
const WORKERS: u32 = 4;

/// What every application needs.
struct Traffic {
    applicant: Caller,
    clerk: Caller,
    approver: Caller,
    matter_id: String,
    materials: Value,
    name: String,
    number: String,
    next: AtomicU32,
    lost: AtomicU32,
    over: AtomicBool,
}

/// A case as its applicant was told of it.
#[derive(Debug)]
struct Acknowledged {
    id: String,
    number: String,
}

impl Traffic {
    async fn prepare(city: &City) -> Self {
        let applicant = city.sign_in("citizen.chen").await.unwrap();
        let me = applicant.get("/identity/v1/me").await.unwrap().expect(200).unwrap();
        let found = city.anyone().get("/matters/v1/matters?q=老年人优待证&region=320706").await;
        let matter_id = found.unwrap().text("/items/0/id").unwrap().to_owned();
        knows(&applicant, &matter_id, "kill-probe").await.unwrap();
        let mut materials = Vec::new();
        for (code, name, bytes) in
            [("M01", "证.pdf", papers::page("card")), ("M02", "照.png", papers::portrait())]
        {
            let file = applicant.upload(name, bytes).await.unwrap().expect(201).unwrap();
            materials.push(json!({"code": code, "file_id": file.body["id"]}));
        }
        Self {
            clerk: city.sign_in("clerk.minzheng.1").await.unwrap(),
            approver: city.sign_in("approver.minzheng.1").await.unwrap(),
            name: me.text("/name").unwrap().to_owned(),
            number: me.text("/document/number").unwrap().to_owned(),
            applicant,
            matter_id,
            materials: Value::Array(materials),
            next: AtomicU32::new(0),
            lost: AtomicU32::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// Carries one application after another to its decision until the traffic is over.
    async fn work(self: Arc<Self>) -> Vec<Acknowledged> {
        let mut done = Vec::new();
        while !self.over.load(Ordering::SeqCst) {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            done.push(self.carry(n).await);
        }
        done
    }

    async fn carry(&self, n: u32) -> Acknowledged {
        let mut form = elder_form(&self.name, &self.number);
        form["address"] = json!(format!("海州区示例路 {n} 号"));
        let application =
            json!({"matter_id": self.matter_id, "form": form, "materials": self.materials});
        let key = format!("kill-{n}-submit");
        let case = self.insistently(&self.applicant, CASES, &key, &application).await;
        assert_eq!(case.status, 201, "{:#}", case.body);
        let id = case.text("/id").unwrap().to_owned();
        let approval = json!({"outcome": "approved", "reason": "符合条件"});
        for (by, step, body) in
            [(&self.clerk, "acceptance", &json!({})), (&self.approver, "decision", &approval)]
        {
            let path = format!("{CASES}/{id}/{step}");
            let done = self.insistently(by, &path, &format!("kill-{n}-{step}"), body).await;
            assert_eq!(done.status, 200, "{:#}", done.body);
        }
        Acknowledged { id, number: case.text("/number").unwrap().to_owned() }
    }

    /// The same request with the same key until it is answered.
    async fn insistently(&self, by: &Caller, path: &str, key: &str, body: &Value) -> Answer {
        let began = Instant::now();
        loop {
            match by.post_once(path, key, body).await {
                Ok(answer) if answer.status != 503 => return answer,
                Ok(_) => {}
                Err(Error::NoAnswer(..)) => {
                    self.lost.fetch_add(1, Ordering::SeqCst);
                }
                Err(error) => panic!("{error}"),
            }
            assert!(began.elapsed() < PATIENCE, "{path} is not answered");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }
}

/// An arbitrary moment of the next second and a half.
async fn arbitrary_moment() {
    let mut bytes = [0; 2];
    SystemEntropy.fill(&mut bytes);
    let millis = 200 + u64::from(u16::from_le_bytes(bytes)) % 1300;
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

async fn kill_under_traffic(mut running: Running, victims: &[&'static str]) {
    let city = running.city();
    let traffic = Arc::new(Traffic::prepare(&city).await);
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(Arc::clone(&traffic).work());
    }
    for victim in victims {
        arbitrary_moment().await;
        running.kill(victim);
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.start(victim);
        running.ready(victim).await;
    }
    arbitrary_moment().await;
    traffic.over.store(true, Ordering::SeqCst);
    let acknowledged: Vec<Acknowledged> = workers.join_all().await.into_iter().flatten().collect();
    let made = traffic.next.load(Ordering::SeqCst) as usize;
    assert_eq!(acknowledged.len(), made);
    assert!(made > victims.len(), "there was traffic: {made} cases");
    let lost = traffic.lost.load(Ordering::SeqCst);
    println!("{made} cases, {} kills, {lost} requests without an answer", victims.len());
    check(&traffic.applicant, &acknowledged).await;
    running.stop().await;
}

/// Each case exactly once, each with exactly one licence and one right to review.
async fn check(applicant: &Caller, acknowledged: &[Acknowledged]) {
    let numbers: BTreeSet<&str> = acknowledged.iter().map(|case| case.number.as_str()).collect();
    assert_eq!(numbers.len(), acknowledged.len(), "no two cases have the same number");
    let began = Instant::now();
    let cases = loop {
        let cases = all(applicant, CASES).await;
        if cases.iter().all(|case| case["licence"].is_string()) {
            break cases;
        }
        assert!(began.elapsed() < PATIENCE, "some cases got no licence: {cases:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_same("cases", texts(&cases, "number"), numbers.iter().copied());

    let licences = all(applicant, "/licences/v1/licences").await;
    assert_same("licences", texts(&licences, "identifier"), texts(&cases, "licence"));
    let serials: BTreeSet<usize> = texts(&licences, "identifier").map(serial).collect();
    assert_eq!(serials, (1..=acknowledged.len()).collect(), "licence serials have no gaps");

    let ids = || acknowledged.iter().map(|case| case.id.as_str());
    let rights = loop {
        let rights = all(applicant, "/reviews/v1/rights").await;
        if rights.len() >= acknowledged.len() {
            break rights;
        }
        assert!(began.elapsed() < PATIENCE, "some cases cannot be reviewed: {rights:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_same("rights to review", texts(&rights, "case_id"), ids());

    for case in acknowledged {
        let path = format!("{CASES}/{}/timeline", case.id);
        let timeline = applicant.get(&path).await.unwrap().expect(200).unwrap();
        let events: Vec<&str> =
            texts(timeline.body["entries"].as_array().unwrap(), "event").collect();
        assert_eq!(events, ["submitted", "accepted", "decided", "licence_recorded"]);
        assert_eq!(timeline.body["intact"], true);
    }
}

/// Both hold the same texts, and none of them twice.
#[track_caller]
fn assert_same<'a>(
    what: &str,
    found: impl Iterator<Item = &'a str>,
    wanted: impl Iterator<Item = &'a str>,
) {
    let (mut found, mut wanted): (Vec<_>, Vec<_>) = (found.collect(), wanted.collect());
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{what}");
}

fn texts<'a>(rows: &'a [Value], field: &str) -> impl Iterator<Item = &'a str> {
    rows.iter().map(move |row| row[field].as_str().expect("a text"))
}

/// The serial in a licence's identifier, after the year.
fn serial(identifier: &str) -> usize {
    identifier.split('.').nth_back(2).unwrap()[4..].parse().unwrap()
}

/// All rows of a list, page by page.
async fn all(by: &Caller, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page = by.get(&format!("{path}?limit=100{after}")).await.unwrap().expect(200).unwrap();
        rows.extend(page.body["items"].as_array().unwrap().clone());
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return rows,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_one_process() {
    kill_under_traffic(Running::whole().await, &[WHOLE; 6]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_in_the_mesh() {
    let victims = ["intake", "licences", "intake", "licences", "intake", "licences"];
    kill_under_traffic(Running::mesh().await, &victims).await;
}
