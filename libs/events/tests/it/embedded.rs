//! The embedded log as such.

use std::time::Duration;

use tongban_events::embedded::EmbeddedLog;
use tongban_events::{Log, Message};
use tongban_testkit::Backend;

fn message(topic: &str, payload: usize) -> Message {
    Message { topic: topic.into(), key: "k".into(), payload: payload.to_string() }
}

/// The next `count` payloads of a group, each acknowledged.
async fn read(log: &EmbeddedLog, group: &str, topics: &[&str], count: usize) -> Vec<String> {
    let topics: Vec<String> = topics.iter().map(|topic| (*topic).to_owned()).collect();
    let mut subscription = log.subscribe(group, &topics).await.unwrap();
    let mut found = Vec::new();
    while found.len() < count {
        let mut deliveries = subscription.next().await.unwrap();
        deliveries.truncate(count - found.len());
        subscription.acknowledge(&deliveries).await.unwrap();
        found.extend(deliveries.into_iter().map(|delivery| delivery.message.payload));
    }
    found
}

#[tokio::test]
async fn survives_reopening() {
    let storage = Backend::Embedded.settings().storage();
    let log = EmbeddedLog::open(&storage).await.unwrap();
    log.publish(&(0..5).map(|n| message("t", n)).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(read(&log, "g", &["t"], 2).await, ["0", "1"]);
    drop(log);

    let log = EmbeddedLog::open(&storage).await.unwrap();
    log.publish(&[message("t", 5)]).await.unwrap();
    assert_eq!(read(&log, "g", &["t"], 4).await, ["2", "3", "4", "5"]);
    assert_eq!(read(&log, "other", &["t"], 1).await, ["0"], "groups do not know each other");
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again() {
    let log = EmbeddedLog::open(&Backend::Embedded.settings().storage()).await.unwrap();
    log.publish(&[message("t", 0), message("t", 1)]).await.unwrap();
    let mut reader = log.subscribe("g", &["t".into()]).await.unwrap();
    let both = reader.next().await.unwrap();
    assert_eq!(both.len(), 2);
    reader.acknowledge(&both[..1]).await.unwrap();
    drop(reader);
    assert_eq!(read(&log, "g", &["t"], 1).await, ["1"]);
}

#[tokio::test]
async fn only_the_topics_asked_for() {
    let log = EmbeddedLog::open(&Backend::Embedded.settings().storage()).await.unwrap();
    log.publish(&[message("t", 0), message("u", 1), message("v", 2), message("t", 3)])
        .await
        .unwrap();
    assert_eq!(read(&log, "g", &["t", "v"], 3).await, ["0", "2", "3"]);
}

#[tokio::test]
async fn more_than_is_read_ahead_and_then_nothing() {
    let log = EmbeddedLog::open(&Backend::Embedded.settings().storage()).await.unwrap();
    log.publish(&(0..1000).map(|n| message("t", n)).collect::<Vec<_>>()).await.unwrap();
    let found = read(&log, "g", &["t"], 1000).await;
    assert_eq!(found, (0..1000).map(|n| n.to_string()).collect::<Vec<_>>());
    let more = tokio::time::timeout(Duration::from_millis(700), read(&log, "g", &["t"], 1)).await;
    assert!(more.is_err());
}

/// Two processes on one file, as `tongban load` beside a serving one.
#[tokio::test]
async fn a_message_of_another_process_is_found() {
    let storage = Backend::Embedded.settings().storage();
    let here = EmbeddedLog::open(&storage).await.unwrap();
    let there = EmbeddedLog::open(&storage).await.unwrap();
    let reading = tokio::spawn(async move { read(&here, "g", &["t"], 1).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    there.publish(&[message("t", 9)]).await.unwrap();
    let found = tokio::time::timeout(Duration::from_secs(5), reading).await.unwrap().unwrap();
    assert_eq!(found, ["9"]);
}
