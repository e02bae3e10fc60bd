//! HTTP and JSON.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tongban_outbound::address::{Place, Placed};
use tongban_outbound::http::{HttpJson, JsonResource, Method, Verdict};
use tongban_outbound::shape::{Kind, Shape};
use tongban_outbound::signing::{National, NationalCall, Secret, Sign, WINDOW};
use tongban_outbound::{Answer, Provider, ProviderFault};

use crate::stub::{Stub, ask, column, parameter};

/// The person resource at a path.
pub fn resource(path: &str) -> JsonResource {
    let mut state = column("state", "/more/zt", Kind::Text);
    state.required = false;
    JsonResource {
        service: "S1".into(),
        method: Method::Get,
        path: path.into(),
        parameters: Vec::new(),
        rows: "/data".into(),
        shape: Shape {
            columns: vec![
                column("name", "xm", Kind::Text),
                column("age", "nl", Kind::Integer),
                state,
            ],
            most_rows: 100,
        },
        verdict: Some(Verdict { pointer: "/code".into(), good: "0".into() }),
        absent: Vec::new(),
    }
}

fn placed(place: Place, name: &str, required: bool) -> Placed {
    Placed { place, parameter: parameter(name, name, Kind::Text, required) }
}

/// A provider of one resource at each of the paths, by path.
pub fn provider(stub: &Stub, sign: Option<Arc<dyn Sign>>) -> HttpJson {
    let paths = [
        "person",
        "slow",
        "hang",
        "trickle",
        "large",
        "announced",
        "redirect",
        "redirect-here",
        "html",
        "broken",
        "gbk",
        "deep",
        "gzip",
        "renamed",
        "empty",
        "many",
        "numbered",
        "refused",
        "busy",
        "forbidden",
        "nowhere",
    ];
    let mut resources: BTreeMap<String, JsonResource> =
        paths.iter().map(|path| ((*path).to_owned(), resource(path))).collect();
    let mut by_id = resource("person/{id}");
    by_id.parameters = vec![placed(Place::Segment, "id", true), placed(Place::Query, "q", false)];
    resources.insert("by_id".into(), by_id);
    let mut posted = resource("person");
    posted.method = Method::Post;
    posted.parameters = vec![placed(Place::Member, "id", true)];
    resources.insert("posted".into(), posted);
    let mut absent = resource("nowhere");
    absent.absent = vec![404];
    resources.insert("absent".into(), absent);
    HttpJson::new(stub.link(sign), resources).unwrap()
}

async fn asked(stub: &Stub, resource: &str) -> Result<Answer, ProviderFault> {
    provider(stub, None).ask(&ask(resource, json!({}), &["name", "age"])).await
}

