//! A source body's system, played: it answers, is slow, hangs, lies, redirects, and sends more than anybody wants.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What it was asked, and what it waits for.
#[derive(Default)]
pub struct Seen {
    /// How often it was asked.
    pub calls: AtomicUsize,
    /// Line and body of the last question.
    pub last: Mutex<(String, Value)>,
    /// Lets answers of `/held` go.
    pub go: Notify,
}

/// The system.
pub struct System {
    /// Where it listens: `http://…` without a slash at the end.
    pub base: String,
    pub seen: Arc<Seen>,
}

pub fn row() -> Value {
    json!({"id_number": "320706194803120014", "state": "已婚", "spouse_name": "李四", "registered_by": "示例",
        "secret": "never declared"})
}

async fn answer(State(seen): State<Arc<Seen>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    let line = format!("{} {}", parts.method, parts.uri);
    *seen.last.lock().unwrap() = (line, serde_json::from_slice(&body).unwrap_or_default());
    seen.calls.fetch_add(1, Ordering::SeqCst);
    let json = |value: Value| axum::Json(value).into_response();
    match parts.uri.path() {
        "/good" => json(json!({"data": [row()]})),
        "/held" => {
            seen.go.notified().await;
            json(json!({"data": [row()]}))
        }
        "/hang" => std::future::pending().await,
        "/renamed" => json(json!({"data": [{"id_number": "320706194803120014", "zt": "已婚"}]})),
        "/html" => ([(header::CONTENT_TYPE, "text/html")], "<html>").into_response(),
        "/redirect" => {
            let to = [(header::LOCATION, "http://127.0.0.1:1/elsewhere")];
            (StatusCode::FOUND, to).into_response()
        }
        "/large" => {
            let piece = Bytes::from(vec![b' '; 64 * 1024]);
            let pieces = futures::stream::iter(
                (0..800).map(move |_| Ok::<_, std::io::Error>(piece.clone())),
            );
            ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(pieces))
                .into_response()
        }
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            json(json!({"data": [row()]}))
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

impl System {
    pub async fn start() -> Self {
        let seen = Arc::new(Seen::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, seen }
    }

    pub fn calls(&self) -> usize {
        self.seen.calls.load(Ordering::SeqCst)
    }

    /// Waits until it was asked so often.
    pub async fn asked(&self, times: usize) {
        tongban_testkit::eventually("the system to be asked", async || {
            (self.calls() >= times).then_some(())
        })
        .await;
    }
}
