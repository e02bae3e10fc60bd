//! Processes are killed under traffic: what was acknowledged stands, and nothing happens twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tongban_e2e::WHOLE;
use tongban_e2e::traffic::{Load, Seen, Traffic, Verdict};
use tongban_kernel::SystemEntropy;
use tongban_kernel::entropy::Entropy;

use crate::running::Running;

/// Applications under way at the same time, as fast as they are answered.
const LOAD: Load = Load { workers: 4, reviewers: 2, rate: 1000.0 };

/// An arbitrary moment of the next second and a half.
async fn arbitrary_moment() {
    let mut bytes = [0; 2];
    SystemEntropy.fill(&mut bytes);
    let millis = 200 + u64::from(u16::from_le_bytes(bytes)) % 1300;
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

async fn kill_under_traffic(mut running: Running, victims: &[&'static str]) {
    let city = running.city();
    let traffic = Arc::new(Traffic::prepare(&city, "kill").await.unwrap());
    let playing = tokio::spawn(Arc::clone(&traffic).run(LOAD));
    for victim in victims {
        arbitrary_moment().await;
        running.kill(victim);
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.start(victim);
        running.ready(victim).await;
    }
    traffic.end();
    let told = playing.await.unwrap().unwrap();
    let seen = Seen::read(&city).await.unwrap();
    let mut verdict = Verdict::of(&told, &seen);
    let counts = traffic.counts();
    verdict.strange(&counts.strange);
    println!(
        "{} cases, {} kills, {} requests without an answer: {}",
        told.len(),
        victims.len(),
        counts.unanswered,
        verdict.sum()
    );
    assert!(told.len() > victims.len(), "too few cases to say anything");
    assert!(verdict.holds(), "{:#?}", verdict.offenders);
    let serials: BTreeSet<usize> = seen
        .licences
        .iter()
        .map(|licence| serial(licence["identifier"].as_str().unwrap()))
        .collect();
    assert_eq!(serials, (1..=told.len()).collect(), "licence serials have no gaps");
    running.stop().await;
}

/// The serial in a licence's identifier, after the year.
fn serial(identifier: &str) -> usize {
    identifier.split('.').nth_back(2).unwrap()[4..].parse().unwrap()
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
