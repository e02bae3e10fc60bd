//! A provider's system, over real connections, that does whatever a provider may do.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tongban_kernel::SystemClock;
use tongban_kernel::SystemEntropy;
use tongban_outbound::Ask;
use tongban_outbound::address::{Address, Networks, Registration, Scheme};
use tongban_outbound::http::{Limits, Link, LinkParts};
use tongban_outbound::shape::{Column, Kind, Parameter};
use tongban_outbound::signing::Sign;

/// What the provider saw.
#[derive(Default)]
pub struct Seen {
    /// Requests that came.
    pub calls: AtomicUsize,
    /// Pieces of a large answer that were taken from it.
    pub pieces: AtomicU64,
    /// The last request: its line, its headers, its body.
    pub last: std::sync::Mutex<(String, HeaderMap, Vec<u8>)>,
}

/// A provider that runs.
pub struct Stub {
    pub at: SocketAddr,
    pub seen: Arc<Seen>,
}

/// Size of a piece of the large answer.
const PIECE: usize = 64 * 1024;

async fn slow() -> Response {
    tokio::time::sleep(Duration::from_millis(300)).await;
    axum::Json(person()).into_response()
}

async fn hang() -> Response {
    std::future::pending().await
}

/// Begins well, and never ends.
async fn trickle() -> Response {
    let pieces = futures::stream::once(async { Ok::<_, Infallible>(Bytes::from("{\"data\": [")) })
        .chain(futures::stream::pending());
    json_of(Body::from_stream(pieces))
}

/// 50 MB, without saying so before.
async fn large(State(seen): State<Arc<Seen>>) -> Response {
    let pieces = futures::stream::iter(0..50 * 1024 * 1024 / PIECE).map(move |_| {
        seen.pieces.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(Bytes::from(vec![b' '; PIECE]))
    });
    json_of(Body::from_stream(pieces))
}

/// 50 MB, and says so.
async fn announced() -> Response {
    let length = [(header::CONTENT_LENGTH, (50 * 1024 * 1024).to_string())];
    (length, json_of(Body::from_stream(futures::stream::pending::<Result<Bytes, Infallible>>())))
        .into_response()
}

fn json_of(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn text_of(kind: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, kind)], body.into()).into_response()
}

/// The usual answer.
pub fn person() -> Value {
    json!({"code": "0", "data": [{"xm": "张三", "nl": 71, "more": {"zt": "正常"}, "secret": "x"}]})
}

async fn seen(
    State(seen): State<Arc<Seen>>,
    request: Request,
    next: axum::middleware::Next,
) -> Response {
    seen.calls.fetch_add(1, Ordering::SeqCst);
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    *seen.last.lock().unwrap() =
        (format!("{} {}", parts.method, parts.uri), parts.headers.clone(), body.to_vec());
    next.run(Request::from_parts(parts, Body::from(body))).await
}

impl Stub {
    /// Runs one at an address of its own.
    pub async fn start() -> Self {
        let seen_here = Arc::new(Seen::default());
        let elsewhere = "http://169.254.169.254/latest/meta-data";
        let mut soap = Router::new();
        for (name, version) in [("11", "text/xml"), ("12", "application/soap+xml")] {
            soap = soap.merge(crate::soap::answers(name, version));
        }
        let router = Router::new()
            .route("/person", any(|| async { axum::Json(person()) }))
            .route("/person/{id}", any(|| async { axum::Json(person()) }))
            .route("/slow", get(slow))
            .route("/hang", get(hang))
            .route("/trickle", get(trickle))
            .route("/large", get(large))
            .route("/announced", get(announced))
            .route(
                "/redirect",
                get(move || async move { (StatusCode::FOUND, [(header::LOCATION, elsewhere)]) }),
            )
            .route(
                "/redirect-here",
                get(|| async { (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/person")]) }),
            )
            .route("/html", get(|| async { text_of("text/html", "<html>维护中</html>") }))
            .route("/broken", get(|| async { text_of("application/json", "{\"code\": \"0\", ") }))
            .route("/gbk", get(|| async { text_of("application/json; charset=GBK", "{}") }))
            .route("/deep", get(|| async { text_of("application/json", "[".repeat(100_000)) }))
            .route(
                "/gzip",
                get(|| async {
                    ([(header::CONTENT_ENCODING, "gzip")], text_of("application/json", "{}"))
                }),
            )
            .route(
                "/renamed",
                get(|| async {
                    axum::Json(json!({"code": "0", "data": [{"name": "张三", "nl": "71"}]}))
                }),
            )
            .route("/empty", get(|| async { axum::Json(json!({"code": "0", "data": null})) }))
            .route(
                "/many",
                get(|| async {
                    let row = person()["data"][0].clone();
                    axum::Json(json!({"code": "0", "data": vec![row; 101]}))
                }),
            )
            .route("/numbered", get(|| async { axum::Json(json!({"code": 0, "data": []})) }))
            .route("/refused", get(|| async { axum::Json(json!({"code": "4003", "data": []})) }))
            .route(
                "/busy",
                get(|| async { (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "7")]) }),
            )
            .route("/forbidden", get(|| async { StatusCode::FORBIDDEN }))
            .merge(soap)
            .layer(axum::middleware::from_fn_with_state(seen_here.clone(), seen))
            .with_state(seen_here.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { at, seen: seen_here }
    }

    /// The way to it, with short limits.
    pub fn link(&self, sign: Option<Arc<dyn Sign>>) -> Link {
        let networks = Networks::default().with_loopback();
        let entry = Registration {
            scheme: Scheme::Http,
            host: "localhost".into(),
            port: self.at.port(),
            path: "/".into(),
        };
        Link::new(LinkParts {
            address: Address::register(&entry, &networks).unwrap(),
            networks,
            limits: Limits { deadline_ms: 2_000, largest: 1024 * 1024, ..Limits::default() },
            sign,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        })
        .unwrap()
    }

    pub fn calls(&self) -> usize {
        self.seen.calls.load(Ordering::SeqCst)
    }

    pub fn last(&self) -> (String, HeaderMap, Vec<u8>) {
        self.seen.last.lock().unwrap().clone()
    }
}

/// A question with these parameters and fields.
pub fn ask(resource: &str, parameters: Value, fields: &[&str]) -> Ask {
    let parameters: BTreeMap<String, Value> = serde_json::from_value(parameters).unwrap();
    Ask {
        requester: "11320706MB0000001B".into(),
        resource: resource.into(),
        parameters,
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        patience: Duration::from_secs(5),
    }
}

pub fn column(name: &str, source: &str, kind: Kind) -> Column {
    Column { name: name.into(), source: source.into(), kind, required: true }
}

pub fn parameter(name: &str, target: &str, kind: Kind, required: bool) -> Parameter {
    Parameter { name: name.into(), target: target.into(), kind, required, longest: 200 }
}