/// The codes of what was wrong in an answer.
fn lies(done: Result<Answer, ProviderFault>) -> Vec<String> {
    match done {
        Err(ProviderFault::Lied(faults)) => {
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_granted_fields_come_out() {
    let stub = Stub::start().await;
    let answer = asked(&stub, "person").await.unwrap();
    assert_eq!(Value::from(answer.rows[0].clone()), json!({"name": "张三", "age": 71}));
    let provider = provider(&stub, None);
    let answer = provider.ask(&ask("person", json!({}), &["state"])).await.unwrap();
    assert_eq!(Value::from(answer.rows[0].clone()), json!({"state": "正常"}));
    let calls = stub.calls();
    let fault = provider.ask(&ask("person", json!({"x": 1}), &["secret"])).await.unwrap_err();
    assert!(matches!(fault, ProviderFault::Asked(_)), "{fault:?}");
    let fault = provider.ask(&ask("other", json!({}), &["name"])).await.unwrap_err();
    assert!(matches!(fault, ProviderFault::Asked(_)), "{fault:?}");
    assert_eq!(stub.calls(), calls, "nothing was sent");
}

#[tokio::test]
async fn parameters_stay_where_they_are_put() {
    let stub = Stub::start().await;
    let provider = provider(&stub, None);
    let nasty = "a&admin=1#x?y=../é 中\"'+%2f";
    let parameters = json!({"id": "长 安&=+x", "q": nasty});
    provider.ask(&ask("by_id", parameters, &["name"])).await.unwrap();
    let (line, _, _) = stub.last();
    assert_eq!(
        line,
        "GET /person/%E9%95%BF%20%E5%AE%89&=+x?q=a%26admin%3D1%23x%3Fy%3D..%2F%C3%A9+%E4%B8%AD%22%27%2B%252f"
    );
    let calls = stub.calls();
    for bad in [
        "..",
        ".",
        "",
        "a/b",
        "..%2f",
        "%2e%2e",
        "a\\b",
        "a?b",
        "a#b",
        "a;b",
        "a\r\nX-Evil: 1",
        "a\0",
    ] {
        let fault = provider.ask(&ask("by_id", json!({"id": bad}), &["name"])).await.unwrap_err();
        let ProviderFault::Asked(faults) = fault else { panic!("{bad:?}: {fault:?}") };
        assert_eq!(faults[0].pointer, "/parameters/id");
    }
    let crossing = json!({"id": "1", "q": "a\r\nHost: evil"});
    assert!(provider.ask(&ask("by_id", crossing, &["name"])).await.is_err());
    assert_eq!(stub.calls(), calls, "nothing was sent");
    let quoted = "\"}, \"admin\": true, {\"";
    provider.ask(&ask("posted", json!({"id": quoted}), &["name"])).await.unwrap();
    let (_, _, body) = stub.last();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({"id": quoted}));
}

#[tokio::test]
async fn what_is_slow_or_hangs_ends_with_the_deadline() {
    let stub = Stub::start().await;
    assert!(asked(&stub, "slow").await.is_ok());
    for path in ["hang", "trickle"] {
        let fault = asked(&stub, path).await.unwrap_err();
        assert_eq!(fault, ProviderFault::TimedOut(Duration::from_secs(2)), "{path}");
    }
    let mut impatient = ask("slow", json!({}), &["name"]);
    impatient.patience = Duration::from_millis(50);
    let fault = provider(&stub, None).ask(&impatient).await.unwrap_err();
    assert_eq!(fault, ProviderFault::TimedOut(Duration::from_millis(50)));
}

#[tokio::test]
async fn a_large_answer_is_left_where_it_is() {
    let stub = Stub::start().await;
    let too_large = ProviderFault::TooLarge { limit: 1024 * 1024, unit: "bytes" };
    assert_eq!(asked(&stub, "large").await.unwrap_err(), too_large);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let taken = stub.seen.pieces.load(Ordering::SeqCst) * 64 * 1024;
    assert!(
        taken < 20 * 1024 * 1024,
        "{taken} bytes of 50 MB were sent, most into buffers of the system"
    );
    let announced = asked(&stub, "announced").await.unwrap_err();
    assert_eq!(announced, too_large, "its length was enough: nothing more ever came");
    let many = asked(&stub, "many").await.unwrap_err();
    assert_eq!(many, ProviderFault::TooLarge { limit: 100, unit: "rows" });
    let deep = asked(&stub, "deep").await.unwrap_err();
    assert_eq!(deep, ProviderFault::TooLarge { limit: 32, unit: "levels" });
}

#[tokio::test]
async fn what_was_not_declared_is_not_given_on() {
    let stub = Stub::start().await;
    assert_eq!(lies(asked(&stub, "html").await), [" content_type"]);
    assert_eq!(lies(asked(&stub, "gbk").await), [" content_type"]);
    assert_eq!(lies(asked(&stub, "gzip").await), [" content_encoding"]);
    assert_eq!(lies(asked(&stub, "broken").await), [" json"]);
    assert_eq!(lies(asked(&stub, "renamed").await), ["/rows/0/name missing", "/rows/0/age kind"]);
    assert!(asked(&stub, "empty").await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn a_redirection_is_followed_nowhere() {
    let stub = Stub::start().await;
    for path in ["redirect", "redirect-here"] {
        let before = stub.calls();
        assert_eq!(lies(asked(&stub, path).await), [" redirected"]);
        assert_eq!(stub.calls(), before + 1);
    }
}

#[tokio::test]
async fn refusals_say_whose_fault_it_is_and_when_to_come_back() {
    let stub = Stub::start().await;
    let refused = |said: &str, retry_after, unwell| ProviderFault::Refused {
        said: said.into(),
        retry_after,
        unwell,
    };
    let seven = Some(Duration::from_secs(7));
    assert_eq!(asked(&stub, "busy").await.unwrap_err(), refused("503", seven, true));
    assert_eq!(asked(&stub, "forbidden").await.unwrap_err(), refused("403", None, false));
    assert_eq!(asked(&stub, "nowhere").await.unwrap_err(), refused("404", None, false));
    assert_eq!(asked(&stub, "refused").await.unwrap_err(), refused("code 4003", None, false));
    let numbered = asked(&stub, "numbered").await.unwrap();
    assert!(numbered.rows.is_empty(), "a code may come as a number");
    let absent = asked(&stub, "absent").await.unwrap();
    assert!(absent.rows.is_empty(), "404 was declared to mean that there is none");
}

#[tokio::test]
async fn who_is_not_there_is_unreachable() {
    let stub = Stub::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = Stub { at: listener.local_addr().unwrap(), seen: stub.seen.clone() };
    drop(listener);
    let fault = asked(&gone, "person").await.unwrap_err();
    let ProviderFault::Unreachable(text) = fault else { panic!("{fault:?}") };
    assert!(!text.contains("/person"), "no URL in {text}");
}

#[tokio::test]
async fn calls_are_signed_as_the_platform_wants_it() {
    let stub = Stub::start().await;
    let secret = Secret::new("appsecret").unwrap();
    let sign = Arc::new(National::new(National::EXCHANGE, secret.clone()));
    let provider = provider(&stub, Some(sign));
    provider.ask(&ask("person", json!({}), &["name"])).await.unwrap();
    let (_, headers, _) = stub.last();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let call = NationalCall::read(National::EXCHANGE, header).unwrap();
    assert_eq!((call.requester.as_str(), call.service.as_str()), ("11320706MB0000001B", "S1"));
    let now = tongban_kernel::Clock::now(&tongban_kernel::SystemClock);
    call.verify(&secret, now, WINDOW).unwrap();
    let mut crossing = ask("person", json!({}), &["name"]);
    crossing.requester = "a\r\nX-Evil: 1".into();
    let calls = stub.calls();
    assert!(matches!(provider.ask(&crossing).await, Err(ProviderFault::Internal(_))));
    assert_eq!(stub.calls(), calls);
}

#[tokio::test]
async fn every_fault_of_a_registration_is_named() {
    let stub = Stub::start().await;
    let mut bad = resource("person/{id}/{other}/..");
    bad.parameters = vec![
        placed(Place::Segment, "id", false),
        placed(Place::Segment, "lost", true),
        placed(Place::Member, "m", true),
        placed(Place::Member, "m", true),
    ];
    bad.rows = "data".into();
    bad.shape.most_rows = 0;
    let fault = HttpJson::new(stub.link(None), BTreeMap::from([("a".into(), bad)])).err().unwrap();
    let found: Vec<(&str, &str)> =
        fault.errors().iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect();
    let expected = [
        ("/resources/a/path", "path"),
        ("/resources/a/path", "no_parameter"),
        ("/resources/a/path", "no_parameter"),
        ("/resources/a/parameters/1/target", "no_place"),
        ("/resources/a/parameters/3", "repeated"),
        ("/resources/a/most_rows", "out_of_range"),
        ("/resources/a/parameters", "no_body"),
        ("/resources/a/rows", "pointer"),
    ];
    assert_eq!(found, expected);
}
