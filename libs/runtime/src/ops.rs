//! Routes for those who run the process: health, metrics, documents.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use tongban_history::{History, KeyState};
use tongban_ledger::Ledger;
use tongban_web::token::Verifier;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{SwaggerUi, Url};

/// What health is judged by.
#[derive(Clone)]
pub(crate) struct Ops {
    pub(crate) ledgers: Arc<Vec<(&'static str, Ledger, History)>>,
    pub(crate) verifier: Verifier,
    pub(crate) stopping: Arc<AtomicBool>,
    pub(crate) metrics: Option<PrometheusHandle>,
}

/// The routes; `documents` are the services' names and OpenAPI documents.
pub(crate) fn router(ops: Ops, documents: Vec<(&'static str, OpenApi)>) -> Router {
    let pages = documents
        .into_iter()
        .map(|(name, document)| {
            // The page's type wants text that lives as long as the process; so few words may.
            let path: &'static str = format!("/openapi/{name}.json").leak();
            (Url::new(name, path), document)
        })
        .collect::<Vec<_>>();
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/docs/") }))
        .route("/health/live", get(|| async { Json(serde_json::json!({"status": "live"})) }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(ops)
        .merge(SwaggerUi::new("/docs").urls(pages))
}

/// Ready when every database answers and tokens can be checked.
async fn ready(State(ops): State<Ops>) -> Response {
    let mut lacking = Vec::new();
    if ops.stopping.load(Ordering::SeqCst) {
        lacking.push("stopping".to_owned());
    }
    if !ops.verifier.is_ready() {
        lacking.push("no token keys yet".to_owned());
    }
    let mut warnings = Vec::new();
    for (name, ledger, history) in ops.ledgers.iter() {
        let answer = tokio::time::timeout(Duration::from_secs(2), ledger.db().ping()).await;
        if !matches!(answer, Ok(Ok(()))) {
            lacking.push(format!("database of {name} does not answer"));
            continue;
        }
        let key = tokio::time::timeout(Duration::from_secs(2), history.key_state()).await;
        if let Ok(Ok(KeyState::Lost | KeyState::Sealed)) = key {
            warnings.push(format!("history key of {name} is missing: no checkpoints, no receipts"));
        }
    }
    if lacking.is_empty() {
        let mut body = serde_json::json!({"status": "ready"});
        if !warnings.is_empty() {
            // Requests go on, so it is not taken out of service; somebody has to look at it all the same.
            body["warnings"] = warnings.into();
        }
        Json(body).into_response()
    } else {
        let body = serde_json::json!({"status": "not_ready", "lacking": lacking});
        (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
    }
}

async fn metrics(State(ops): State<Ops>) -> Response {
    for (name, ledger, history) in ops.ledgers.iter() {
        if let Ok(waiting) = history.waiting().await {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
            metrics::gauge!("history_waiting", "service" => *name).set(waiting as f64);
        }
        let waiting = tongban_ledger::pending(ledger.db().read()).await;
        let parked = tongban_events::count(ledger.db().read()).await;
        if let (Ok(waiting), Ok(parked)) = (waiting, parked) {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
            {
                metrics::gauge!("outbox_waiting", "service" => *name).set(waiting as f64);
                metrics::gauge!("events_parked", "service" => *name).set(parked as f64);
            }
        }
    }
    match &ops.metrics {
        Some(handle) => handle.render().into_response(),
        None => (StatusCode::NOT_FOUND, "metrics are not set up").into_response(),
    }
}
