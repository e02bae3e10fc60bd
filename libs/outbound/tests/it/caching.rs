//! Answers that are kept, and for whom.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;
use tongban_kernel::clock::ManualClock;
use tongban_kernel::{Clock as _, SystemClock};
use tongban_outbound::cache::{CacheRule, Cached};
use tongban_outbound::http::HttpJson;
use tongban_outbound::{Answer, Provider as _};

use crate::http_json::provider;
use crate::stub::{Stub, ask};

fn cached(stub: &Stub, clock: &Arc<ManualClock>, space: u64) -> Cached<HttpJson> {
    let kept = ["person", "by_id", "busy", "renamed"];
    let seconds = kept.into_iter().map(|code| (code.to_owned(), 30)).collect();
    Cached::new(provider(stub, None), CacheRule { seconds, space }, clock.clone())
}

/// A clock that stands a moment ahead, so that answers stamped by the machine's are not of the future.
fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(SystemClock.now() + TimeDelta::seconds(5)))
}

#[tokio::test]
async fn the_same_question_is_asked_once_while_the_rule_says() {
    let stub = Stub::start().await;
    let clock = clock();
    let provider = cached(&stub, &clock, 1024 * 1024);
    let question = ask("by_id", json!({"id": "1"}), &["name"]);
    let first = provider.ask(&question).await.unwrap();
    let again = provider.ask(&question).await.unwrap();
    assert_eq!(again, Answer { kept: true, ..first.clone() });
    assert_eq!((first.kept, stub.calls()), (false, 1));
    provider.forget();
    assert!(!provider.ask(&question).await.unwrap().kept, "all is forgotten");
    assert!(provider.ask(&question).await.unwrap().kept);
    clock.set(clock.now() + TimeDelta::seconds(26));
    assert!(!provider.ask(&question).await.unwrap().kept, "its time is over");
    let slow = ask("slow", json!({}), &["name"]);
    provider.ask(&slow).await.unwrap();
    assert!(!provider.ask(&slow).await.unwrap().kept, "the rule does not name it");
}

#[tokio::test]
async fn nothing_is_shared_across_fields_parameters_or_requesters() {
    let stub = Stub::start().await;
    let provider = cached(&stub, &clock(), 1024 * 1024);
    let question = ask("by_id", json!({"id": "1"}), &["name"]);
    provider.ask(&question).await.unwrap();
    let mut requester = question.clone();
    requester.requester = "another".into();
    let others = [
        ask("by_id", json!({"id": "1"}), &["age"]),
        ask("by_id", json!({"id": "1"}), &["age", "name"]),
        ask("by_id", json!({"id": "2"}), &["name"]),
        ask("by_id", json!({"id": "1", "q": ""}), &["name"]),
        ask("person", json!({}), &["name"]),
        requester,
    ];
    for (index, other) in others.iter().enumerate() {
        let answer = provider.ask(other).await.unwrap();
        assert!(!answer.kept, "{index}");
        assert!(answer.rows[0].keys().all(|field| other.fields.contains(field)));
    }
    assert!(provider.ask(&question).await.unwrap().kept);
}

#[tokio::test]
async fn faults_are_not_kept_and_space_is_limited() {
    let stub = Stub::start().await;
    let clock = clock();
    let provider = cached(&stub, &clock, 1024 * 1024);
    for path in ["busy", "renamed"] {
        for _ in 0..2 {
            provider.ask(&ask(path, json!({}), &["name"])).await.unwrap_err();
        }
    }
    assert_eq!(stub.calls(), 4);
    let tiny = cached(&stub, &clock, 100);
    let question = ask("person", json!({}), &["name"]);
    tiny.ask(&question).await.unwrap();
    assert!(!tiny.ask(&question).await.unwrap().kept, "it does not fit");
}
