//! Bulkhead and breaker before providers that run: what one does, the others do not feel.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use tongban_kernel::clock::ManualClock;
use tongban_kernel::{Clock as _, SystemClock};
use tongban_outbound::breaker::{BreakerRule, Standing};
use tongban_outbound::guarded::{Bulkhead, Guarded};
use tongban_outbound::http::HttpJson;
use tongban_outbound::{Ask, Provider as _, ProviderFault};

use crate::http_json::provider;
use crate::stub::{Stub, ask};

const AFTER: Duration = Duration::from_secs(1);

fn question(path: &str) -> Ask {
    ask(path, json!({}), &["name"])
}

fn guarded(stub: &Stub, most: usize, clock: &Arc<ManualClock>) -> Guarded<HttpJson> {
    let rule =
        BreakerRule { calls: 4, failures: 2, open_ms: 60_000, probes: 1, ..BreakerRule::default() };
    Guarded::new(provider(stub, None), Bulkhead::new(most, AFTER), rule, clock.clone())
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(SystemClock.now()))
}

#[tokio::test]
async fn a_hanging_provider_stops_nobody_else() {
    let (hanging, well) = (Stub::start().await, Stub::start().await);
    let clock = clock();
    let hung = Arc::new(guarded(&hanging, 3, &clock));
    let fine = guarded(&well, 3, &clock);
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let hung = hung.clone();
        waiting.push(tokio::spawn(async move { hung.ask(&question("hang")).await }));
    }
    while hanging.calls() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let busy = hung.ask(&question("person")).await.unwrap_err();
    assert_eq!(busy, ProviderFault::Busy { retry_after: AFTER });
    fine.ask(&question("person")).await.unwrap();
    assert!(waiting.iter().all(|call| !call.is_finished()), "nobody waited for them");
    for done in join_all(waiting).await {
        assert_eq!(done.unwrap().unwrap_err(), ProviderFault::TimedOut(Duration::from_secs(2)));
    }
    assert_eq!(hung.standing(), Standing::Open, "two of its calls timed out");
    assert_eq!(fine.standing(), Standing::Closed);
}

#[tokio::test]
async fn an_open_circuit_asks_nothing_and_says_when_to_come_back() {
    let stub = Stub::start().await;
    let clock = clock();
    let provider = guarded(&stub, 8, &clock);
    for _ in 0..2 {
        provider.ask(&question("busy")).await.unwrap_err();
    }
    let calls = stub.calls();
    let open = provider.ask(&question("person")).await.unwrap_err();
    assert_eq!(open, ProviderFault::Open { retry_after: Duration::from_secs(60) });
    assert_eq!(stub.calls(), calls);
    clock.set(clock.now() + TimeDelta::seconds(61));
    provider.ask(&question("person")).await.unwrap();
    assert_eq!(provider.standing(), Standing::Closed);
}

#[tokio::test]
async fn lies_and_refused_questions_do_not_open_it() {
    let stub = Stub::start().await;
    let provider = guarded(&stub, 8, &clock());
    for path in ["renamed", "forbidden", "html", "large", "redirect", "other"] {
        provider.ask(&question(path)).await.unwrap_err();
    }
    assert_eq!(provider.standing(), Standing::Closed);
}

#[tokio::test]
async fn who_has_no_patience_closes_it_for_nobody() {
    let stub = Stub::start().await;
    let provider = guarded(&stub, 8, &clock());
    let mut impatient = question("slow");
    impatient.patience = Duration::from_millis(20);
    for _ in 0..4 {
        let fault = provider.ask(&impatient).await.unwrap_err();
        assert_eq!(fault, ProviderFault::TimedOut(Duration::from_millis(20)));
    }
    assert_eq!(provider.standing(), Standing::Closed);
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_no_place_taken_and_no_probe_out() {
    let stub = Stub::start().await;
    let clock = clock();
    let provider = Arc::new(guarded(&stub, 1, &clock));
    for _ in 0..2 {
        provider.ask(&question("busy")).await.unwrap_err();
    }
    clock.set(clock.now() + TimeDelta::seconds(61));
    let given_up = {
        let provider = provider.clone();
        tokio::spawn(async move { provider.ask(&question("hang")).await })
    };
    let calls = stub.calls();
    while stub.calls() == calls {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(provider.standing(), Standing::HalfOpen);
    given_up.abort();
    let _ = given_up.await;
    provider.ask(&question("person")).await.unwrap();
    assert_eq!(provider.standing(), Standing::Closed);
}
